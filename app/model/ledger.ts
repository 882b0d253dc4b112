/** Which way money goes, per transaction (§3.6). */
import type { TransactionKind, TransactionRecord } from "./transaction.ts";

/** debit: to the merchant · credit: back to the cardholder · none: only held, or only asked. */
export type Direction = "debit" | "credit" | "none";

export const DIRECTIONS = { sale: "debit" } as const satisfies Record<TransactionKind, Direction>;

/**
 * What a record adds to its batch's totals. A voided one still counts, since its void counts on the other side; a reversed one never
 * happened.
 */
export function contribution(record: Pick<TransactionRecord, "kind" | "state" | "approvedFen">): {
  direction: Direction;
  amountFen: number;
} {
  const direction: Direction = record.state === "reversed" ? "none" : DIRECTIONS[record.kind];
  return { direction, amountFen: direction === "none" ? 0 : record.approvedFen };
}
