/** The engine: one seed is one day, again and in the terminal's own engine, byte for byte (I10); allocations fail, scripts run away, memory stays flat. */
import { FailingAllocator } from "../../engine/failing-allocator.ts";
import { growth, longRun } from "../../engine/long.ts";
import { sweepMemory } from "../../engine/memory.ts";
import { approved, declined, type Flow, signOn, silent } from "../../power/flows.ts";
import { day } from "../day.ts";
import type { Row, Section } from "./section.ts";
import { runTests } from "./vitest-run.ts";

const SEEDS = 2;
/** From one to the next: of the usual seed these are a day with chips and one without. */
const APART = 2;
const ALLOCATIONS: readonly Flow[] = [approved, declined, silent, signOn];
const POINTS = 4;
/** Two settlements and what is between: enough for a leak of a sale to be seen. */
const SALES = 120;
const SALES_OF_A_BATCH = 40;
const MOST_GROWTH = 0.05;

async function sameBytes(seed: number): Promise<Row> {
  const violations: string[] = [];
  for (let n = 0; n < SEEDS; n++) {
    const its = seed + n * APART;
    const [first, again] = [await day({ seed: its }), await day({ seed: its })];
    const quickjs = await day({ seed: its, engine: "quickjs" });
    if (again.digest !== first.digest) violations.push(`seed ${its}: the second run gave other bytes`);
    if (quickjs.digest !== first.digest) violations.push(`seed ${its}: QuickJS gave other bytes than V8`);
  }
  return { what: "the same seed, the same bytes: twice in V8, once in QuickJS", tried: `${SEEDS} days`, violations };
}

async function allocations(): Promise<Row> {
  const allocator = new FailingAllocator();
  const uninstall = allocator.install();
  let points = 0;
  const violations: string[] = [];
  try {
    for (const flow of ALLOCATIONS) {
      const swept = await sweepMemory(flow, allocator, POINTS, 0.25);
      points += swept.points;
      violations.push(...swept.violations);
    }
  } finally {
    uninstall();
  }
  const tried = `${points} allocations in ${ALLOCATIONS.length} flows`;
  return { what: "an allocation fails; after a restart everything agrees", tried, violations };
}

async function bombs(): Promise<Row> {
  const { passed, violations } = await runTests("test/engine/bombs.test.ts", { TAEL_BOMBS: "all" });
  return { what: "what runs away ends the firmware alone; the books agree", tried: `${passed} tests`, violations };
}

async function flat(seed: number): Promise<Row> {
  const violations: string[] = [];
  try {
    const grown = growth(await longRun(SALES, seed, SALES_OF_A_BATCH));
    if (grown > MOST_GROWTH) violations.push(`memory grew by ${(grown * 100).toFixed(1)} %`);
  } catch (error) {
    violations.push(error instanceof Error ? error.message : String(error));
  }
  const tried = `${SALES} sales, ${SALES / SALES_OF_A_BATCH} settlements`;
  return { what: "one terminal that never restarts: its memory stays flat", tried, violations };
}

export const engineSection: Section = {
  name: "engine",
  run: async ({ seed }) => [await sameBytes(seed), await allocations(), await bombs(), await flat(seed)],
};
