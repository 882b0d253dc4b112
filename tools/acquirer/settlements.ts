/**
 * Settlements (§5.5): a batch is asked for its totals, perhaps uploaded record by record, and closed. Each step is a record of the ledger;
 * what was wrong with an upload is judged when it comes, and what is missing when the batch is closed.
 */
import type { Book, Booked } from "./book.ts";
import { maskPan } from "./codec.ts";
import type { BothTotals, LedgerEntry, SettlementProblem, SettlementView, Totals } from "./contract.ts";
import { changes, countingStates, directionOf, type Kind, kindRow, standsAlone } from "./kinds.ts";
import { isForeign } from "./organisations.ts";

/** One record of a batch upload, as the terminal tells it. Undefined: this kind of message does not tell. */
export interface UploadRecord {
  trace: string;
  pan: string;
  amountFen: number;
  foreign?: boolean;
  kind?: Kind;
  /** chip-failed: a decline of the card's, which the host need not have. */
  by: "stripe" | "advice" | "chip" | "chip-failed";
  /** What the chip certified. */
  certificate?: LedgerEntry["certificate"];
  /** What is wrong with its DE55. */
  fault?: string;
}

export type SettlementRecord =
  | { record: "settling"; terminal: string; batch: string; at: string; told48: string }
  | { record: "uploaded"; terminal: string; batch: string; digest: string; records: UploadRecord[] }
  | { record: "closed"; terminal: string; batch: string; at: string; told: number };

interface Settlement extends Omit<SettlementView, "told"> {
  told: number | undefined;
  /** DE48 as it came and as it was answered. */
  told48: string;
  answer48: string;
  /** Messages that came, so that one that comes again does not count again. */
  digests: Set<string>;
  /** Traces that were uploaded. */
  seen: Set<string>;
}

type Side = keyof BothTotals;

/** Kinds whose records go up one by one, as the 0220 they were (§2.8). */
const ONE_BY_ONE: ReadonlySet<Kind> = new Set<Kind>([
  "refund",
  "completion-advice",
  "offline",
  "chip-offline",
  "ecash-refund",
  "adjustment",
  "tip",
]);

const sideOf = (pan: string): Side => (isForeign(pan) ? "foreign" : "domestic");
const yuan = (fen: number): string => (fen / 100).toFixed(2);
const nothing = (): Totals => ({ debitFen: 0, debitCount: 0, creditFen: 0, creditCount: 0 });

/** The host's totals of a batch, each side apart (§3.6). */
export function totalsOf(transactions: readonly Booked[]): BothTotals {
  const both: BothTotals = { domestic: nothing(), foreign: nothing() };
  for (const booked of transactions) {
    const direction = directionOf(booked);
    if (direction === "none") continue;
    const totals = both[sideOf(booked.pan)];
    totals[`${direction}Fen`] += booked.totalFen;
    totals[`${direction}Count`]++;
  }
  return both;
}

/** The 62 digits of DE48 (§3.6), results left out. */
export function readTotals(digits: string): BothTotals {
  const side = (from: number): Totals => ({
    debitFen: Number(digits.slice(from, from + 12)),
    debitCount: Number(digits.slice(from + 12, from + 15)),
    creditFen: Number(digits.slice(from + 15, from + 27)),
    creditCount: Number(digits.slice(from + 27, from + 30)),
  });
  return { domestic: side(0), foreign: side(31) };
}

/** §3.6: the terminal's digits come back with the result in the place of each side's last one. */
export const withResults = (told48: string, domestic: string, foreign: string): string =>
  told48.slice(0, 30) + domestic + told48.slice(31, 61) + foreign;

const same = (a: Totals, b: Totals): boolean =>
  a.debitFen === b.debitFen && a.debitCount === b.debitCount && a.creditFen === b.creditFen && a.creditCount === b.creditCount;

export const totalsWords = ({ debitFen, debitCount, creditFen, creditCount }: Totals): string =>
  `${debitCount} debits ${yuan(debitFen)}, ${creditCount} credits ${yuan(creditFen)}`;

export class Settlements {
  readonly #book: Book;
  readonly #all = new Map<string, Settlement>();

  constructor(book: Book) {
    this.#book = book;
  }

  find(terminal: string, batch: string): Settlement | undefined {
    return this.#all.get(`${terminal} ${batch}`);
  }

  /** Its totals were asked for and it is not closed: no new transactions (§5.5). */
  settling(terminal: string, batch: string): boolean {
    return this.find(terminal, batch)?.closed === false;
  }

  apply(record: SettlementRecord): void {
    if (record.record === "settling") {
      this.#open(record);
      return;
    }
    const settlement = this.find(record.terminal, record.batch);
    if (settlement === undefined) throw new Error(`ledger: ${record.record} for batch ${record.batch}, which was not settled`);
    if (record.record === "uploaded") this.#take(settlement, record);
    else this.#close(settlement, record.told);
  }

  /** Also when it is asked a second time with other totals: the comparison is made anew, what was uploaded stays. */
  #open({ terminal, batch, at, told48 }: SettlementRecord & { record: "settling" }): void {
    const totals = { host: totalsOf(this.#book.ofBatch(terminal, batch)), terminal: readTotals(told48) };
    const balanced = {
      domestic: same(totals.host.domestic, totals.terminal.domestic),
      foreign: same(totals.host.foreign, totals.terminal.foreign),
    };
    const digit = (yes: boolean): string => (yes ? "1" : "2");
    const before = this.find(terminal, batch);
    this.#all.set(`${terminal} ${batch}`, {
      terminal,
      batch,
      at,
      balanced,
      totals,
      uploaded: before?.uploaded ?? 0,
      told: undefined,
      problems: before?.problems ?? [],
      ...(before?.certificates === undefined ? {} : { certificates: before.certificates }),
      closed: false,
      told48,
      answer48: withResults(told48, digit(balanced.domestic), digit(balanced.foreign)),
      digests: before?.digests ?? new Set(),
      seen: before?.seen ?? new Set(),
    });
  }

  #take(settlement: Settlement, { digest, records }: SettlementRecord & { record: "uploaded" }): void {
    settlement.digests.add(digest);
    for (const record of records) {
      const problem = this.#problemOf(settlement, record);
      if (problem !== undefined) settlement.problems.push({ trace: record.trace, ...problem });
      settlement.seen.add(record.trace);
      this.#keepCertificate(settlement, record);
      settlement.uploaded++;
    }
  }

  #keepCertificate(settlement: Settlement, { trace, certificate }: UploadRecord): void {
    if (certificate === undefined) return;
    const { terminal, batch } = settlement;
    settlement.certificates = [...(settlement.certificates ?? []), { trace, ...certificate }];
    const booked = this.#book.find({ terminal, batch, trace });
    if (booked !== undefined) booked.certificate = certificate;
  }

  #problemOf(settlement: Settlement, record: UploadRecord): Omit<SettlementProblem, "trace"> | undefined {
    if (settlement.seen.has(record.trace)) return { what: "doubled", words: "uploaded before in this settlement" };
    if (record.fault !== undefined) return { what: "different", words: record.fault };
    if (record.by === "chip-failed") return undefined;
    const booked = this.#book.resolve({ terminal: settlement.terminal, batch: settlement.batch, trace: record.trace });
    if (booked === undefined) return { what: "unknown", words: `the host has no such transaction of ${yuan(record.amountFen)}` };
    const words = differences(booked, record);
    return words.length === 0 ? undefined : { what: "different", words: words.join("; ") };
  }

  #close(settlement: Settlement, told: number): void {
    settlement.told = told;
    settlement.closed = true;
    const transactions = this.#book.ofBatch(settlement.terminal, settlement.batch);
    for (const booked of transactions) {
      const expected = !settlement.balanced[sideOf(booked.pan)] && directionOf(booked) !== "none";
      if (!expected || wasUploaded(settlement, booked, transactions)) continue;
      const words = `${booked.kind} of ${yuan(booked.totalFen)} was not uploaded`;
      settlement.problems.push({ what: "missing", trace: booked.trace, words });
    }
  }

  view(): SettlementView[] {
    return [...this.#all.values()].map(({ told, told48: _48, answer48: _answer, digests: _digests, seen: _seen, ...view }) => ({
      ...structuredClone(view),
      ...(told === undefined ? {} : { told }),
    }));
  }
}

/** Batch and trace its DE61 names. */
const namedTrace = ({ original61 }: Booked): string | undefined => original61?.slice(0, 12);

/** Uploaded by itself, by an adjustment of it, or by the trace it was adjusted under. */
function wasUploaded(settlement: Settlement, booked: Booked, transactions: readonly Booked[]): boolean {
  const { seen, batch } = settlement;
  if (seen.has(booked.trace)) return true;
  const named = namedTrace(booked);
  if (standsAlone(booked) && named?.startsWith(batch) === true && seen.has(named.slice(6))) return true;
  return transactions.some(({ kind, original, trace }) => {
    return changes.has(kind) && original?.trace === booked.trace && seen.has(trace);
  });
}

/** Of a hold or a load that the host took, whatever has become of it since. */
const HOLDING_STATES: ReadonlySet<string> = new Set(["held", "completed", "voided", "approved"]);

function differences(booked: Booked, { pan, amountFen, foreign, kind, by }: UploadRecord): string[] {
  // A hold's or load's certificate goes up like a sale's, though it moves no money (§5.5.6).
  const isHold = by === "chip" && kindRow(booked.kind).direction === "none" && HOLDING_STATES.has(booked.state);
  if (!countingStates.has(booked.state) && !isHold) return [`the host has it as ${booked.kind}, ${booked.state}`];
  const words: string[] = [];
  if (pan !== booked.pan && (by !== "chip" || pan !== booked.chip?.pan))
    words.push(`card ${maskPan(pan)}, the host has ${maskPan(booked.pan)}`);
  if (amountFen !== booked.totalFen && amountFen !== booked.approvedFen)
    words.push(`amount ${yuan(amountFen)}, the host has ${yuan(booked.totalFen)}`);
  if (foreign !== undefined && foreign !== isForeign(booked.pan))
    words.push(foreign ? "told as foreign, the card is domestic" : "told as domestic, the card is foreign");
  if (kind !== undefined && kind !== booked.kind && !changeOf(kind, booked.kind))
    words.push(`told as ${kind}, the host has a ${booked.kind}`);
  if (by === "stripe" && ONE_BY_ONE.has(booked.kind)) words.push(`a ${booked.kind} is uploaded by itself, not in a list (§2.8)`);
  if (kindRow(booked.kind).direction === "none" && !isHold) words.push(`a ${booked.kind} moves no money and is not uploaded`);
  return words;
}

/** A terminal that stores the adjusted record tells it as the adjustment; one that keeps the record tells its first kind. */
const changeOf = (told: Kind, booked: Kind): boolean =>
  (changes.has(told) && (booked === "sale" || booked === "offline" || changes.has(booked))) ||
  (changes.has(booked) && (told === "sale" || told === "offline"));
