/** `npm run fuzz`: see README.md. One process; what hangs it is found by the watch. Exit status 1 when anything was found. */
import { join } from "node:path";
import { Command } from "commander";
import { saveFault, writeCorpus } from "./corpus.ts";
import { Coverage } from "./coverage.ts";
import { DOORS } from "./doors.ts";
import { fuzzDoor, type Report } from "./fuzz.ts";
import { Watch } from "./watch.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();

const command = new Command("fuzz")
  .description("changes inputs of every outside door, led by which blocks of the product they reach")
  .option("--door <names...>", "these doors only")
  .option("--seconds <n>", "for each door", "10")
  .option("--inputs <n>", "for each door, instead of a time")
  .option("--seed <n>", "the same seed and time, the same inputs; default: the clock")
  .option("--save", "keep what reached something new in test/fuzz/corpus, distilled, and faults with it")
  .option("--blind", "without coverage: faster, and finds less")
  .option("--json", "one JSON line a door")
  .option("--list", "names the doors")
  .parse();
const options = command.opts<{
  door?: string[];
  seconds: string;
  inputs?: string;
  seed?: string;
  save?: boolean;
  blind?: boolean;
  json?: boolean;
  list?: boolean;
}>();

function told({ door, seed, corpus, runs, found, blocks, slowestMs, mostGrownBytes, failures, distilled }: Report): string {
  const figures = `${runs} inputs, corpus ${corpus}, ${found} new, blocks ${blocks.ran}/${blocks.known}, slowest ${Math.round(slowestMs)} ms, most memory ${(mostGrownBytes / 1024).toFixed(0)} KiB`;
  const kept = distilled === undefined ? "" : `, corpus now ${distilled.length}`;
  return `${failures.length === 0 ? "ok  " : "FAIL"} ${door} (seed ${seed}): ${figures}${kept}`;
}

/** Faults go to disk; the report names the files. */
function saved(report: Report, keep: boolean): string[] {
  return report.failures.map(({ kind, words, input }) => `${saveFault(report.door, kind, words, input, keep)}: ${words}`);
}

async function main(): Promise<boolean> {
  const seed = options.seed === undefined ? Date.now() % 1_000_000_007 : Number(options.seed);
  const unknown = options.door?.find((name) => !DOORS.some((door) => door.name === name));
  if (unknown !== undefined)
    throw new Error(`there is no door "${unknown}"; there are ${DOORS.map(({ name }) => name).join(" ")}`);
  const doors = DOORS.filter(({ name }) => options.door?.includes(name) ?? true);
  const watch = new Watch(join(root, "test-results/fuzz"));
  const coverage = options.blind === true ? undefined : new Coverage();
  let good = true;
  for (const door of doors) {
    const report = await fuzzDoor(door, {
      seconds: Number(options.seconds),
      seed,
      inputs: options.inputs === undefined ? undefined : Number(options.inputs),
      watch,
      coverage,
      distil: options.save === true,
    });
    if (report.distilled !== undefined) writeCorpus(door.name, report.distilled);
    const faults = saved(report, options.save === true);
    const { distilled: _, failures: __, ...figures } = report;
    console.log(options.json === true ? JSON.stringify({ ...figures, faults }) : [told(report), ...faults].join("\n     "));
    good &&= faults.length === 0;
  }
  coverage?.close();
  await watch.close();
  return good;
}

if (options.list === true) for (const { name, what } of DOORS) console.log(`${name.padEnd(18)} ${what}`);
else
  main().then(
    (good) => process.exit(good ? 0 : 1),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : String(error));
      process.exit(2);
    },
  );
