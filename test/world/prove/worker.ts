/** A process that plays random days, one JSON line a day. Arguments: first seed, step, number of days, end (ms since 1970), bundle file or "". */
import { readFileSync } from "node:fs";
import { day } from "../day.ts";

export interface DayLine {
  seed: number;
  customers: number;
  simulatedMs: number;
  backMs: number;
  violations: string[];
}

const [first = "1", step = "1", count = "1", endsAt = "0", bundleFile = ""] = process.argv.slice(2);
const bundle = bundleFile === "" ? undefined : { code: readFileSync(bundleFile, "utf8") };

for (let n = 0; n < Number(count) && Date.now() < Number(endsAt); n++) {
  const seed = Number(first) + n * Number(step);
  process.stdout.write(`begins ${seed}\n`);
  const { counts, simulatedMs, backMs, violations } = await day({ seed, bundle });
  const line: DayLine = {
    seed,
    customers: Object.values(counts).reduce((sum, each) => sum + each, 0),
    simulatedMs,
    backMs,
    violations: violations.map(({ what, words }) => `${what}: ${words}`),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  // A day never lets go of the thread by itself.
  await new Promise((resolve) => setImmediate(resolve));
}
