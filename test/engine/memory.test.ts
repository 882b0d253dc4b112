/** Allocation n of a flow fails (E1). A few of each flow here; `TAEL_MEMORY=1000 npx vitest run test/engine/memory.test.ts` takes so many of each. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { approved, declined, type Flow, signOn, silent } from "../power/flows.ts";
import { SWEEP_FLOWS } from "../world/sweeps/flows.ts";
import { FailingAllocator } from "./failing-allocator.ts";
import { sweepFlowMemory, sweepMemory, told } from "./memory.ts";

const allocator = new FailingAllocator();
let uninstall = (): void => {};
beforeAll(() => {
  uninstall = allocator.install();
});
afterAll(() => uninstall());

const MANY = Number(process.env.TAEL_MEMORY ?? 0);
const plan: [Flow, points: number][] = [
  [approved, 5],
  [declined, 2],
  [silent, 2],
  [signOn, 2],
];

for (const [flow, few] of plan) {
  test(`${flow.name}: an allocation fails, and after a restart everything agrees`, { timeout: 3_600_000 }, async () => {
    const result = await sweepMemory(flow, allocator, MANY === 0 ? few : MANY, 0.5);
    console.log(told(result));
    expect(result.violations).toEqual([]);
    expect(result.points).toBe(MANY === 0 ? few : Math.min(MANY, result.allocations));
  });
}

const further: [name: string, points: number][] = [
  ["menu 2", 1],
  ["menu 3", 1],
  ["menu 9 3", 1],
  ["menu 1, chip", 2],
];

for (const [name, few] of further) {
  test(`${name}: an allocation fails, and the batch is settled afterwards`, { timeout: 3_600_000 }, async () => {
    const flow = SWEEP_FLOWS.find((each) => each.name === name);
    expect(flow).toBeDefined();
    if (flow === undefined) return;
    const result = await sweepFlowMemory(flow, allocator, MANY === 0 ? few : MANY, 0.5);
    console.log(told(result));
    expect(result.violations).toEqual([]);
    expect(result.points).toBe(MANY === 0 ? few : Math.min(MANY, result.allocations));
  });
}
