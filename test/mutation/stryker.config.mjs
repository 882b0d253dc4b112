/** `npm run mutate`: one room with TAEL_ROOM=store. See README.md for what is left out, and why. */
import { roomsNamed } from "./rooms.mjs";

const room = process.env.TAEL_ROOM;

export default {
  // TypeScript 7 has no compiler API for it to rewrite one with.
  tsconfigFile: "none.json",
  plugins: ["./test/mutation/runner.mjs", "./test/mutation/ignored.mjs"],
  testRunner: "in-process",
  mutate: roomsNamed(room).flatMap(({ sources }) => sources),
  ignorers: ["assertions", "only-true", "log-words"],
  ignorePatterns: ["**", "!app/**", "!hal/**", "!platform/**", "!test/**", "!tools/**", "!build/**", "!package.json"],
  coverageAnalysis: "perTest",
  concurrency: 2,
  timeoutMS: 8_000,
  timeoutFactor: 2,
  tempDirName: "dist/mutation",
  incremental: true,
  incrementalFile: `dist/mutation-${room ?? "all"}.json`,
  reporters: ["clear-text", "json", "progress-append-only"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: `test-results/mutation-${room ?? "all"}.json` },
  thresholds: { high: 95, low: 90, break: 90 },
  allowEmpty: false,
};
