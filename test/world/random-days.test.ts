/**
 * Random days on seeds that change with the firmware: TAEL_DAYS for more or fewer, TAEL_SEED for one's own. A day that goes wrong says its seed, is
 * made as short as it can be, and written to test-results.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { day } from "./day.ts";
import { writeDown } from "./failing.ts";
import { root } from "./firmware.ts";
import { randomDays } from "./prove/days.ts";

const DAYS = Number(process.env.TAEL_DAYS ?? 1000);
/** Another firmware, other days: what changed meets chance that has not met it. The same for the same firmware, wherever it is built. */
const SEED = Number(process.env.TAEL_SEED ?? seedOf(readFileSync(join(root, "dist/firmware.js"))));
const LONG_MS = 30 * 60_000;

function seedOf(firmware: Uint8Array): number {
  return createHash("sha256").update(firmware).digest().readUInt32BE(0) % 1_000_000_000;
}

test(`${DAYS} random days from seed ${SEED}: the books are right`, { timeout: LONG_MS }, async () => {
  console.log(`npm run prove -- --days ${DAYS} --seed ${SEED}`);
  const { days, broken } = await randomDays({ seed: SEED, count: DAYS, processes: 2, ms: LONG_MS });
  console.log(`${days.length} days, ${days.reduce((sum, { customers }) => sum + customers, 0)} customers`);
  const bad = days.filter(({ violations }) => violations.length > 0);
  for (const { seed } of bad.slice(0, 2)) console.log(`shortest scenario: ${await writeDown(await day({ seed }), {}, 100)}`);
  expect(bad.flatMap(({ seed, violations }) => violations.map((words) => `seed ${seed}: ${words}`))).toEqual([]);
  expect(broken).toEqual([]);
  expect(days.length).toBe(DAYS);
});
