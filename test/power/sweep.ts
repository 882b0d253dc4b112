/** Cuts the power at one moment of a flow after another, and looks at the books after each. */
import { cutsAt } from "../world/sweeps/cuts.ts";
import { markOf, violations } from "./books.ts";
import { AFTERWARDS_FEN, type Flow } from "./flows.ts";
import { type Cut, type Moment, PowerIsGone, words, World } from "./world.ts";

/** A world is thrown away after so many cuts: its batch would fill up. */
const CUTS_OF_A_WORLD = 60;

export interface Result {
  flow: string;
  moments: number;
  cuts: number;
  violations: string[];
}

export const told = ({ flow, moments, cuts, violations }: Result): string =>
  `${flow}: ${moments} moments, ${cuts} cuts, ${violations.length} violations`;

// ── which cuts ──

/** How much of each kind is cut: 1 is all of it, 0.1 every tenth, spread evenly. */
export interface Shares {
  disk: number;
  wires: number;
}

/** With TAEL_POWER=all nothing is left out. */
export const shares = (normal: Shares): Shares => (process.env.TAEL_POWER === "all" ? { disk: 1, wires: 1 } : normal);

function thinned<T>(all: readonly T[], share: number): T[] {
  return all.filter((_, at) => Math.floor((at + 1) * share) > Math.floor(at * share));
}

/** Cuts at these moments: the host line whole, the disk and each other wire by their shares. */
export function cutsOf(moments: readonly Moment[], { disk, wires }: Shares): Cut[] {
  const of = (source: string): Moment[] => moments.filter((moment) => moment.source === source);
  const onWire = (source: string): Cut[] => of(source).flatMap(cutsAt);
  const others = [...new Set(moments.map(({ source }) => source))].filter((source) => source !== "disk" && source !== "host");
  return [...thinned(onWire("disk"), disk), ...onWire("host"), ...others.flatMap((source) => thinned(onWire(source), wires))];
}

/** How many of each source, for people. */
export function listed(moments: readonly Moment[]): string {
  const counts = new Map<string, number>();
  for (const { source, does } of moments) counts.set(`${source} ${does}`, (counts.get(`${source} ${does}`) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${name} ${count}`).join(" · ");
}

// ── running them ──

async function readyWorld(flow: Flow, seed: number): Promise<World> {
  const world = await World.create(seed);
  flow.prepare?.(world);
  await world.logIn();
  return world;
}

/** The flow once without a cut: its moments, and that all is well without one. */
export async function momentsOf(flow: Flow): Promise<Moment[]> {
  const world = await readyWorld(flow, 1);
  try {
    // The second time: nothing is done for the first time any more.
    await flow.run(world);
    const mark = markOf(world);
    const end = world.record();
    await flow.run(world);
    const moments = end();
    const wrong = await violations(world, mark, flow.confirmedFen);
    if (wrong.length > 0) throw new Error(`${flow.name} without a cut: ${wrong.join("; ")}`);
    return moments;
  } finally {
    await world.close();
  }
}

/** `act` until the power goes; false when it does not. */
async function untilDark(world: World, act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof PowerIsGone)) throw error;
  }
  world.disarm();
  return world.isOff;
}

/** Power on, log-in, whatever is to be finished, and one more small sale; then the books. */
async function aftermath(world: World, mark: ReturnType<typeof markOf>, confirmedFen: readonly number[]): Promise<string[]> {
  if (world.isOff) await world.powerOn();
  await world.logIn();
  await world.sale(AFTERWARDS_FEN);
  await world.expect("approved");
  await world.finish();
  return violations(world, mark, [...confirmedFen, AFTERWARDS_FEN]);
}

/** One cut in a world at idle; what it broke, in words. */
async function oneCut(world: World, flow: Flow, cut: Cut): Promise<string[]> {
  const mark = markOf(world);
  world.arm(cut);
  if (!(await untilDark(world, () => flow.run(world)))) return ["the moment never came: the run is not repeatable"];
  return aftermath(world, mark, flow.confirmedFen);
}

/** A new terminal's first power-on, cut at one moment of the disk after another. */
export async function sweepFirstStart(normal: Shares): Promise<Result> {
  const fresh = await World.create();
  const moments = fresh.moments.filter(({ source }) => source === "disk");
  await fresh.close();
  const result: Result = { flow: "first start", moments: moments.length, cuts: 0, violations: [] };
  for (const [at, cut] of cutsOf(moments, normal).entries()) {
    const world = await World.create(at + 1, cut);
    const dark = world.isOff;
    const wrong = dark ? await aftermath(world, markOf(world), []).catch(inWords) : ["the moment never came"];
    result.cuts++;
    result.violations.push(...wrong.map((each) => `first start, cut ${words(cut)}: ${each}`));
    await world.close();
  }
  return result;
}

/** A first cut in the flow, a second one in the recovery from it. */
async function twoCuts(world: World, flow: Flow, first: Cut, second: Cut): Promise<string[]> {
  const mark = markOf(world);
  world.arm(first);
  if (!(await untilDark(world, () => flow.run(world)))) return ["the first moment never came: the run is not repeatable"];
  world.arm(second);
  if (!(await untilDark(world, () => recover(world)))) return ["the second moment never came: the run is not repeatable"];
  return aftermath(world, mark, flow.confirmedFen);
}

/** Boot to idle. */
async function recover(world: World): Promise<void> {
  await world.powerOn();
  await world.logIn();
}

/** Moments between power-on after `first` and idle. */
export async function recoveryMoments(flow: Flow, first: Cut): Promise<Moment[]> {
  const world = await readyWorld(flow, 1);
  try {
    await flow.run(world);
    world.arm(first);
    if (!(await untilDark(world, () => flow.run(world)))) throw new Error("the first moment never came");
    const end = world.record();
    await recover(world);
    return end();
  } finally {
    await world.close();
  }
}

const inWords = (error: unknown): string[] => [error instanceof Error ? (error.stack ?? error.message) : String(error)];

type Run = (world: World) => Promise<string[]>;

async function sweep(flow: Flow, moments: number, runs: { name: string; run: Run }[]): Promise<Result> {
  const result: Result = { flow: flow.name, moments, cuts: 0, violations: [] };
  let world: World | undefined;
  for (const [at, { name, run }] of runs.entries()) {
    if (world !== undefined && at % CUTS_OF_A_WORLD === 0) {
      await world.close();
      world = undefined;
    }
    if (world === undefined) {
      world = await readyWorld(flow, at + 1);
      await flow.run(world);
    }
    const wrong = await run(world).catch(inWords);
    result.cuts++;
    result.violations.push(...wrong.map((each) => `${flow.name}, cut ${name}: ${each}`));
    if (wrong.length > 0) {
      // What is wrong once would be wrong in all runs to come.
      await world.close().catch(() => undefined);
      world = undefined;
    }
  }
  await world?.close();
  return result;
}

export function sweepFlow(flow: Flow, moments: readonly Moment[], cuts: readonly Cut[]): Promise<Result> {
  const runs = cuts.map((cut) => ({ name: words(cut), run: (world: World) => oneCut(world, flow, cut) }));
  return sweep(flow, moments.length, runs);
}

export function sweepRecovery(flow: Flow, first: Cut, moments: readonly Moment[], cuts: readonly Cut[]): Promise<Result> {
  const runs = cuts.map((second) => ({
    name: `${words(first)}, then ${words(second)}`,
    run: (world: World) => twoCuts(world, flow, first, second),
  }));
  return sweep(flow, moments.length, runs);
}
