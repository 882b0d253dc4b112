import { day } from "./day.ts";
import { World } from "./world.ts";
const seed = Number(process.argv[2]),
  tail = Number(process.argv[3] ?? 30);
const orig = World.prototype.do;
const story: string[] = [];
World.prototype.do = async function (line: string) {
  const s0 = this.screens.length,
    m0 = this.desk.messages().length,
    p0 = this.desk.devices.printer.paper.length;
  await orig.call(this, line);
  const scr = this.screens.slice(s0).map((s) => `${s.id}[${s.title}] ${s.lines.join("|")}`.slice(0, 160));
  const msg = this.desk
    .messages()
    .slice(m0)
    .map(
      (m) =>
        `${m.dir} ${m.mti} t=${m.fields["11"]} 39=${m.fields["39"] ?? ""} 4=${m.fields["4"] ?? ""} 37=${m.fields["37"] ?? ""}${m.problem ?? ""}`,
    );
  const pap = this.desk.devices.printer.paper
    .slice(Math.max(0, p0 - 1))
    .map((p) => `paper ${p.n}: ${p.text.length} lines ${p.text.join(" / ").slice(0, process.argv[4] ? 900 : 0)}`);
  story.push(
    `> ${line}${this.isOff ? "  (OFF)" : ""}`,
    ...msg.map((x) => `      ${x}`),
    ...[...new Set(scr)].slice(-6).map((x) => `    ${x}`),
    ...(p0 !== this.desk.devices.printer.paper.length || process.argv[4] ? pap.slice(-2).map((x) => `      ${x}`) : []),
  );
};
const d = await day({ seed });
console.log(story.slice(-tail * 3).join("\n"));
console.log(d.violations);
