/** Closed batches: what the day book has of them, and what has not reached it yet. Whole at every moment. */
import { inOrder, keptOf } from "./book.ts";
import type { ArchivedRecord, ArchivedSettlement, ClosedBatch, Days } from "./journal.ts";
import { ENTRY, type Kept, LAST, LAST_KEY, transactionPrefix } from "./records.ts";
import type { State } from "./state.ts";

export function lastSettlement(state: State): ArchivedSettlement | undefined {
  if (state.table.has(LAST_KEY)) return { ...state.table.read(LAST_KEY, LAST), records: inOrder(unbooked(state)) };
  const newest = state.book.newest();
  return newest && closedBatch(state, newest.closing);
}

export function closedBatches({ book }: State): ClosedBatch[] {
  return book
    .closings()
    .map(({ closing, batch, date }) => ({ closing, batch, date }))
    .reverse();
}

export function closedBatch(state: State, closing: number): ArchivedSettlement | undefined {
  const closings = state.book.closings();
  const found = closings.find((each) => each.closing === closing);
  if (found === undefined) return undefined;
  const late = found === closings.at(-1) ? unbooked(state) : [];
  return { ...state.book.summary(found), records: inOrder([...state.book.read({ closing }), ...late]) };
}

export function booked(state: State, wanted: Days | { trace: number }): ArchivedRecord[] {
  const fits = ({ record: { trace, date } }: Kept): boolean =>
    "trace" in wanted ? trace === wanted.trace : date >= wanted.from && date <= wanted.to;
  return inOrder([...state.book.read(wanted), ...unbooked(state).filter(fits)]);
}

export function bookedDays(state: State): string[] {
  const late = unbooked(state).map(({ record }) => record.date);
  return [...new Set([...state.book.days(), ...late])].sort();
}

/** Of the batch that was closed last: what has not reached the book, or lies as earlier firmware left it. */
export function unbooked({ table, book, meta }: State): Kept[] {
  const left = meta.clearing === undefined ? [] : table.keys(transactionPrefix(meta.clearing));
  return [...book.oldChunks().flatMap(({ entries }) => entries), ...left.map((key) => keptOf(table.read(key, ENTRY)))];
}
