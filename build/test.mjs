#!/usr/bin/env node
// `npm test`: the checks, the build, then every kind of test. Ends with one line "N passed, N failed" over all of them.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const results = join(root, "test-results", "vitest.json");
mkdirSync(dirname(results), { recursive: true });

/** @param {string} program @param {string[]} args @param {Record<string, string>} [env] */
const run = (program, args, env = {}) =>
  spawnSync(program, args, { cwd: root, stdio: "inherit", env: { ...process.env, TAEL_ROOT: root, ...env } }).status === 0;

const counts = { passed: 0, failed: 0, skipped: 0 };
const count = (/** @type {boolean} */ ok) => {
  counts[ok ? "passed" : "failed"]++;
  return ok;
};

count(run(process.execPath, ["build/check.mjs"]));
if (count(run(process.execPath, ["build/run.mjs", "build/build.ts"]))) {
  const tested = run(
    join(root, "node_modules/.bin/vitest"),
    ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${results}`, ...process.argv.slice(2)],
    {
      TAEL_BUILT: "1",
    },
  );
  const report = existsSync(results)
    ? JSON.parse(readFileSync(results, "utf8"))
    : { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };
  counts.passed += report.numPassedTests;
  counts.failed += report.numFailedTests;
  counts.skipped += report.numPendingTests;
  // A suite that fails to load has no failed test of its own.
  if (!tested && report.numFailedTests === 0) counts.failed++;
}
console.log(`${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ""}`);
process.exit(counts.failed === 0 ? 0 : 1);
