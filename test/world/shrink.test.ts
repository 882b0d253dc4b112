/** Shrinking keeps what matters and leaves out the rest; a broken firmware is found and its day made short enough to read. */
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { day } from "./day.ts";
import { writeDown } from "./failing.ts";
import { BREAKAGES, broken, brokenBundle } from "./prove/breakages.ts";
import { readScenario } from "./scenario-file.ts";
import { shrink } from "./shrink.ts";

test("what is left fails, and without any one line of it nothing fails", async () => {
  const lists = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(lists, async (needed) => {
      const lines = Array.from({ length: 61 }, (_, n) => String(n));
      const fails = async (some: readonly string[]): Promise<boolean> => needed.every((n) => some.includes(String(n)));
      const { lines: left } = await shrink(lines, fails, 10_000);
      expect([...left].sort()).toEqual(needed.map(String).sort());
    }),
    { numRuns: 50 },
  );
});

test("every chosen line is there to be broken", () => {
  for (const breakage of BREAKAGES) expect(() => broken(breakage)).not.toThrow();
  expect(BREAKAGES.length).toBeGreaterThanOrEqual(20);
});

const FIRST_SEED = 1;
const MOST_DAYS = 20;

test("a firmware that forgets silence is found, and its day is made short", { timeout: 120_000 }, async () => {
  const [breakage] = BREAKAGES;
  if (breakage === undefined) throw new Error("nothing to break");
  const bundle = { code: readFileSync(await brokenBundle(breakage), "utf8") };
  for (let seed = FIRST_SEED; seed < FIRST_SEED + MOST_DAYS; seed++) {
    const found = await day({ seed, bundle });
    if (found.violations.length === 0) continue;
    const { steps, seed: its } = readScenario(await writeDown(found, { bundle }, 40));
    expect(steps.length).toBeLessThan(found.lines.length);
    const played = await day({ seed: its, lines: steps, bundle });
    expect(played.violations.map(({ what }) => what)).toContain(found.violations[0]?.what);
    expect((await day({ seed: its, lines: steps })).violations, "the firmware as it is").toEqual([]);
    return;
  }
  expect.unreachable(`${MOST_DAYS} days noticed nothing`);
});
