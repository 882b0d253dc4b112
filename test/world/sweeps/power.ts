/**
 * The power goes at every moment of every flow, and again while the terminal comes back, and (reversals, settlements) a third time: reliability
 * §3 A1, A2, A5, A10, A11. What is not the power's part of F-A (phantoms, failed syncs, bit rot) is the store's: test/platform/guest.
 */
import { type Cut, type Moment, words } from "../moments.ts";
import { type Ending, gone, run, type Stage, staged } from "./cell.ts";
import type { Listing, Point, Sweep } from "./cells.ts";
import { cutsAt, turningPoints } from "./cuts.ts";
import { SWEEP_FLOWS, type SweepFlow } from "./flows.ts";

/** Recoveries differ in length: some have this many times the moments of the one that was looked at. */
const LONGER = 1.5;
/** Of wires that neither keep money nor move it, in a second cut; of pairs before a third. Where nothing is left out there is no end to either. */
const SOME = { otherWiresShare: 0.1, pairs: 40 };
const ALL = { otherWiresShare: 1, pairs: Infinity };
type Depth = typeof SOME;

const BROWN_OUTS = 5;
/** Where three cuts in a row are tried. */
const THRICE = /reversed|settlement|menu 9 3/;

interface Recorded {
  flow: readonly Moment[];
  /** From power-on after the last request was on the line, to idle. */
  recovery: readonly Moment[];
}

async function recorded(flow: SweepFlow): Promise<Recorded> {
  const clean = await staged(flow, 1);
  const end = clean.world.record();
  await gone(clean);
  const moments = end();
  await clean.world.close();
  const last = turningPoints(moments).findLast(({ moment }) => moment.source === "host") ?? turningPoints(moments).at(-1);
  return { flow: moments, recovery: last === undefined ? [] : await recoveryFrom(flow, last) };
}

async function recoveryFrom(flow: SweepFlow, first: Cut): Promise<Moment[]> {
  const stage = await staged(flow, 1);
  const { world } = stage;
  try {
    // A cut that never comes: counts begin anew at the one before it.
    world.arm(first, { moment: { source: "never", n: 0 }, phase: "after", survival: "none" });
    await gone(stage);
    return [...world.moments];
  } finally {
    await world.close();
  }
}

const kindOf = ({ phase, survival }: Cut): string =>
  typeof phase === "object" ? "A2 torn" : survival === "none" ? "A1 cut" : "A5 cut, unsynced survives";

function point(flow: SweepFlow, fault: string, first: Cut, then: readonly Cut[], ending: Ending): Point {
  const all = [first, ...then];
  return {
    flow: flow.name,
    fault,
    // Nothing left out, there are a million of them.
    get name() {
      return all.map(words).join(", then ");
    },
    async run(seed) {
      let came = true;
      const outcome = await run({
        flow,
        seed,
        strict: true,
        ending: flow.path === "9 2" ? "settled" : ending,
        trouble: ({ world }) => {
          world.arm(first, ...then);
          return undefined;
        },
        missed: ({ world }: Stage) => {
          came = !world.bus.armed;
          return came || then.length > 0 ? undefined : "the moment never came: the run is not repeatable";
        },
      });
      return came || outcome.violations.length > 0 ? outcome : undefined;
    },
  };
}

function groups(moments: readonly Moment[]): Map<string, Moment[]> {
  const made = new Map<string, Moment[]>();
  for (const moment of moments) made.set(moment.source, [...(made.get(moment.source) ?? []), moment]);
  return made;
}

/** Cuts of a recovery that is somewhat longer than this one. */
function secondCuts(recovery: readonly Moment[], { otherWiresShare }: Depth): Cut[] {
  return [...groups(recovery)].flatMap(([source, moments]) => {
    const more = Array.from(
      { length: Math.ceil(moments.length * LONGER) },
      (_, at): Moment => ({
        ...(moments[at % moments.length] as Moment),
        n: at + 1,
      }),
    );
    const cuts = more.flatMap(cutsAt);
    if (source === "disk" || source === "host") return cuts;
    const step = Math.round(1 / otherWiresShare);
    return cuts.filter((_, at) => at % step === 0);
  });
}

const alternately = (at: number): Ending => (at % 2 === 0 ? "sold" : "settled");

function twice(flow: SweepFlow, { flow: moments, recovery }: Recorded, depth: Depth): Point[] {
  const seconds = secondCuts(recovery, depth);
  return turningPoints(moments).flatMap((first) =>
    seconds.map((second, at) => point(flow, "A10 twice", first, [second], alternately(at))),
  );
}

function thrice(flow: SweepFlow, { flow: moments, recovery }: Recorded, depth: Depth): Point[] {
  const turns = turningPoints(recovery);
  const pairs = turningPoints(moments).flatMap((first) => turns.map((second): [Cut, Cut] => [first, second]));
  const step = Math.max(1, Math.ceil(pairs.length / depth.pairs));
  const thirds = secondCuts(recovery, depth).filter(({ moment }) => moment.source === "disk" || moment.source === "host");
  return pairs
    .filter((_, at) => at % step === 0)
    .flatMap(([first, second]) =>
      thirds.map((third, at) => point(flow, "A10 three times", first, [second, third], alternately(at))),
    );
}

/** On, a moment of light, off again, some times over. */
function brownOuts(flow: SweepFlow, { flow: moments }: Recorded): Point[] {
  const again = (n: number): Cut => ({ moment: { source: "debug", n }, phase: "before", survival: "none" });
  return turningPoints(moments).map((first, at) =>
    point(flow, "A11 brown-outs", first, Array<Cut>(BROWN_OUTS).fill(again(1 + (at % 4))), "sold"),
  );
}

export const powerSweep: Sweep = {
  name: "power cuts",
  elsewhere: {
    "A3 A4 A6 A7 A8 A9": "the store's own tests (test/platform/guest) and random days (test/world)",
    A12: "test/flow/calendar",
  },
  flows: (long) => SWEEP_FLOWS.filter(({ quiet }) => long || quiet !== true),
  async list(flow, whole): Promise<Listing> {
    const depth = whole ? ALL : SOME;
    const made = await recorded(flow);
    const once = made.flow.flatMap(cutsAt).map((cut, at) => point(flow, kindOf(cut), cut, [], alternately(at)));
    const points = [...once, ...twice(flow, made, depth), ...brownOuts(flow, made)];
    return { points: THRICE.test(flow.name) ? [...points, ...thrice(flow, made, depth)] : points, absent: [] };
  },
};
