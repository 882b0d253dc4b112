/** Reports of a day's work (M19): what was taken and given back, by hour, operator, card, entry and result. Pure. */
import { contribution, regionOf } from "./ledger.ts";
import type { DeclinedRecord, TransactionRecord } from "./transaction.ts";

/** What a report needs of a record: the open batch's and those of a settlement's archive alike. */
export type Reported = Pick<
  TransactionRecord,
  "kind" | "state" | "approvedFen" | "delivery" | "entry" | "operator" | "date" | "time" | "region" | "organisation"
>;

export type ReportBy = "hour" | "operator" | "card" | "entry" | "result";

export interface ReportLine {
  /**
   * hour: "09" · operator: "01" · card: "domestic", "foreign", an organisation like "VIS", or "cash" · entry: the entry mode, or "cash" ·
   * result: a state, "declined 51", "silent" or "cancelled".
   */
  key: string;
  /** Transactions that count here. */
  count: number;
  debitFen: number;
  creditFen: number;
}

/** Money as the merchant sees it: cash counts in reports, though the host never hears of it (M10). */
export function moved(record: Reported): { debitFen: number; creditFen: number } {
  const { direction, amountFen } = contribution(record);
  const debit = direction === "debit" || (record.kind === "cash" && record.state !== "voided");
  if (debit) return { debitFen: record.kind === "cash" ? record.approvedFen : amountFen, creditFen: 0 };
  return { debitFen: 0, creditFen: direction === "credit" ? amountFen : 0 };
}

const isMoney = ({ debitFen, creditFen }: { debitFen: number; creditFen: number }): boolean => debitFen + creditFen > 0;

/** Lines in the order of their keys; `declines` are looked at by result only, since they moved nothing. */
export function analyse(by: ReportBy, records: readonly Reported[], declines: readonly DeclinedRecord[] = []): ReportLine[] {
  const lines = new Map<string, ReportLine>();
  const add = (key: string, { debitFen, creditFen }: { debitFen: number; creditFen: number }): void => {
    const line = lines.get(key) ?? { key, count: 0, debitFen: 0, creditFen: 0 };
    line.count++;
    line.debitFen += debitFen;
    line.creditFen += creditFen;
    lines.set(key, line);
  };
  for (const record of records) {
    const money = moved(record);
    // A pre-authorisation moved nothing, but it is a result.
    if (by === "result" || isMoney(money)) add(keyOf(by, record), money);
  }
  if (by === "result") for (const { code } of declines) add(declinedKey(code), { debitFen: 0, creditFen: 0 });
  return [...lines.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Two parts of one report put together, in the order of their keys. */
export function mergeLines(a: readonly ReportLine[], b: readonly ReportLine[]): ReportLine[] {
  const lines = new Map(a.map((line) => [line.key, line]));
  for (const line of b) {
    const other = lines.get(line.key);
    lines.set(line.key, other === undefined ? line : { key: line.key, ...sumOfLines([other, line]) });
  }
  return [...lines.values()].sort((one, other) => (one.key < other.key ? -1 : 1));
}

/** Everything together. */
export function sumOfLines(lines: readonly ReportLine[]): Omit<ReportLine, "key"> {
  const sum = { count: 0, debitFen: 0, creditFen: 0 };
  for (const { count, debitFen, creditFen } of lines) {
    sum.count += count;
    sum.debitFen += debitFen;
    sum.creditFen += creditFen;
  }
  return sum;
}

function keyOf(by: ReportBy, record: Reported): string {
  switch (by) {
    case "hour":
      return record.time.slice(0, 2);
    case "operator":
      return record.operator;
    case "card":
      return record.kind === "cash" ? "cash" : (record.organisation ?? regionOf(record));
    case "entry":
      return record.kind === "cash" ? "cash" : record.entry;
    case "result":
      return record.state;
  }
}

const declinedKey = (code: string): string => (code === "silent" || code === "cancelled" ? code : `declined ${code}`);
