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
  /** The longest way back to idle from the fault on, simulated. */
  backMs: number;
}

export interface Share {
  /** At most so many points of each flow, of the faults that were met least so far and then by the seed; undefined: all. */
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
  const met = new Map<string, number>();
  const flows = swept.flows(long).filter(({ name }) => only === undefined || only.test(name));
  for (const [at, flow] of flows.entries()) {
    if (at % of !== part || Date.now() > until) continue;
    const { points } = await swept.list(flow, share.perFlow === undefined);
    for (const point of chosen(points, share, at, met)) {
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

/** Each time of the fault that was met least so far, so that what few flows can meet is met wherever it can be; its point by the seed. */
function* chosen(points: readonly Point[], { perFlow, seed }: Share, at: number, met: Map<string, number>): Generator<Point> {
  if (perFlow === undefined || points.length <= perFlow) {
    yield* points;
    return;
  }
  const chance = new Chance(seed * 1_000 + at);
  const faults = new Map<string, Point[]>();
  for (const point of points) faults.set(point.fault, [...(faults.get(point.fault) ?? []), point]);
  const from = chance.from(0, faults.size - 1);
  const turned = [...faults].slice(from).concat([...faults].slice(0, from));
  const times = (fault: string): number => met.get(fault) ?? 0;
  for (let n = 0; n < perFlow; n++) {
    const left = turned.filter(([, group]) => group.length > 0);
    const [fault, group] = left.reduce((least, each) => (times(each[0]) < times(least[0]) ? each : least));
    met.set(fault, times(fault) + 1);
    yield group.splice(chance.from(0, group.length - 1), 1)[0] as Point;
  }
}

function counted(counts: Counts, { flow, fault, name }: Point, outcome: Outcome | undefined): void {
  const key = `${flow} | ${fault}`;
  const count = counts.get(key) ?? { cells: 0, idle: 0, violations: [], backMs: 0 };
  counts.set(key, count);
  if (outcome === undefined) count.idle++;
  else count.cells++;
  count.backMs = Math.max(count.backMs, outcome?.backMs ?? 0);
  count.violations.push(...(outcome?.violations ?? []).map((words) => `${flow}, ${fault} ${name}: ${words}`));
}

export function total(counts: Counts): Count {
  const sum: Count = { cells: 0, idle: 0, violations: [], backMs: 0 };
  for (const { cells, idle, violations, backMs } of counts.values()) {
    sum.cells += cells;
    sum.idle += idle;
    sum.violations.push(...violations);
    sum.backMs = Math.max(sum.backMs, backMs);
  }
  return sum;
}
