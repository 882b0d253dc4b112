/**
 * The sweeps as a program: `node build/run.mjs test/world/sweeps/main.ts host|device|power|all [--per-flow N] [--seed N] [--part N/OF]
 * [--ms N] [--only TEXT] [--list]`. Without --per-flow everything. Ends with a table of flow, fault, cells, violations; exit 1 with violations.
 */
import { parseArgs } from "node:util";
import { type Sweep, sweep, total } from "./cells.ts";
import { SWEEPS } from "./sweeps.ts";

async function listed({ name, flows, list }: Sweep, only: RegExp): Promise<void> {
  const points = new Map<string, number>();
  const absent = new Map<string, number>();
  const all = flows(true).filter((flow) => only.test(flow.name));
  for (const flow of all) {
    const made = await list(flow, true);
    for (const { fault } of made.points) points.set(fault, (points.get(fault) ?? 0) + 1);
    for (const { fault, why } of made.absent) absent.set(`${fault}: ${why}`, (absent.get(`${fault}: ${why}`) ?? 0) + 1);
  }
  for (const [why, times] of absent) console.log(`${times} steps without ${why}`);
  for (const [fault, count] of points) console.log(`${fault}: ${count} points`);
  const sum = [...points.values()].reduce((before, count) => before + count, 0);
  console.log(`${name}: ${sum} points in ${all.length} flows`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "per-flow": { type: "string" },
    seed: { type: "string", default: "1" },
    part: { type: "string", default: "1/1" },
    ms: { type: "string" },
    only: { type: "string" },
    list: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const [part = 1, of = 1] = values.part.split("/").map(Number);
const [which = "all"] = positionals;
let failed = false;
for (const swept of SWEEPS.filter(({ name }) => which === "all" || name.startsWith(which))) {
  if (values.list) {
    await listed(swept, new RegExp(values.only ?? ""));
    continue;
  }
  const counts = await sweep(swept, {
    seed: Number(values.seed),
    part: part - 1,
    of,
    long: true,
    ...(values["per-flow"] === undefined ? {} : { perFlow: Number(values["per-flow"]) }),
    ...(values.ms === undefined ? {} : { until: Date.now() + Number(values.ms) }),
    ...(values.only === undefined ? {} : { only: new RegExp(values.only) }),
    told: (line) => console.error(line),
  });
  if (values.json) console.log(JSON.stringify({ sweep: swept.name, counts: [...counts] }));
  else {
    for (const [key, { cells, idle, violations }] of counts) {
      console.log(
        `${key}: ${cells} cells${idle === 0 ? "" : `, ${idle} with nothing to spoil`}, ${violations.length} violations`,
      );
    }
    for (const [fault, why] of Object.entries(swept.elsewhere)) console.log(`${fault}: ${why}`);
    const { cells, violations } = total(counts);
    console.log(`${swept.name}: ${cells} cells, ${violations.length} violations`);
  }
  failed ||= total(counts).violations.length > 0;
}
process.exit(failed ? 1 : 0);
