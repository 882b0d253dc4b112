/** One seed is one day: the same bytes again, the same bytes in the terminal's own engine, the same bytes when its lines are played. */
import { expect, test } from "vitest";
import { day } from "./day.ts";

/** Of a shop that reads chips: the other kind has its bytes compared in `npm run prove`. */
const SEED = 20261124;
const LONG_MS = 120_000;

test("the same seed gives the same bytes, and other seeds give others (I10)", { timeout: LONG_MS }, async () => {
  const first = await day({ seed: SEED });
  expect(first.violations).toEqual([]);
  expect((await day({ seed: SEED })).digest).toBe(first.digest);
  expect((await day({ seed: SEED + 1 })).digest).not.toBe(first.digest);
});

test("the lines of a day, played, are the day", { timeout: LONG_MS }, async () => {
  const live = await day({ seed: SEED });
  const played = await day({ seed: SEED, lines: live.lines });
  expect(played.digest).toBe(live.digest);
  expect(played.violations).toEqual(live.violations);
});

test("the terminal's own engine gives the same bytes", { timeout: LONG_MS }, async () => {
  const v8 = await day({ seed: SEED });
  const quickjs = await day({ seed: SEED, engine: "quickjs" });
  expect(quickjs.digest).toBe(v8.digest);
});
