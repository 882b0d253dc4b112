/**
 * Random trading days: whatever people, line, host, paper and power do, in the evening the books are right. One short day against the desk's own
 * host, one long one against a host written apart; TAEL_DAYS and TAEL_SEED for others.
 */
import { expect, test } from "vitest";
import { type Day, LONG, type Plan, tradingDay } from "./random-day.ts";
import { peerHost } from "./random-day-host.ts";

// One of each in the normal run, which is long enough already.
const days = Number(process.env.TAEL_DAYS ?? 1);
const first = Number(process.env.TAEL_SEED ?? 20261121);
const people = Number(process.env.TAEL_PEOPLE ?? LONG.customers);

function judge({ seed, counts, problems, telling }: Day): void {
  const done = Object.entries(counts).map(([what, times]) => `${what} ${times}`);
  console.log(`day ${seed}: ${done.sort().join(", ")}`);
  const words = [...problems, `seed ${seed}, the shortest telling:`, ...telling].join("\n");
  // At once: of many days the others may take long.
  if (problems.length > 0) console.error(words);
  expect(problems, words).toEqual([]);
}

for (let seed = first; seed < first + days; seed++) {
  test(`the books of day ${seed} are right (TAEL_DAYS=1 TAEL_SEED=${seed})`, { timeout: 240_000 }, async () => {
    judge(await tradingDay(seed));
  });

  test(`a host written apart agrees with day ${seed} (TAEL_DAYS=1 TAEL_SEED=${seed})`, { timeout: 1_500_000 }, async () => {
    const plan: Plan = { ...LONG, customers: people };
    judge(await tradingDay(seed, plan, await peerHost(seed, TROUBLE)));
  });
}

/** How many of the host's answers are spoilt. */
const TROUBLE = 0.08;
