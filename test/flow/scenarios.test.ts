/** Every scenario of ./scenarios on a desk of its own: one file a row of the terminal's duties, read by people. All in one process, which is started as people do. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { readScenario } from "../../tools/sim/scenario/scenario.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();
const folder = join("test", "flow", "scenarios");
const names = readdirSync(join(root, folder)).filter((name) => name.endsWith(".yaml"));
let told = "";
let status: number | null;

beforeAll(() => {
  const run = ["build/run.mjs", "tools/sim/scenario/main.ts", ...names.map((name) => join(folder, name))];
  const { stdout, stderr, ...ended } = spawnSync(process.execPath, run, { cwd: root, encoding: "utf8" });
  told = stdout + stderr;
  status = ended.status;
}, 600_000);

test.each(names)("%s", (name) => {
  const { name: title } = readScenario(readFileSync(join(root, folder, name), "utf8"), name);
  expect(told, told).toContain(`ok   ${title} (`);
});

test("and no other", () => expect(status).toBe(0));
