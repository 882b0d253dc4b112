/** The end of a batch: one commit opens the next; its records then move into the day book, and what is cut off goes on at the next start. */
import { AssertionError, assert } from "../../platform/guest/assert.ts";
import { adopt } from "./adoption.ts";
import { keptOf } from "./book.ts";
import { outlived } from "./holds.ts";
import type { ClosedBy } from "./journal.ts";
import { countOf } from "./limits.ts";
import {
  ARCHIVE,
  closingKey,
  ENTRY,
  LAST_KEY,
  MAX_COUNTER,
  reversedPrefix,
  SETTLEMENT_KEY,
  transactionPrefix,
} from "./records.ts";
import { settling } from "./settlement.ts";
import type { State } from "./state.ts";

export function closeBatch(state: State, closedBy?: ClosedBy): void {
  const { hostBatch, batch: open } = state.soundMeta;
  state.table.refuseDamaged("");
  const { batch, totals, result, failed, ended } = settling(state);
  assert(ended && batch === open, "a batch is closed when its upload has ended");
  assert(!state.owes, "nothing is owed when a batch is closed");
  // What the batch before left behind goes first, or it would be taken for this one's.
  adopt(state);
  clear(state);
  const next = hostBatch ?? (batch >= MAX_COUNTER ? 1 : batch + 1);
  const newest = state.last()?.date ?? closedBy?.date;
  const closing = state.meta.nextOrder;
  const name = closingKey(closing, closedBy?.date ?? newest ?? "00000000", batch);
  state.commit({ ...state.meta, batch: next, hostBatch: undefined, clearing: batch, nextOrder: closing + 1 }, [
    state.table.put(name, { batch, totals, result, failed, closedBy }),
    { delete: SETTLEMENT_KEY },
    // What could not be adopted cannot be read.
    ...[LAST_KEY, ...state.table.keys(ARCHIVE)].filter((key) => state.table.has(key)).map((key) => ({ delete: key })),
    ...(newest === undefined ? [] : outlived(state.table, newest)),
  ]);
  state.settlement = undefined;
  state.openBatch();
  assert(state.batch.lines.length === 0, "a batch begins empty");
  goOnClearing(state);
}

/** The host's number is the one to use (§2.1), unless records of this batch are still to be settled under its own. */
export function signOn(state: State, batch: number): void {
  const meta = state.soundMeta;
  assert(Number.isInteger(batch) && batch >= 1 && batch <= MAX_COUNTER, "a batch number has six digits and is not zero");
  const open = countOf(state) > 0 || state.settlement !== undefined;
  if (batch === meta.batch || open) {
    if (batch !== meta.batch) state.system.log.warn(`the host is at batch ${batch}; batch ${meta.batch} is to be settled first`);
    state.commit({ ...meta, signedOn: true, hostBatch: batch === meta.batch ? undefined : batch }, []);
    return;
  }
  clear(state);
  state.commit({ ...state.meta, batch, signedOn: true, hostBatch: undefined }, []);
  state.openBatch();
}

/** Moving may fail for now without harm: the batch is closed already. */
export function goOnClearing(state: State): void {
  if (state.meta.clearing === undefined || state.damage.length > 0) return;
  try {
    clear(state);
  } catch (error) {
    if (error instanceof AssertionError) throw error;
    state.system.log.error("journal: the last batch could not be moved into the day book; the next start tries again", error);
  }
}

/** Moves the records of the closed batch into the book, without card numbers; last, what the book has no room for is let go. */
function clear(state: State): void {
  const { clearing: batch, batch: open } = state.meta;
  if (batch === undefined) return;
  assert(batch !== open, "only a closed batch is cleared away");
  const closing = state.book.newest()?.closing;
  assert(closing !== undefined, "what is cleared away was closed");
  for (const keys of portions(state, transactionPrefix(batch))) {
    const entries = keys.map((key) => keptOf(state.table.read(key, ENTRY)));
    state.commit(state.meta, [...state.book.file(entries, closing), ...keys.map((key) => ({ delete: key }))]);
  }
  assert(state.table.keys(transactionPrefix(batch)).length === 0, "a closed batch moves whole");
  for (const keys of portions(state, reversedPrefix(batch))) {
    const going = keys.map((key) => ({ delete: key }));
    state.commit(state.meta, going);
  }
  const { changes, day } = state.book.letGo();
  state.commit({ ...state.meta, clearing: undefined, letGo: laterOf(state.meta.letGo, day) }, changes);
}

function portions({ table, options: { clearedAtOnce } }: State, prefix: string): string[][] {
  const keys = table.keys(prefix);
  return Array.from({ length: Math.ceil(keys.length / clearedAtOnce) }, (_, n) =>
    keys.slice(n * clearedAtOnce, (n + 1) * clearedAtOnce),
  );
}

const laterOf = (a: string | undefined, b: string | undefined): string | undefined => (b === undefined || (a ?? "") > b ? a : b);
