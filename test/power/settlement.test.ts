/**
 * The power goes at one moment of a settlement after another (M17). Afterwards the batch is settled by itself or as it was, each record was told
 * to the host once, nothing was cleared before the host had closed the batch, and both sides stand at the same next batch.
 */
import { expect, test } from "vitest";
import { type Cut, type Moment, PowerIsGone, words, World } from "./world.ts";
import { cutsOf, listed, shares } from "./sweep.ts";

const LONG_MS = 3_600_000;
const CUTS_OF_A_WORLD = 40;
const SALES_FEN = [1_000, 2_500];
const SUM_FEN = 3_500;
/** The PIN pad gives out only so many PIN entries an hour. */
const PAUSE_MS = 90_000;

/** DE48 of a 0510 whose domestic half says "not balanced": every record goes up. */
const differs = (): string =>
  `${String(SUM_FEN).padStart(12, "0")}${String(SALES_FEN.length).padStart(3, "0")}${"0".repeat(15)}2${"0".repeat(30)}1`;

async function newWorld(seed: number): Promise<World> {
  const world = await World.create(seed);
  world.desk.acquirer?.addRule({ match: { mti: "0500" }, answer: { "48": differs() } });
  await world.logIn();
  return world;
}

async function sell(world: World): Promise<void> {
  for (const fen of SALES_FEN) {
    world.desk.clock.jumpTo(world.desk.clock.now() + PAUSE_MS);
    await world.sale(fen);
    await world.expect("approved");
    await world.finish();
  }
}

async function settle(world: World): Promise<void> {
  await world.press("menu", "9", "3");
  await world.finish();
}

const batchOf = async (world: World): Promise<string> => (await world.desk.journal()).batch;
const settlementOf = (world: World, batch: string) =>
  world.desk.acquirer?.ledger().settlements.find((each) => each.batch === batch);

/** What is wrong with the settled batch, in words. */
async function wrongWith(world: World, batch: string, from: { errors: number; paper: number }): Promise<string[]> {
  const found: string[] = [];
  const view = settlementOf(world, batch);
  if (view?.closed !== true) return [`the host has not closed batch ${batch}`];
  if (view.uploaded !== SALES_FEN.length || view.told !== SALES_FEN.length)
    found.push(`${view.uploaded} uploaded, ${view.told} told, there are ${SALES_FEN.length}`);
  for (const { what, trace, words } of view.problems) found.push(`${what} ${trace}: ${words}`);
  if (!view.balanced.domestic) found.push(`the totals were not the host's: ${JSON.stringify(view.totals)}`);
  const host = world.desk.acquirer?.state().terminals[0]?.batch;
  const own = await batchOf(world);
  if (host !== own || Number(own) !== Number(batch) + 1)
    found.push(`after batch ${batch} the terminal is at ${own}, the host at ${host}`);
  const slips = world.desk.devices.printer.paper.filter(({ n }) => n > from.paper).map(({ text }) => text.join("\n"));
  const whole = slips.filter((slip) => slip.includes("SETTLEMENT TOTALS") && slip.includes(batch) && slip.includes("35.00"));
  if (whole.length === 0) found.push("no settlement slip is on paper");
  if (whole.filter((slip) => !slip.includes("DUPLICATED")).length > 1)
    found.push("two settlement slips, neither marked as a reprint");
  for (const error of world.errors.slice(from.errors)) found.push(`logged as an error: ${error}`);
  const check = await world.desk.check();
  for (const { what, trace, words } of check.differences) found.push(`the desk's check: ${what} of ${trace}: ${words}`);
  return found;
}

async function oneCut(world: World, cut: Cut): Promise<string[]> {
  await sell(world);
  const batch = await batchOf(world);
  const from = { errors: world.errors.length, paper: world.desk.devices.printer.paper.at(-1)?.n ?? -1 };
  world.arm(cut);
  try {
    await settle(world);
  } catch (error) {
    if (!(error instanceof PowerIsGone)) throw error;
  }
  world.disarm();
  if (!world.isOff) return ["the moment never came: the run is not repeatable"];
  const closed = settlementOf(world, batch)?.closed === true;
  await world.powerOn();
  const early = (await batchOf(world)) !== batch && !closed;
  await world.logIn();
  // Cut before anything had left, it is as if nobody had asked.
  if ((await batchOf(world)) === batch) await settle(world);
  return [
    ...(early ? ["the batch was closed here before the host had closed it"] : []),
    ...(await wrongWith(world, batch, from)),
  ];
}

async function momentsOf(): Promise<Moment[]> {
  const world = await newWorld(1);
  try {
    await sell(world);
    await settle(world);
    await sell(world);
    const batch = await batchOf(world);
    const from = { errors: world.errors.length, paper: world.desk.devices.printer.paper.at(-1)?.n ?? -1 };
    const end = world.record();
    await settle(world);
    const moments = end();
    expect(await wrongWith(world, batch, from)).toEqual([]);
    return moments;
  } finally {
    await world.close();
  }
}

test(
  "settlement: the power goes, and the batch is settled once",
  async () => {
    const moments = await momentsOf();
    console.log(`settlement: ${listed(moments)}`);
    const cuts = cutsOf(moments, shares({ disk: 0.1, wires: 0.01 }));
    const violations: string[] = [];
    let world: World | undefined;
    for (const [at, cut] of cuts.entries()) {
      if (world === undefined) {
        world = await newWorld(at + 1);
        await sell(world);
        await settle(world);
      }
      const wrong = await oneCut(world, cut).catch((error: unknown) => [String(error instanceof Error ? error.stack : error)]);
      violations.push(...wrong.map((each) => `cut ${words(cut)}: ${each}`));
      if (wrong.length > 0 || at % CUTS_OF_A_WORLD === CUTS_OF_A_WORLD - 1) {
        await world.close().catch(() => undefined);
        world = undefined;
      }
    }
    await world?.close();
    console.log(`settlement: ${moments.length} moments, ${cuts.length} cuts, ${violations.length} violations`);
    expect(violations).toEqual([]);
    expect(cuts.length).toBeGreaterThanOrEqual(30);
  },
  LONG_MS,
);
