/**
 * A random day: people of every kind come to the counter, change their minds, mash keys, wait too long; power, disk, line, host, devices and
 * clock fail; in the evening the faults stop, the terminal must be back at idle by itself, and the books are closed. What happened is a list of
 * lines; the same list played again is the same day, and a shorter one is still a day.
 */
import { Chance } from "../flow/random-day-chance.ts";
import { Cashier, Stuck } from "./cashier.ts";
import { chipShop } from "./chip-shop.ts";
import { closing, lookAtQuiet, mendAll, type Violation, Watch } from "./closing.ts";
import { FLOWS, type Flow, opening } from "./flows.ts";
import { type JournalRecord, People } from "./people.ts";
import { BETWEEN, mashed, eveningOf, leftAloneAt, troubleBefore, troubleWithin } from "./trouble.ts";
import { World, type WorldOptions } from "./world.ts";

/** Another chance than the day's own. */
const CHIP_SHOP = 0xc419;

export interface DayOptions extends Pick<WorldOptions, "engine" | "bundle"> {
  seed: number;
  /** Played instead of a random day. */
  lines?: readonly string[];
}

export interface Day {
  seed: number;
  /** What people and faults did until the evening. */
  lines: readonly string[];
  /** How often what came to what: {"1 approved": 7, …}, flows by their menu path. */
  counts: Record<string, number>;
  violations: Violation[];
  simulatedMs: number;
  /** How long it took back to idle in the evening, simulated. */
  backMs: number;
  /** Of every byte of the day. */
  digest: string;
}

const LEAST_CUSTOMERS = 6;
const MOST_CUSTOMERS = 18;
/** So many in a hundred days are of a shop that reads chips. */
const CHIP_DAYS = 50;

/** The same when the day is played again; by no rhythm that processes which share the seeds could fall into. */
const readsChips = (seed: number): boolean => new Chance(seed ^ CHIP_SHOP).from(1, 100) <= CHIP_DAYS;

export async function day({ seed, lines, ...more }: DayOptions): Promise<Day> {
  const chips = readsChips(seed);
  const world = await World.create({ seed, ...more, ...(chips ? { chips, image: await chipShop(more.bundle) } : {}) });
  world.bus.keeps = false;
  const counts: Record<string, number> = {};
  const watch = new Watch(world);
  const began = world.desk.clock.now();
  let until = 0;
  try {
    await guarded(watch, async () => {
      if (lines === undefined) await live(world, seed, watch, counts);
      else for (const line of lines) await replayed(world, watch, line);
    });
    until = world.events.length;
    if (!watch.found) await guarded(watch, () => closing(world, watch, eveningOf(seed)));
    return {
      seed,
      lines: world.events.slice(0, until),
      counts,
      violations: watch.violations,
      simulatedMs: world.desk.clock.now() - began,
      backMs: watch.backMs,
      digest: world.digest(),
    };
  } finally {
    await world.close();
  }
}

/** What stops the day is a finding too. */
async function guarded(watch: Watch, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    const what = error instanceof Stuck ? "I9" : "stopped";
    watch.complain(what, error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

async function live(world: World, seed: number, watch: Watch, counts: Record<string, number>): Promise<void> {
  const chance = new Chance(seed);
  const chips = readsChips(seed);
  const people = new People(chance, world.desk.tray, chips);
  const cashier = new Cashier(world);
  await cashier.home();
  const customers = chance.from(LEAST_CUSTOMERS, MOST_CUSTOMERS);
  const leavesAt = leftAloneAt(seed);
  for (let n = 0; n < customers; n++) {
    const seen = n > 0 && !world.isOff && world.screen === "idle" ? await lookAtQuiet(world, watch) : undefined;
    if (watch.found) return;
    for (const line of troubleBefore(world, chance, chips)) await cashier.act(line);
    await untilStuck(world, () => cashier.home());
    await cashier.home();
    const { flow, original } = pick(chance, seen?.journal.transactions ?? (await world.desk.journal()).transactions);
    const visit = flow.visit(people, original);
    const last = n === customers - 1;
    const troubles = { ...troubleWithin(chance, chips), ...(last && leavesAt !== undefined ? { leavesAt } : {}) };
    const outcome = await untilStuck(world, () => cashier.serve({ begin: opening(flow), ...visit }, troubles));
    const key = `${flow.path} ${outcome}`;
    counts[key] = (counts[key] ?? 0) + 1;
    if (!last && chance.happens(0.04)) for (const line of mashed(chance)) await cashier.act(line);
  }
}

/** Where faults last, the terminal may be stuck; then somebody mends everything. */
async function untilStuck<T>(world: World, act: () => Promise<T>): Promise<T | "stuck"> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Stuck)) throw error;
    await mendAll(world);
    return "stuck";
  }
}

/** `transactions`: the slips in the drawer. */
function pick(chance: Chance, transactions: readonly unknown[]): { flow: Flow; original: JournalRecord } {
  const records = transactions as readonly JournalRecord[];
  const possible = FLOWS.flatMap((flow): [number, { flow: Flow; originals: JournalRecord[] }][] => {
    const originals = flow.about === undefined ? [] : records.filter(flow.about);
    const can = flow.weight > 0 && (flow.about === undefined || originals.length > 0);
    return can ? [[flow.weight, { flow, originals }]] : [];
  });
  const { flow, originals } = chance.weighted(possible);
  return { flow, original: originals.length === 0 ? NOTHING : chance.one(originals) };
}

const NOTHING: JournalRecord = { kind: "", state: "", batch: "", trace: "", pan: "", amountFen: 0, approvedFen: 0, date: "" };

/** A line whose context was left out comes to nothing. Where a customer has gone, the books are looked at as on the day itself. */
async function replayed(world: World, watch: Watch, line: string): Promise<void> {
  if (watch.found) return;
  if (line === BETWEEN && !world.isOff && world.screen === "idle") await lookAtQuiet(world, watch);
  await world.do(line).catch((error: unknown) => {
    if (error instanceof TypeError) throw error;
  });
}
