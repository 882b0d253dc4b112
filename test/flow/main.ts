/**
 * `npm run engines -- [NAME…]`: every flow test on every engine that a terminal can have, one after the other, and a line for each. Exit status 1 when a test
 * failed on one of them.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DeskEngine } from "../../tools/sim/engines.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();
const ENGINES: readonly DeskEngine[] = ["quickjs", "quickjs-ng", "quickjs-wasi", "qjs"];

/** A slow engine, or a machine with much else to do, is no failure. */
const LONG_MS = "600000";

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  testResults: { name: string; status: string; message: string; assertionResults: { status: string; fullName: string }[] }[];
}

function flowsOn(engine: string): boolean {
  const file = join(root, "test-results", `flows-${engine}.json`);
  mkdirSync(join(root, "test-results"), { recursive: true });
  const began = performance.now();
  const bounds = ["--testTimeout", LONG_MS, "--hookTimeout", LONG_MS];
  const ran = spawnSync(
    join(root, "node_modules/.bin/vitest"),
    ["run", "test/flow", "--reporter=json", `--outputFile=${file}`, ...bounds],
    {
      cwd: root,
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, TAEL_ENGINE: engine },
    },
  );
  const seconds = Math.round((performance.now() - began) / 1000);
  if (!existsSync(file)) {
    console.log(`${engine}: vitest ended with ${String(ran.status)} and no report`);
    return false;
  }
  const report = JSON.parse(readFileSync(file, "utf8")) as Report;
  const { numPassedTests: passed, numPendingTests: skipped } = report;
  // What fails before its first test has no failed test of its own.
  const unbegun = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.every((test) => test.status !== "failed"),
  );
  const failed = report.numFailedTests + unbegun.length;
  console.log(`${engine.padEnd(14)}${passed} passed, ${failed} failed, ${skipped} skipped, ${seconds} s`);
  for (const { name, assertionResults } of report.testResults)
    for (const { status, fullName } of assertionResults)
      if (status === "failed") console.log(`  ${name.slice(root.length + 1)}: ${fullName}`);
  for (const { name, message } of unbegun) console.log(`  ${name.slice(root.length + 1)}: ${message}`);
  return ran.status === 0;
}

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(ENGINES as readonly string[]).includes(name));
if (unknown !== undefined) {
  console.error(`there is no engine ${unknown} for a terminal; there are ${ENGINES.join(", ")}`);
  process.exit(2);
}
const results = (wanted.length > 0 ? wanted : ENGINES).map(flowsOn);
process.exit(results.every(Boolean) ? 0 : 1);
