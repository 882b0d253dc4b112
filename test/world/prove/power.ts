/** Power cuts at the moments of the flows in test/power. */
import { approved, declined, type Flow, signOn, silent, wrongMac } from "../../power/flows.ts";
import { cutsOf, momentsOf, sweepFlow } from "../../power/sweep.ts";
import type { Row, Section } from "./section.ts";

/** Every host cut, and so much of the disk and of the other wires. */
const SHARES = { disk: 0.4, wires: 0.05 };
const FLOWS: readonly Flow[] = [approved, declined, silent, wrongMac, signOn];

export const powerSection: Section = {
  name: "power sweep",
  async run() {
    const rows: Row[] = [];
    for (const flow of FLOWS) {
      const moments = await momentsOf(flow);
      const { cuts, violations } = await sweepFlow(flow, moments, cutsOf(moments, SHARES));
      rows.push({ what: flow.name, tried: `${cuts} cuts at ${moments.length} moments`, violations });
    }
    return rows;
  },
};
