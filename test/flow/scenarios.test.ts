/** Every scenario of ./scenarios on a desk of its own: one file a row of the terminal's duties, read by people. */
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = process.env.TAEL_ROOT ?? process.cwd();
const folder = join("test", "flow", "scenarios");

test.each(readdirSync(join(root, folder)).filter((name) => name.endsWith(".yaml")))("%s", (name) => {
  const run = ["build/run.mjs", "tools/sim/scenario/main.ts", join(folder, name)];
  expect(execFileSync(process.execPath, run, { cwd: root, encoding: "utf8" })).toContain("ok");
});
