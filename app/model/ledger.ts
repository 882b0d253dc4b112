/** Which way money goes, per transaction (§3.6), and what a batch adds up to. */
import type { Region, TransactionKind, TransactionRecord } from "./transaction.ts";

/** debit: to the merchant · credit: back to the cardholder · none: only held, only asked, or never seen by the host. */
export type Direction = "debit" | "credit" | "none";

export const DIRECTIONS = {
  sale: "debit",
  void: "credit",
  refund: "credit",
  preauth: "none",
  "preauth-add": "none",
  "preauth-void": "none",
  completion: "debit",
  "completion-void": "credit",
  "completion-advice": "debit",
  offline: "debit",
  adjustment: "none",
  tip: "none",
  cash: "none",
  ecash: "debit",
  "ecash-refund": "credit",
  load: "none",
  "load-other": "none",
  // The till has the cash, the cardholder the money: the merchant owes it.
  "cash-load": "credit",
  "cash-load-void": "debit",
} as const satisfies Record<TransactionKind, Direction>;

export interface BatchTotals {
  debitFen: number;
  debitCount: number;
  creditFen: number;
  creditCount: number;
}

export type SettlementTotals = Record<Region, BatchTotals>;

/** The most one sum and one count of DE48 can say (§3.6: 12 and 3 digits). */
export const MOST_FEN = 999_999_999_999;
export const MOST_COUNT = 999;

/**
 * What a record adds to its batch's totals. A voided one still counts, since its void counts on the other side; one that was reversed, refused by
 * the host, or voided here before it was ever sent, never happened.
 */
export function contribution(record: Pick<TransactionRecord, "kind" | "state" | "approvedFen" | "delivery">): {
  direction: Direction;
  amountFen: number;
} {
  const never = record.state === "reversed" || record.state === "refused" || record.delivery?.state === "withdrawn";
  const direction: Direction = never ? "none" : DIRECTIONS[record.kind];
  return { direction, amountFen: direction === "none" ? 0 : record.approvedFen };
}

/** Domestic unless the card is of another organisation (§3.9). */
export function regionOf({ region, organisation }: Pick<TransactionRecord, "region" | "organisation">): Region {
  return region ?? (organisation === undefined || organisation === "CUP" ? "domestic" : "foreign");
}

/** Adds what these add to their batches' totals. */
export function addTotals(totals: SettlementTotals, records: readonly Counted[]): void {
  for (const record of records) {
    const { direction, amountFen } = contribution(record);
    if (direction === "none") continue;
    const side: BatchTotals = totals[regionOf(record)];
    side[`${direction}Fen`] += amountFen;
    side[`${direction}Count`] += 1;
  }
}

export interface KindTotal {
  kind: TransactionKind;
  region: Region;
  count: number;
  /** Of both directions as a positive number. */
  amountFen: number;
}

type Counted = Pick<TransactionRecord, "kind" | "state" | "approvedFen" | "delivery" | "region" | "organisation">;

/** In neither sum, and told on the slip all the same (§6.4). */
const LISTED: readonly TransactionKind[] = ["load", "load-other"];

/** What moved money, and loads, by kind and region, in the order of the kinds; kinds that did not happen are left out (§6.4). */
export function totalsByKind(records: readonly Counted[]): KindTotal[] {
  const sums = new Map<string, KindTotal>();
  for (const record of records) {
    const listed = LISTED.includes(record.kind) && record.state === "approved";
    const { direction, amountFen } = listed ? { direction: "none", amountFen: record.approvedFen } : contribution(record);
    if (direction === "none" && !listed) continue;
    const region = regionOf(record);
    const key = `${region}/${record.kind}`;
    const sum = sums.get(key) ?? { kind: record.kind, region, count: 0, amountFen: 0 };
    sums.set(key, { ...sum, count: sum.count + 1, amountFen: sum.amountFen + amountFen });
  }
  const order = Object.keys(DIRECTIONS);
  return [...sums.values()].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

export const noTotals = (): BatchTotals => ({ debitFen: 0, debitCount: 0, creditFen: 0, creditCount: 0 });

export const sumOf = (a: BatchTotals, b: BatchTotals): BatchTotals => ({
  debitFen: a.debitFen + b.debitFen,
  debitCount: a.debitCount + b.debitCount,
  creditFen: a.creditFen + b.creditFen,
  creditCount: a.creditCount + b.creditCount,
});

/** One line of a batch upload (DE48, §3.6). */
export interface UploadLine {
  foreign: boolean;
  trace: number;
  pan: string;
  amountFen: number;
}

/** Lines of one message. */
export const MOST_LINES = 8;
