/**
 * The power goes at one moment of an offline sale after another (§5.4: posted, on its way, told). Afterwards the host and the terminal have it once and
 * for the same sum, or neither has it; it is on paper; and the batch settles balanced.
 */
import { expect, test } from "vitest";
import { cutsOf, listed, shares } from "./sweep.ts";
import { type Cut, type Moment, PowerIsGone, words, World } from "./world.ts";

const LONG_MS = 3_600_000;
const CUTS_OF_A_WORLD = 40;
const AMOUNT_FEN = 2_500;

/** From idle to idle: card, amount, authorised by telephone, told to the host. */
async function offline(world: World): Promise<void> {
  await world.press("menu", "7", "2");
  await world.swipe();
  await world.press(...String(AMOUNT_FEN), "enter", "1", ..."123456", "enter", "enter");
  await world.finish();
}

/** What stands, at the host and here. */
async function standing(world: World): Promise<{ host: string[]; here: string[] }> {
  const { transactions = [] } = world.desk.acquirer?.ledger({ clear: true }) ?? {};
  const journal = await world.desk.journal();
  return {
    host: transactions.filter(({ kind, state }) => kind === "offline" && state === "approved").map(({ trace }) => trace),
    here: journal.transactions
      .filter(({ kind, state }) => kind === "offline" && state === "approved")
      .map(({ trace }) => String(trace)),
  };
}

async function wrongWith(world: World, from: { stood: number; errors: number }): Promise<string[]> {
  const found: string[] = [];
  const { host, here } = await standing(world);
  if (host.join() !== here.join()) found.push(`the host has ${host.slice(-3).join()}, the journal ${here.slice(-3).join()}`);
  if (here.length > from.stood + 1) found.push(`${here.length - from.stood} stand, and one was made`);
  const journal = await world.desk.journal();
  const left = journal.transactions.filter(({ state }) => state === "pending").length;
  if (left > 0) found.push(`${left} still to be told`);
  for (const error of world.errors.slice(from.errors)) found.push(`logged as an error: ${error}`);
  const check = await world.desk.check();
  for (const { what, trace, words: why } of check.differences) found.push(`the desk's check: ${what} of ${trace}: ${why}`);
  return found;
}

async function oneCut(world: World, cut: Cut): Promise<string[]> {
  const from = { stood: (await standing(world)).here.length, errors: world.errors.length };
  world.arm(cut);
  try {
    await offline(world);
  } catch (error) {
    if (!(error instanceof PowerIsGone)) throw error;
  }
  world.disarm();
  if (!world.isOff) return ["the moment never came: the run is not repeatable"];
  await world.powerOn();
  await world.logIn();
  return wrongWith(world, from);
}

async function newWorld(seed: number): Promise<World> {
  const world = await World.create(seed);
  await world.logIn();
  // The second time: nothing is done for the first time any more.
  await offline(world);
  return world;
}

async function momentsOf(): Promise<Moment[]> {
  const world = await newWorld(1);
  try {
    const from = { stood: 1, errors: world.errors.length };
    const end = world.record();
    await offline(world);
    const moments = end();
    expect(await wrongWith(world, from)).toEqual([]);
    return moments;
  } finally {
    await world.close();
  }
}

/** The batch of a world that saw so many cuts. */
async function settled(world: World): Promise<string[]> {
  const batch = (await world.desk.journal()).batch;
  await world.press("menu", "9", "3");
  await world.finish();
  const view = world.desk.acquirer?.ledger().settlements.find((each) => each.batch === batch);
  return view?.closed === true && view.balanced.domestic && view.problems.length === 0
    ? []
    : [`batch ${batch} did not settle balanced`];
}

test(
  "offline sale: the power goes, and it is told once",
  async () => {
    const moments = await momentsOf();
    console.log(`offline sale: ${listed(moments)}`);
    const cuts = cutsOf(moments, shares({ disk: 0.25, wires: 0.01 }));
    const violations: string[] = [];
    for (let at = 0; at < cuts.length; at += CUTS_OF_A_WORLD) {
      const world = await newWorld(at + 1);
      for (const cut of cuts.slice(at, at + CUTS_OF_A_WORLD)) {
        const wrong = await oneCut(world, cut);
        violations.push(...wrong.map((each) => `cut ${words(cut)}: ${each}`));
      }
      violations.push(...(await settled(world)));
      await world.close();
    }
    console.log(`offline sale: ${moments.length} moments, ${cuts.length} cuts, ${violations.length} violations`);
    expect(violations).toEqual([]);
    expect(cuts.length).toBeGreaterThanOrEqual(15);
  },
  LONG_MS,
);
