/** Random trading days: whatever people, line, paper and power do, in the evening the books are right. TAEL_DAYS and TAEL_SEED for others. */
import { expect, test } from "vitest";
import { tradingDay } from "./random-day.ts";

// One in the normal run, which is long enough already.
const days = Number(process.env.TAEL_DAYS ?? 1);
const first = Number(process.env.TAEL_SEED ?? 20261121);

for (let seed = first; seed < first + days; seed++) {
  test(`the books of day ${seed} are right (TAEL_DAYS=1 TAEL_SEED=${seed})`, { timeout: 240_000 }, async () => {
    const { counts, problems, story } = await tradingDay(seed);
    const done = Object.entries(counts).map(([what, times]) => `${what} ${times}`);
    console.log(`day ${seed}: ${done.sort().join(", ")}`);
    expect(problems, `${problems.join("\n")}\nseed ${seed}; the last of its story:\n${story.slice(-60).join("\n")}`).toEqual([]);
  });
}
