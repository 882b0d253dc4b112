/** The end of a day: the faults stop, the terminal comes back by itself, debts are paid, the books are closed and compared. */
import { type Books, booksOf } from "./books.ts";
import { Cashier, say, Stuck } from "./cashier.ts";
import { countersRise } from "./invariants/counters-rise.ts";
import { noFalseRefusal } from "./invariants/no-false-refusal.ts";
import { nothingSoldTwice } from "./invariants/nothing-sold-twice.ts";
import { oneFate } from "./invariants/one-fate.ts";
import { nothingOwed, reversalDebt } from "./invariants/reversal-debt.ts";
import { secrets } from "./invariants/secrets.ts";
import { settlementGoesOn } from "./invariants/settlement-goes-on.ts";
import { slipsAreRecords, slipTruth } from "./invariants/slip-truth.ts";
import { closedBatches } from "./invariants/totals.ts";
import type { World } from "./world.ts";

/** Which invariant (reliability §4), or "stopped": the day could not go on. */
export interface Violation {
  what: string;
  words: string;
}

/** I9: back at idle within this time after the last fault, simulated ms. */
export const COMES_BACK_MS = 120_000;
const MOST_FOUND = 12;
/** Of the log: the firmware fell over, or stopped because it contradicted itself. Whatever goes wrong outside, that may not happen. */
const FAILED = ["the firmware failed", "AssertionError"];
/** A night of good line, in pieces: debts go by themselves while nobody sells. */
const NIGHT_PIECES = 6;
const NIGHT_PIECE_MS = 6 * 60_000;

type Invariant = readonly [name: string, (books: Books, complain: (words: string) => void) => void];

/** Hold whenever the terminal rests at idle. */
const ALWAYS: readonly Invariant[] = [
  ["I1", oneFate],
  ["I2", nothingSoldTwice],
  ["I4", reversalDebt],
  ["I5", settlementGoesOn],
  ["I6", slipTruth],
  ["I8", countersRise],
];

/** Hold once nothing is on its way any more. */
const AT_REST: readonly Invariant[] = [
  ...ALWAYS,
  ["I3", noFalseRefusal],
  ["I4", nothingOwed],
  ["I5", closedBatches],
  ["I6", slipsAreRecords],
  ["I7", secrets],
];

export class Watch {
  readonly violations: Violation[] = [];
  /** How long it took back to idle once nothing went wrong any more, simulated ms. */
  backMs = 0;
  /** `heeds`: what is looked at, where the books cannot agree in everything (a host that has lost some of its own). */
  constructor(
    readonly world: World,
    private readonly heeds: (violation: Violation) => boolean = () => true,
  ) {}

  get found(): boolean {
    return this.violations.length > 0;
  }

  complain(what: string, words: string): void {
    if (!this.heeds({ what, words })) return;
    const known = this.violations.some((each) => each.what === what && each.words === words);
    if (!known && this.violations.length < MOST_FOUND) this.violations.push({ what, words });
  }

  judge(books: Books, invariants: readonly Invariant[]): void {
    for (const [name, holds] of invariants) holds(books, (words) => this.complain(name, words));
    for (const words of this.world.errors) if (FAILED.some((sign) => words.includes(sign))) this.complain("I9", words);
  }
}

export async function lookAtQuiet(world: World, watch: Watch): Promise<Books> {
  const books = await booksOf(world);
  watch.judge(books, ALWAYS);
  return books;
}

export async function check(world: World): Promise<Violation[]> {
  const watch = new Watch(world);
  watch.judge(await booksOf(world), AT_REST);
  return watch.violations;
}

/** Nothing goes wrong from now on. */
export async function mendAll(world: World): Promise<void> {
  world.disarm();
  for (const line of ["clear faults", "clear rules", "disk well"]) await world.do(line);
}

export interface Evening {
  /** Lines of what goes wrong in the first settlement. */
  settling: readonly string[];
  /** The batch is settled with what still waits to be sent, not after a night in which it went by itself. */
  atOnce: boolean;
}

const PLAIN: Evening = { settling: [], atOnce: false };

export async function closing(world: World, watch: Watch, { settling, atOnce }: Evening = PLAIN): Promise<void> {
  const cashier = new Cashier(world);
  await mendAll(world);
  const began = world.desk.clock.now();
  await cashier.waitHome(COMES_BACK_MS);
  watch.backMs = world.desk.clock.now() - began;
  await cashier.home();
  watch.judge(await booksOf(world), ALWAYS);
  if (!atOnce) {
    await night(world, cashier);
    watch.judge(await booksOf(world), AT_REST);
  }
  if (!watch.found) await settleBatch(world, cashier, watch, settling);
}

async function night(world: World, cashier: Cashier): Promise<void> {
  for (let n = 0; n < NIGHT_PIECES; n++) {
    const { reversals, offline } = world.desk.state.debt;
    if (n > 0 && reversals === 0 && offline === 0) return;
    await world.do(`clock advance ${NIGHT_PIECE_MS}ms`);
    await cashier.home();
  }
}

async function settleBatch(world: World, cashier: Cashier, watch: Watch, trouble: readonly string[]): Promise<void> {
  const { batch, level } = world.desk.state;
  if (trouble.length > 0) await cutShort(world, cashier, trouble);
  else if (level === "ready" && hostKnowsThem(world)) await settleQuietly(world, cashier, watch);
  for (const row of ["9 3", "9 1", "9 3"]) {
    // Somebody may have signed off: then they sign on, and ask again.
    if (world.desk.state.batch === batch) await cashier.serve({ begin: `keys menu ${row}` }, { helpsPrinter: true });
    await cashier.home();
  }
  const books = await booksOf(world);
  if (world.desk.state.batch === batch) watch.complain("I5", `batch ${batch} is still open after its settlement: ${say(world)}`);
  if (books.journal.transactions.length > 0)
    watch.complain("I5", `the new batch has ${books.journal.transactions.length} transactions already`);
  const closed = books.settlements.find((each) => each.batch === batch);
  if (closed?.closed !== true) watch.complain("I5", `the host has not closed batch ${batch}`);
  watch.judge(books, AT_REST);
}

/** A sign-off that was heard there and not answered here is found out at the next message, and somebody signs on first. */
const hostKnowsThem = ({ desk }: World): boolean => desk.acquirer?.state().terminals.every(({ signedOn }) => signedOn) ?? true;

/** Nothing is wrong, so it ends when it is asked for the first time, whatever still waited to be sent. */
async function settleQuietly(world: World, cashier: Cashier, watch: Watch): Promise<void> {
  const { batch, debt } = world.desk.state;
  await cashier.serve({ begin: "keys menu 9 3" }, { helpsPrinter: true });
  await cashier.home();
  if (world.desk.state.batch !== batch) return;
  watch.complain("I5", `nothing was wrong, ${debt.offline} waited to be sent, and batch ${batch} is open after its settlement`);
}

/** A settlement with whatever goes wrong in it; then everything is mended, and the terminal comes home by itself. */
async function cutShort(world: World, cashier: Cashier, trouble: readonly string[]): Promise<void> {
  for (const line of trouble) await world.do(line);
  try {
    await cashier.serve({ begin: "keys menu 9 3" }, { helpsPrinter: true });
  } catch (error) {
    if (!(error instanceof Stuck)) throw error;
  }
  await mendAll(world);
  await cashier.home();
}
