/** What a batch can take, and when nothing new begins (§5.3, §5.6). */
import { assert } from "../../platform/guest/assert.ts";
import { DIRECTIONS, MOST_COUNT, MOST_FEN } from "../model/ledger.ts";
import type { TransactionRecord } from "../model/transaction.ts";
import { JournalError } from "./journal.ts";
import type { State } from "./state.ts";

/** Transactions in the open batch, those that cannot be read included. */
export const countOf = (state: State): number =>
  state.batch.lines.length + state.damage.filter(({ key }) => key.startsWith("txn/")).length;

export const isNearlyFull = (state: State): boolean =>
  isFull(state) || countOf(state) >= 0.9 * state.options.maxRecords || mostCounted(state) >= 0.9 * MOST_COUNT;

export const isFull = (state: State): boolean => countOf(state) >= state.options.maxRecords || mostCounted(state) >= MOST_COUNT;

/** Before anything new begins (§5.3). */
export function refuseNew(state: State): void {
  state.table.refuseDamaged("");
  refuseSettling(state);
  const { hostBatch, batch, clearing } = state.meta;
  if (hostBatch !== undefined)
    throw new JournalError("settle-first", `the host is at batch ${hostBatch}: settle batch ${batch} first`);
  assert(clearing !== batch, "a batch that is cleared away takes nothing new");
}

export function refuseSettling({ settlement }: State): void {
  if (settlement !== undefined) throw new JournalError("settling", `the settlement of batch ${settlement.batch} is not finished`);
}

/** A record more than the batch holds, or than DE48 of its settlement could say. */
export function refuseBeyond(state: State, record: Pick<TransactionRecord, "kind" | "amountFen">): void {
  const { maxRecords } = state.options;
  if (countOf(state) >= maxRecords)
    throw new JournalError("batch-full", `the batch has ${maxRecords} transactions: settle first`);
  if (mostCounted(state) >= MOST_COUNT) throw beyondSettlement();
  refuseSum(state, record, record.amountFen);
}

/** So much more on the record's side than DE48 could say; whatever its region turns out to be. */
export function refuseSum({ batch }: State, { kind }: Pick<TransactionRecord, "kind">, moreFen: number): void {
  assert(Number.isSafeInteger(moreFen), "an amount is whole fen");
  const direction = DIRECTIONS[kind];
  if (direction === "none") return;
  const { domestic, foreign } = batch.totals;
  if (Math.max(domestic[`${direction}Fen`], foreign[`${direction}Fen`]) + moreFen > MOST_FEN) throw beyondSettlement();
}

const beyondSettlement = (): JournalError =>
  new JournalError("batch-full", "the batch adds up to more than a settlement can say: settle first");

function mostCounted({ batch }: State): number {
  const { domestic, foreign } = batch.totals;
  return Math.max(domestic.debitCount, domestic.creditCount, foreign.debitCount, foreign.creditCount);
}
