/**
 * `npm run conform -- --device printer --port /dev/ttyUSB0`: the class's conformance suite against a device of yours, over its cable. Exit status 0 when
 * nothing failed, 1 when something did, 2 for wrong arguments.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Command, Option } from "commander";
import { build } from "esbuild";
import type { BenchOptions, DeviceClass } from "./bench.ts";
import type { Outcome } from "./runner.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();

const options = new Command("conform")
  .description("runs the conformance suite of a device class against a device at a serial port")
  .addOption(new Option("--device <class>", "what stands there").choices(["printer", "pinpad"]).makeOptionMandatory())
  .requiredOption("--port <path>", "the serial line, /dev/ttyUSB0")
  .option("--baud <n>", "its speed", (text) => Number(text), 115_200)
  .addOption(new Option("--model <name>", "of a printer").choices(["58mm", "80mm", "58mm-basic"]).default("58mm"))
  .option("--card-pins", "a PIN pad that knows CARD PIN", false)
  .addOption(
    new Option("--hands <who>", "person: you are asked to open covers and press keys; none: only what needs nobody")
      .choices(["person", "none"])
      .default("person"),
  )
  .option("--only <words>", "tests whose names have these words")
  .parse()
  .opts<{
    device: DeviceClass;
    port: string;
    baud: number;
    model: string;
    cardPins: boolean;
    hands: "person" | "none";
    only?: string;
  }>();

/** The suites are written for vitest; here ./runner.ts stands in its place. */
async function suites(): Promise<{
  bench(options: BenchOptions): { letGo(): Promise<void> };
  runAll(
    options: { only: string | undefined; before(name: string): Promise<void> },
    tell: (outcome: Outcome) => void,
  ): Promise<Outcome[]>;
  personAtTerminal(): BenchOptions["person"];
  nobody: BenchOptions["person"];
}> {
  const outfile = join(root, "dist", "conform", `suites-${process.pid}.mjs`);
  mkdirSync(join(root, "dist", "conform"), { recursive: true });
  await build({
    stdin: {
      contents: `export * from "./bench.ts"; export * from "./runner.ts"; export * from "./person.ts";`,
      resolveDir: join(root, "tools/conform"),
      loader: "ts",
    },
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    alias: { vitest: join(root, "tools/conform/runner.ts") },
    logLevel: "warning",
  });
  return (await import(pathToFileURL(outfile).href)) as Awaited<ReturnType<typeof suites>>;
}

const SIGNS: Record<Outcome["outcome"], string> = { passed: "ok     ", failed: "FAILED ", skipped: "skipped" };

const { bench, runAll, personAtTerminal, nobody } = await suites();
const person = options.hands === "person" ? personAtTerminal() : nobody;
const { device, port: path, baud, model, cardPins, only } = options;
// What a test that ended in its middle had begun is nobody's any more.
process.on("unhandledRejection", (error) =>
  console.log(`    log: left behind: ${error instanceof Error ? error.message : String(error)}`),
);
const bound = bench({ device, path, baud, model, cardPins, person, tell: (words) => console.log(`    log: ${words}`) });
const before = async (name: string): Promise<void> => {
  console.log(`\n${name}`);
  await bound.letGo();
};
const outcomes = await runAll({ only, before }, ({ outcome, words }) =>
  console.log(`  ${SIGNS[outcome]} ${words.replaceAll("\n", "\n          ")}`.trimEnd()),
);
await bound.letGo();
const count = (kind: Outcome["outcome"]): number => outcomes.filter(({ outcome }) => outcome === kind).length;
console.log(`\n${device} at ${path}: ${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`);
if (outcomes.length === 0) console.log(`no test has "${only ?? ""}" in its name`);
process.exit(count("failed") > 0 || outcomes.length === 0 ? 1 : 0);
