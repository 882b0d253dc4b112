/** Allocation n of a flow fails, for one n after another; then the terminal starts again and the books must agree (spec/reliability.md E1). */
import { markOf, violations } from "../power/books.ts";
import { AFTERWARDS_FEN, type Flow } from "../power/flows.ts";
import { PowerIsGone, World } from "../world/world.ts";
import { gone, run as runCell, staged } from "../world/sweeps/cell.ts";
import type { SweepFlow } from "../world/sweeps/flows.ts";
import type { FailingAllocator } from "./failing-allocator.ts";

export interface MemoryResult {
  flow: string;
  /** Allocations of the flow when none fails. */
  allocations: number;
  points: number;
  /** The firmware said what was wrong and stayed on · it was ended and started again · nobody noticed. */
  outcomes: Record<"survived" | "restarted" | "unharmed", number>;
  violations: string[];
}

/** What is logged while memory fails is as it should be; everything else must not be. */
const isLogged = (words: string): boolean => words.startsWith("logged as an error:");

/** Points of one world before it is made anew: its books grow. */
const POINTS_OF_A_WORLD = 25;

async function ready(flow: Flow, seed: number): Promise<World> {
  const world = await World.create({ seed, engine: "quickjs" });
  flow.prepare?.(world);
  await world.logIn();
  await flow.run(world);
  return world;
}

async function count(flow: Flow, allocator: FailingAllocator): Promise<number> {
  const world = await ready(flow, 1);
  const before = allocator.counted;
  await flow.run(world);
  const allocations = allocator.counted - before;
  await world.close();
  return allocations;
}

/** Runs the flow while allocation `n` fails, cuts the power, and looks at the books after one more sale. */
async function onePoint(
  world: World,
  flow: Flow,
  allocator: FailingAllocator,
  n: number,
  onwards: boolean,
): Promise<{ outcome: keyof MemoryResult["outcomes"]; wrong: string[] }> {
  const mark = markOf(world);
  const { engines } = allocator;
  allocator.arm(n, onwards);
  let through = true;
  try {
    await flow.run(world);
  } catch (error) {
    if (error instanceof PowerIsGone) throw error;
    through = false;
  }
  // A firmware that was ended has a new engine, in whose memory nothing failed.
  const restarted = allocator.engines > engines;
  const hit = restarted || allocator.failed > 0;
  allocator.disarm();
  world.cutNow();
  await world.powerOn();
  await world.logIn();
  await world.sale(AFTERWARDS_FEN);
  await world.expect("approved");
  await world.finish();
  const wrong = (await violations(world, mark, [...flow.confirmedFen, AFTERWARDS_FEN])).filter((words) => !isLogged(words));
  if (!hit) wrong.push("the allocation never came: the run is not repeatable");
  return { outcome: restarted ? "restarted" : through ? "unharmed" : "survived", wrong };
}

/** `points`: how many n, spread evenly over the flow; all of them when there are no more. */
export async function sweepMemory(flow: Flow, allocator: FailingAllocator, points: number, shift = 0): Promise<MemoryResult> {
  const allocations = await count(flow, allocator);
  const step = Math.max(1, allocations / points);
  const result: MemoryResult = {
    flow: flow.name,
    allocations,
    points: 0,
    outcomes: { survived: 0, restarted: 0, unharmed: 0 },
    violations: [],
  };
  let world: World | undefined;
  for (let at = 0; at < Math.min(points, allocations); at++) {
    const n = 1 + Math.floor(((at + shift) * step) % allocations);
    if (at % POINTS_OF_A_WORLD === 0) {
      await world?.close();
      world = undefined;
    }
    world ??= await ready(flow, at + 1);
    const onwards = at % 2 === 1;
    const run = onePoint(world, flow, allocator, n, onwards);
    const { outcome, wrong } = await run.catch((error: unknown) => ({
      outcome: "survived" as const,
      wrong: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
    }));
    result.points++;
    result.outcomes[outcome]++;
    result.violations.push(
      ...wrong.map((words) => `${flow.name}, allocation ${n}${onwards ? " and all after it" : ""}: ${words}`),
    );
    if (wrong.length > 0) {
      await world.close().catch(() => undefined);
      world = undefined;
    }
  }
  await world?.close();
  return result;
}

const nobody = (): void => undefined;

async function countOf(flow: SweepFlow, allocator: FailingAllocator): Promise<number> {
  const stage = await staged(flow, 1, nobody, "quickjs");
  const before = allocator.counted;
  await gone(stage);
  const allocations = allocator.counted - before;
  await stage.world.close();
  return allocations;
}

/** The same with a flow of the sweeps (test/world/sweeps), judged by the invariants of the world: what is undone, given back, settled, paid by chip. */
export async function sweepFlowMemory(
  flow: SweepFlow,
  allocator: FailingAllocator,
  points: number,
  shift = 0,
): Promise<MemoryResult> {
  const allocations = await countOf(flow, allocator);
  const step = Math.max(1, allocations / points);
  const outcomes = { survived: 0, restarted: 0, unharmed: 0 };
  const result: MemoryResult = { flow: flow.name, allocations, points: 0, outcomes, violations: [] };
  for (let at = 0; at < Math.min(points, allocations); at++) {
    const n = 1 + Math.floor(((at + shift) * step) % allocations);
    const onwards = at % 2 === 1;
    let engines = 0;
    let restarted = false;
    const { came, violations: wrong } = await runCell({
      flow,
      seed: at + 1,
      engine: "quickjs",
      ending: "settled",
      trouble: () => {
        ({ engines } = allocator);
        allocator.arm(n, onwards);
        return undefined;
      },
      missed: () => {
        restarted = allocator.engines > engines;
        return restarted || allocator.failed > 0 ? undefined : "the allocation never came";
      },
      repair: ({ world }) => {
        allocator.disarm();
        world.cutNow();
      },
    });
    result.points++;
    outcomes[restarted ? "restarted" : came === "approved" || came === "nothing" ? "unharmed" : "survived"]++;
    const told = wrong.filter((words) => !words.includes("the firmware failed"));
    result.violations.push(
      ...told.map((words) => `${flow.name}, allocation ${n}${onwards ? " and all after it" : ""}: ${words}`),
    );
  }
  return result;
}

export const told = ({ flow, allocations, points, outcomes, violations: wrong }: MemoryResult): string =>
  `${flow}: ${allocations} allocations, ${points} of them failed: ${outcomes.restarted} times ended and started again, ${outcomes.survived} times said so, ${outcomes.unharmed} times unharmed; ${wrong.length} violations`;
