/**
 * Every door's corpus again, and a moment of fuzzing behind it. Done by the command itself in a process of its own, so that an input that hangs is found by
 * its watch. The inputs are the same each time: what a new seed finds belongs to whoever asked for it, by the command or with `TAEL_SEED=7 TAEL_FUZZ=20`,
 * which gives other inputs and so many seconds a door.
 */
import { spawn } from "node:child_process";
import { beforeAll, expect, test } from "vitest";
import { readCorpus } from "./corpus.ts";
import { DOORS } from "./doors.ts";

const SEED = Number(process.env.TAEL_SEED ?? 1);
const { TAEL_FUZZ } = process.env;
/** Without a time, so many inputs a door. */
const AMOUNT = TAEL_FUZZ === undefined ? ["--inputs", "160"] : ["--seconds", TAEL_FUZZ];
const root = process.env.TAEL_ROOT ?? process.cwd();

interface Row {
  door: string;
  runs: number;
  slowestMs: number;
  faults: string[];
}

const rows = new Map<string, Row>();
let words = "";

beforeAll(async () => {
  console.log(`fuzz: seed ${SEED}, a door ${AMOUNT.join(" ")}`);
  const args = ["build/run.mjs", "test/fuzz/main.ts", "--json", ...AMOUNT, "--seed", String(SEED)];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let told = "";
  child.stdout.on("data", (part) => {
    told += part;
  });
  child.stderr.on("data", (part) => {
    words += part;
  });
  await new Promise((resolve) => child.on("exit", resolve));
  for (const line of told.split("\n").filter((each) => each.startsWith("{"))) {
    const row = JSON.parse(line) as Row;
    rows.set(row.door, row);
  }
}, 600_000);

test.each(DOORS.map(({ name, what }) => [name, what]))("%s: %s", (name) => {
  const row = rows.get(name);
  expect(row, `the run ended before this door: ${words}`).toBeDefined();
  expect(row?.faults).toEqual([]);
  expect(row?.runs).toBeGreaterThanOrEqual(readCorpus(name).length);
});
