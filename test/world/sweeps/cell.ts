/** One run of a flow in which one thing goes wrong, from a photographed world to the books (reliability §4). */
import { Cashier, Stuck, type VisitTroubles } from "../cashier.ts";
import { check, closing, COMES_BACK_MS, type Violation, Watch } from "../closing.ts";
import { opening } from "../flows.ts";
import { isSettlementSlip, readTotals } from "../slips.ts";
import type { Line, Visit } from "../visit.ts";
import { World } from "../world.ts";
import type { SweepFlow } from "./flows.ts";
import { flowOf, imageOf, optionsOf, originalFor } from "./images.ts";
import { SteadyPeople } from "./steady.ts";

/** Amounts of flows; those of the prepared batches are below. */
const FIRST_FEN = 200_000;
/** The sale after a power cut. */
const AFTERWARDS_FEN = 200;
const PAUSE = "clock advance 60s";
/** TAEL_ENGINE=quickjs for the terminal's own engine, whose bytes are the same. */
const ENGINE = process.env.TAEL_ENGINE === "quickjs" ? "quickjs" : "node-vm";
const A_WHILE = "clock advance 5s";
const ASK_AGAIN = 3;
const NO_TROUBLE: VisitTroubles = { helpsPrinter: true };

/** At idle, logged in, with everything the flow needs. */
export interface Stage {
  world: World;
  cashier: Cashier;
  visit: Visit;
  batch: string;
  /** The terminal reads chips. */
  chips?: true;
  /** Logged before the flow began. */
  errorsBefore: number;
  /** From the fault's beginning, or the power's return, to idle, simulated. */
  backMs: number;
}

/** Looks at the terminal as soon as it has power again. */
class Returning extends Cashier {
  readonly #world: World;
  readonly #looks: () => void;
  constructor(world: World, looks: () => void) {
    super(world);
    this.#world = world;
    this.#looks = looks;
  }
  override async home(): Promise<void> {
    while (this.#world.isOff) {
      await this.#world.do("power on");
      if (!this.#world.isOff) this.#looks();
    }
    await super.home();
  }
}

export interface Outcome {
  /** What the visit came to, in a word. */
  came: string;
  violations: string[];
  /** From the fault's beginning, or the power's return, to idle, simulated. */
  backMs: number;
}

export async function staged(
  flow: SweepFlow,
  seed: number,
  early: () => void = () => undefined,
  engine: Cell["engine"] = ENGINE,
): Promise<Stage> {
  const world = await World.create({ seed, engine, image: await imageOf(flow.image), ...optionsOf(flow.image) });
  const cashier = new Returning(world, early);
  await cashier.home();
  for (const line of flow.before ?? []) await world.do(line);
  for (const rule of (await flow.rules?.(world)) ?? []) world.desk.acquirer?.addRule(rule);
  const row = flowOf(flow.path);
  const own = row.visit(new SteadyPeople(world.desk.tray, FIRST_FEN, flow.card), await originalFor(world, flow.path));
  const visit = { begin: opening(row), ...own, at: { ...own.at, ...flow.at } };
  const { batch } = world.desk.state;
  return { world, cashier, visit, batch, errorsBefore: world.errors.length, backMs: 0, ...optionsOf(flow.image) };
}

/** `serve` that ends even when nobody can help: what is broken is mended afterwards. */
export async function gone({ cashier, visit }: Stage, troubles: VisitTroubles = NO_TROUBLE): Promise<string> {
  try {
    return await cashier.serve(visit, troubles);
  } catch (error) {
    if (error instanceof Stuck) return "stuck";
    throw error;
  }
}

/** How a cell ends: `books` compares them, `settled` also settles the batch, `sold` makes one more sale first. */
export type Ending = "books" | "settled" | "sold";

export interface Cell {
  flow: SweepFlow;
  seed: number;
  ending: Ending;
  engine?: "node-vm" | "quickjs";
  /** Sets what will go wrong; undefined: the visit goes on as usual. */
  trouble?(stage: Stage): VisitTroubles | undefined;
  /** Lines before the visit begins. */
  before?: readonly Line[];
  /** In words, when what was to go wrong never did. */
  missed?(stage: Stage): string | undefined;
  /** Nothing but the power went wrong: no error is logged, the desk's own check agrees, and a settlement is on paper. */
  strict?: true;
  /** Of a host that has lost some of its ledger: what is judged nevertheless, and what holds instead of the rest. */
  lost?: { heeds(violation: Violation): boolean; instead(stage: Stage): string[] };
  /** What nobody at the counter can mend is mended before the terminal must come back. */
  repair?(stage: Stage): void;
}

/** Runs it; never throws: what stops it is a violation. */
export async function run(cell: Cell): Promise<Outcome> {
  let stage: Stage | undefined;
  const found: string[] = [];
  let came = "stopped";
  try {
    stage = await staged(cell.flow, cell.seed, () => found.push(...(stage === undefined ? [] : closedEarly(stage))), cell.engine);
    for (const line of cell.before ?? []) await stage.world.do(line);
    came = await gone(stage, cell.trouble?.(stage) ?? NO_TROUBLE);
    const missed = cell.missed?.(stage);
    if (missed !== undefined) found.push(missed);
    cell.repair?.(stage);
    found.push(...(await aftermath(stage, cell)));
  } catch (error) {
    found.push(`stopped: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  } finally {
    await stage?.world.close();
  }
  return { came, violations: [...new Set(found)], backMs: stage?.backMs ?? 0 };
}

const told = (violations: readonly Violation[]): string[] => violations.map(({ what, words }) => `${what}: ${words}`);

async function aftermath(stage: Stage, cell: Cell): Promise<string[]> {
  const found = await closed(stage, cell);
  if (cell.strict) found.push(...(await strictly(stage, cell.flow)));
  return found;
}

async function closed(stage: Stage, { flow, ending, lost }: Cell): Promise<string[]> {
  const { world } = stage;
  const late = await comesBack(stage);
  if (flow.settles) await settleOn(stage);
  if (ending === "sold" && world.screen === "idle") await sell(stage);
  const owes = (): boolean => (world.desk.state.debt.reversals ?? 0) + (world.desk.state.debt.offline ?? 0) > 0;
  if (ending !== "settled" && !owes()) return [...late, ...told(await check(world)), ...(flow.settles ? uploads(stage) : [])];
  const watch = new Watch(world, lost?.heeds);
  await closing(world, watch);
  const own = lost?.instead(stage) ?? (flow.settles ? uploads(stage) : []);
  return [...late, ...told(watch.violations), ...own];
}

/** The faults stop, those of the flow itself stay; how long it took to idle, when too long. */
async function comesBack(stage: Stage): Promise<string[]> {
  const { world, cashier } = stage;
  world.disarm();
  world.desk.line.clearFault();
  for (const line of ["clear faults", "disk well"]) await world.do(line);
  if (world.isOff) await world.do("power on");
  const began = world.desk.clock.now();
  // A PIN pad that lost its word is waited for until its time is up.
  while (world.screen === "pin" && world.desk.clock.now() - began < COMES_BACK_MS) await world.do(A_WHILE);
  try {
    await cashier.home();
  } catch (error) {
    if (!(error instanceof Stuck)) throw error;
    return [`I9: ${error.message}`];
  }
  const now = world.desk.clock.now();
  stage.backMs = now - (world.troubledMs ?? began);
  return now - began > COMES_BACK_MS ? [`I9: back at idle only after ${(now - began) / 1000} s`] : [];
}

/** Cut before anything had left, it is as if nobody had asked. */
async function settleOn({ world, cashier, visit, batch }: Stage): Promise<void> {
  for (let n = 0; n < ASK_AGAIN && world.desk.state.batch === batch; n++) {
    await cashier.serve(visit, NO_TROUBLE);
    await cashier.home();
  }
}

/** One more sale, which nothing that is owed may follow. */
async function sell({ world, cashier }: Stage): Promise<void> {
  // What the flow wanted of the host and never came to is not meant for this sale.
  await world.do("clear rules");
  await world.do(PAUSE);
  const at = { pin: ["pin 123456"], amount: [`keys ${[..."200"].join(" ")} enter`] };
  const outcome = await cashier.serve({ begin: `swipe debit-1`, at }, NO_TROUBLE);
  if (outcome !== "approved") throw new Error(`the sale of ${AFTERWARDS_FEN} afterwards came to ${outcome}`);
}

const settlementOf = ({ world, batch }: Stage) => world.desk.acquirer?.ledger().settlements.find((each) => each.batch === batch);

async function strictly({ world, batch, errorsBefore }: Stage, { settles }: SweepFlow): Promise<string[]> {
  const found = world.errors.slice(errorsBefore).map((words) => `logged as an error: ${words}`);
  const { differences } = await world.desk.check();
  found.push(...differences.map(({ what, trace, words }) => `the desk's check: ${what} of ${trace}: ${words}`));
  if (!settles) return found;
  const ofBatch = (line: string): boolean => line.includes("BATCH") && line.includes(batch);
  const slips = world.desk.devices.printer.paper.filter((slip) => isSettlementSlip(slip) && slip.text.some(ofBatch));
  const whole = slips.filter((slip) => readTotals(slip, "domestic") !== undefined && readTotals(slip, "foreign") !== undefined);
  if (whole.length === 0) found.push(`I6: the settlement of batch ${batch} is not on paper`);
  if (whole.filter(({ text }) => !text.join("").includes("DUPLICATED")).length > 1)
    found.push(`I6: two settlement slips of batch ${batch}, neither marked as a reprint`);
  const atHost = world.desk.acquirer?.state().terminals[0]?.batch;
  const here = world.desk.state.batch;
  if (atHost !== here) found.push(`I5: the terminal is at batch ${here}, the host at ${atHost}`);
  return found;
}

/** A batch is closed here only when the host has closed it. */
function closedEarly(stage: Stage): string[] {
  const { batch } = stage.world.desk.state;
  if (batch === "" || batch === stage.batch || settlementOf(stage)?.closed === true) return [];
  return [`I5: batch ${stage.batch} was closed here before the host had closed it`];
}

/** What was told to the host one by one was told whole, each once. */
function uploads(stage: Stage): string[] {
  const view = settlementOf(stage);
  if (view?.closed !== true) return [`I5: the host has not closed batch ${stage.batch}`];
  const { uploaded, told: said = 0, problems, totals } = view;
  const { domestic, foreign } = totals.host;
  const records = [domestic, foreign].reduce((sum, { debitCount, creditCount }) => sum + debitCount + creditCount, 0);
  const found = problems.map(({ what, trace, words }) => `I5: ${what} ${trace}: ${words}`);
  // Chips' certificates go up of holds too, and of nothing else when the sums agree.
  if (stage.chips !== true && uploaded > 0 && uploaded !== records)
    found.push(`I5: ${uploaded} records were uploaded of ${records}`);
  if (uploaded !== said) found.push(`I5: ${uploaded} records were uploaded, and ${said} were said to be`);
  return found;
}
