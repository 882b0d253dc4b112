/**
 * A seeded share of every sweep: each flow that moves money or talks to the host meets some of every kind of fault. TAEL_POWER=all runs every
 * point (hours); TAEL_SEED chooses others; one flow at length: node build/run.mjs test/world/sweeps/main.ts (README.md).
 */
import { expect, test } from "vitest";
import { FLOWS } from "../flows.ts";
import { type Share, sweep, total } from "./cells.ts";
import { deviceSweep } from "./devices.ts";
import { LEFT_OUT, SWEEP_FLOWS } from "./flows.ts";
import { hostSweep } from "./host.ts";
import { powerSweep } from "./power.ts";

const SEED = Number(process.env.TAEL_SEED ?? 1);
const ALL = process.env.TAEL_POWER === "all";
const LONG_MS = 24 * 3_600_000;

const share = (perFlow: number, of: number): Share => ({
  seed: SEED,
  ...(ALL ? { long: true } : { perFlow, of, part: SEED % of }),
  told: (line) => console.log(line),
});

/** What each flow's moments are is found out by walking it: of power cuts, the flows are shared out by the seed. */
for (const [swept, perFlow, of, least] of [
  [hostSweep, 2, 1, 70],
  [deviceSweep, 1, 1, 35],
  [powerSweep, 2, 4, 15],
] as const) {
  test(`${swept.name} at every flow: the books are right, and the terminal comes back`, { timeout: LONG_MS }, async () => {
    const counts = await sweep(swept, share(perFlow, of));
    const { cells, violations } = total(counts);
    console.log(`${swept.name}: ${cells} cells, ${violations.length} violations, seed ${SEED}`);
    expect(violations).toEqual([]);
    expect(cells).toBeGreaterThanOrEqual(least);
  });
}

test("every row of the menu is swept, or says why not", () => {
  const swept = new Set([...SWEEP_FLOWS.map(({ path }) => path), ...Object.keys(LEFT_OUT)]);
  expect(FLOWS.filter(({ path }) => !swept.has(path))).toEqual([]);
});
