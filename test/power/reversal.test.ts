/** The power goes while money's fate is open, and again while the terminal recovers from that (spec/reliability.md A10, I2–I4). */
import { expect, test } from "vitest";
import { type Flow, silent, wrongMac } from "./flows.ts";
import { cutsOf, listed, momentsOf, recoveryMoments, type Shares, shares, sweepFlow, sweepRecovery, told } from "./sweep.ts";
import type { Cut } from "./world.ts";

const LONG_MS = 3_600_000;

const plan: [Flow, Shares, least: number][] = [
  [silent, { disk: 0.08, wires: 0.01 }, 10],
  [wrongMac, { disk: 0.02, wires: 0.01 }, 8],
];

for (const [flow, normal, least] of plan) {
  test(
    `${flow.name}: the power goes, and the money is back before anything else`,
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
  "silent host: the power goes, and goes again in the recovery",
  async () => {
    const moments = await momentsOf(silent);
    const request = moments.find(({ source, does }) => source === "host" && does === "out");
    expect(request).toBeDefined();
    const first: Cut = { moment: request as Cut["moment"], phase: "after", survival: "none" };
    const again = await recoveryMoments(silent, first);
    console.log(`recovery: ${listed(again)}`);
    const result = await sweepRecovery(silent, first, again, cutsOf(again, shares({ disk: 0.04, wires: 0.005 })));
    console.log(`${told(result)} (second cut)`);
    expect(result.violations).toEqual([]);
    expect(result.cuts).toBeGreaterThanOrEqual(8);
  },
  LONG_MS,
);
