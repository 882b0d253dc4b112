import { day } from "./day.ts";
const first = Number(process.argv[2] ?? 1),
  n = Number(process.argv[3] ?? 3),
  engine = (process.argv[4] ?? "node-vm") as "node-vm";
let bad = 0;
for (let seed = first; seed < first + n; seed++) {
  const u0 = process.cpuUsage();
  const d = await day({ seed, engine });
  const u1 = process.cpuUsage(u0);
  if (d.violations.length > 0) bad++;
  console.log(
    seed,
    "cpu",
    (u1.user / 1e3).toFixed(0),
    "sim s",
    (d.simulatedMs / 1000).toFixed(0),
    "lines",
    d.lines.length,
    d.digest.slice(0, 12),
    n < 4 ? JSON.stringify(d.counts) : "",
  );
  for (const v of d.violations.slice(0, 4))
    console.log(
      "   ",
      v.what,
      v.words
        .split("\n")
        .slice(0, n < 4 ? 8 : 2)
        .join("\n        ")
        .slice(0, 700),
    );
  if (n < 3) console.log(d.lines.slice(-14).join("\n"));
}
console.log("bad", bad, "of", n);
