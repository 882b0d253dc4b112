/** The power goes at one moment of a sale after another; afterwards host, journal and paper always agree (spec/reliability.md F-A, I1–I9). */
import { expect, test } from "vitest";
import { approved, declined, type Flow, signOn } from "./flows.ts";
import { cutsOf, listed, momentsOf, type Shares, shares, sweepFirstStart, sweepFlow, told } from "./sweep.ts";

const LONG_MS = 3_600_000;

const plan: [Flow, Shares, least: number][] = [
  [approved, { disk: 0.2, wires: 0.02 }, 12],
  [declined, { disk: 0.15, wires: 0.01 }, 8],
  [signOn, { disk: 0.08, wires: 0.01 }, 5],
];

for (const [flow, normal, least] of plan) {
  test(
    `${flow.name}: the power goes, and everything agrees`,
    async () => {
      const moments = await momentsOf(flow);
      console.log(`${flow.name}: ${listed(moments)}`);
      const result = await sweepFlow(flow, moments, cutsOf(moments, shares(normal)));
      console.log(told(result));
      expect(result.violations).toEqual([]);
      expect(result.cuts).toBeGreaterThanOrEqual(least);
    },
    LONG_MS,
  );
}

test(
  "first start: the power goes, and the next start begins anew",
  async () => {
    const result = await sweepFirstStart(shares({ disk: 0.15, wires: 0 }));
    console.log(told(result));
    expect(result.violations).toEqual([]);
    expect(result.cuts).toBeGreaterThanOrEqual(3);
  },
  LONG_MS,
);
