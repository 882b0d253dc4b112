/** What all sweeps have in common: a list of cells for a flow, a seeded share of them, their counts. */
import { Chance } from "../../flow/random-day-chance.ts";
import type { Outcome } from "./cell.ts";
import type { SweepFlow } from "./flows.ts";

/** One thing that goes wrong at one place of a flow. */
export interface Point {
  flow: string;
  /** Row of the fault list (reliability §3): "B4", "D1", "A1". */
  fault: string;
  /** In words, enough to find it again. */
  name: string;
  /** Undefined: it turned out that nothing can go wrong there in this way. */
  run(seed: number): Promise<Outcome | undefined>;
}

/** A fault that a flow cannot meet, and why. */
export interface Absent {
  flow: string;
  fault: string;
  why: string;
}

export interface Listing {
  points: Point[];
  absent: Absent[];
}

export interface Sweep {
  name: string;
  /** Faults that no flow can meet here, and who proves them. */
  elsewhere: Record<string, string>;
  flows(long: boolean): readonly SweepFlow[];
  /** `whole`: nothing is left out, however many there are. */
  list(flow: SweepFlow, whole: boolean): Promise<Listing>;
}

export interface Count {
  cells: number;
  /** The fault found nothing to spoil. */
  idle: number;
  violations: string[];
}

export interface Share {
  /** At most so many points of each flow, chosen by the seed; undefined: all. */
  perFlow?: number;
  seed: number;
  /** Every `of`-th flow from `part` on, for several processes. */
  part?: number;
  of?: number;
  /** Real ms (Date.now) after which no new point begins. */
  until?: number;
  /** Quiet flows too. */
  long?: boolean;
  only?: RegExp;
  told?(line: string): void;
}

export type Counts = Map<string, Count>;

/** By flow and fault: "sale | B4". Every violation is told as it comes. */
export async function sweep(swept: Sweep, share: Share): Promise<Counts> {
  const { seed, part = 0, of = 1, until = Number.POSITIVE_INFINITY, long = false, only, told } = share;
  const counts: Counts = new Map();
  const flows = swept.flows(long).filter(({ name }) => only === undefined || only.test(name));
  for (const [at, flow] of flows.entries()) {
    if (at % of !== part || Date.now() > until) continue;
    const { points } = await swept.list(flow, share.perFlow === undefined);
    for (const point of chosen(points, share, at)) {
      if (Date.now() > until) break;
      const outcome = await point.run(seed);
      counted(counts, point, outcome);
      for (const words of outcome?.violations ?? []) told?.(`${point.flow}, ${point.fault} ${point.name}: ${words}`);
      // A world never lets go of the thread by itself.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return counts;
}

/** As many of each fault as there is room for, those of one fault by the seed. */
function chosen(points: readonly Point[], { perFlow, seed }: Share, at: number): readonly Point[] {
  if (perFlow === undefined || points.length <= perFlow) return points;
  const chance = new Chance(seed * 1_000 + at);
  const faults = new Map<string, Point[]>();
  for (const point of points) faults.set(point.fault, [...(faults.get(point.fault) ?? []), point]);
  const groups = [...faults.values()];
  const offset = chance.from(0, groups.length - 1);
  const picked: Point[] = [];
  for (let n = offset; picked.length < perFlow; n++) {
    const group = groups[n % groups.length] as Point[];
    if (group.length > 0) picked.push(group.splice(chance.from(0, group.length - 1), 1)[0] as Point);
  }
  return picked;
}

function counted(counts: Counts, { flow, fault, name }: Point, outcome: Outcome | undefined): void {
  const key = `${flow} | ${fault}`;
  const count = counts.get(key) ?? { cells: 0, idle: 0, violations: [] };
  counts.set(key, count);
  if (outcome === undefined) count.idle++;
  else count.cells++;
  count.violations.push(...(outcome?.violations ?? []).map((words) => `${flow}, ${fault} ${name}: ${words}`));
}

export function total(counts: Counts): Count {
  const sum: Count = { cells: 0, idle: 0, violations: [] };
  for (const { cells, idle, violations } of counts.values()) {
    sum.cells += cells;
    sum.idle += idle;
    sum.violations.push(...violations);
  }
  return sum;
}
