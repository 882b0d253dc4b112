/** What everybody says at one moment: the host's ledger, the terminal's own word, paper, wires, screens. Read by nobody's code but its own. */
import type { LedgerEntry, SettlementView } from "../../tools/acquirer/contract.ts";
import type { JournalReport } from "../../tools/sim/debug.ts";
import type { Message } from "../../tools/sim/desk.ts";
import type { JournalRecord } from "./people.ts";
import { type Paper, readSlip, type SlipFacts } from "./slips.ts";
import type { ShownScreen, World } from "./world.ts";

export type Complain = (words: string) => void;

/** What the terminal says of one transaction of the open batch, and of its way to the host. */
export interface Recorded extends JournalRecord {
  delivery?: { state: string; as?: string; trace?: number; before?: { approvedFen: number } };
}

export interface Books {
  world: World;
  /** Oldest first, card numbers in clear. */
  ledger: readonly LedgerEntry[];
  settlements: readonly SettlementView[];
  journal: Omit<JournalReport, "transactions"> & { transactions: readonly Recorded[] };
  paper: readonly Paper[];
  slips: readonly SlipFacts[];
  /** Whole messages of both directions, oldest first. */
  messages: readonly Message[];
  screens: readonly ShownScreen[];
}

/** The terminal stands at idle with power. */
export async function booksOf(world: World): Promise<Books> {
  const { desk } = world;
  const view = desk.acquirer?.ledger({ clear: true });
  const journal = await desk.journal();
  const { paper } = desk.devices.printer;
  const read = readOf(world);
  return {
    world,
    ledger: view?.transactions ?? [],
    settlements: view?.settlements ?? [],
    journal: { ...journal, transactions: journal.transactions as unknown as Recorded[] },
    paper,
    slips: paper.flatMap((each) => read(each) ?? []),
    messages: desk.messages().filter(({ mti, problem }) => mti !== "" && problem === undefined),
    screens: world.screens,
  };
}

/** A slip that is torn off is the same for ever. */
const known = new WeakMap<World, Map<number, SlipFacts | undefined>>();

function readOf(world: World): (paper: Paper) => SlipFacts | undefined {
  const slips = known.get(world) ?? new Map<number, SlipFacts | undefined>();
  known.set(world, slips);
  return (paper) => {
    if (!paper.torn || !slips.has(paper.n)) slips.set(paper.n, readSlip(paper));
    return slips.get(paper.n);
  };
}

export const six = (value: unknown): string => String(value ?? "").padStart(6, "0");
export const yuan = (fen: number): string => (fen / 100).toFixed(2);
export const keyOf = ({ batch, trace }: { batch?: unknown; trace?: unknown }): string => `${six(batch)}/${six(trace)}`;

/** At the host: it happened, and was not taken back as if it never had. */
export const STANDS: ReadonlySet<string> = new Set(["approved", "refunded", "held", "completed", "voided"]);

/** Its fate is not settled yet: on its way to the host, or to be tried again. */
export const onItsWay = ({ delivery }: Recorded): boolean => delivery?.state === "pending" || delivery?.state === "unanswered";
