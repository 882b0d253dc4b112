/** The one reversal that is owed: it begins before a request leaves and ends as an approval, as nothing, or as a reversal the host took. */
import { assert } from "../../platform/guest/assert.ts";
import type { ReversalReason, ReversalRecord, TransactionRecord } from "../model/transaction.ts";
import { effectOn } from "./holds.ts";
import { JournalError } from "./journal.ts";
import { refuseBeyond, refuseNew } from "./limits.ts";
import { DEBT_KEY, type Entry, REVERSAL, reversedKey, transactionKey } from "./records.ts";
import type { State } from "./state.ts";

export function owedBy({ table, owes }: State): ReversalRecord | undefined {
  table.refuseDamaged(DEBT_KEY);
  return owes ? table.read(DEBT_KEY, REVERSAL) : undefined;
}

export function oweReversal(state: State, record: ReversalRecord): void {
  const meta = state.soundMeta;
  refuseNew(state);
  if (state.owes) throw new JournalError("owed", "a reversal is owed already; it goes to the host before anything new");
  refuseBeyond(state, record);
  assert(record.trace === meta.nextTrace, "a request carries the next trace");
  assert(record.batch === meta.batch, "a request belongs to the open batch");
  assert(record.attempts === 0, "nothing was attempted yet");
  assert(Number.isSafeInteger(record.amountFen) && record.amountFen >= 0, "an amount is whole fen");
  assert(!state.batch.has(record.trace), "no trace is used twice in a batch");
  refuseVoidOfNothing(state, record);
  state.commit({ ...meta, nextTrace: state.traceAfter(record.trace) }, [state.table.put(DEBT_KEY, record)]);
  state.owes = true;
}

export function giveReason(state: State, reason: ReversalReason, authCode?: string, field55?: string): void {
  const debt = debtOf(state);
  const chip = field55 === undefined ? {} : { field55 };
  putDebt(state, { ...debt, reason, authCode: authCode ?? debt.authCode, ...chip });
}

export function countAttempt(state: State): void {
  const debt = debtOf(state);
  putDebt(state, { ...debt, attempts: debt.attempts + 1 });
}

export function approve(state: State, record: TransactionRecord, also: { voids?: number }): void {
  const debt = debtOf(state);
  assert(record.state === "approved", "what the host approved is approved");
  assert(record.trace === debt.trace && record.batch === debt.batch, "the record is of the request that is owed");
  // The record of a load is of the card that was loaded, whoever paid for it.
  const pan = debt.receiving ?? debt.pan;
  assert(
    record.kind === debt.kind && record.pan === pan && record.amountFen === debt.amountFen,
    "the record tells the same money",
  );
  assert(record.approvedFen >= 0 && record.approvedFen <= record.amountFen, "no more is approved than was asked");
  const meta = state.soundMeta;
  const entry: Entry = { order: meta.nextOrder, record };
  const voided = also.voids === undefined ? undefined : voidedEntry(state, also.voids);
  state.commit({ ...meta, nextOrder: meta.nextOrder + 1 }, [
    state.table.put(transactionKey(record.batch, record.trace), entry),
    ...(voided === undefined ? [] : [state.put(voided)]),
    ...effectOn(state.table, record),
    { delete: DEBT_KEY },
  ]);
  state.owes = false;
  if (voided !== undefined) state.batch.change(voided);
  if (record.batch === meta.batch) state.batch.add(entry);
}

export function forgetDebt(state: State): void {
  debtOf(state);
  state.commit(state.meta, [{ delete: DEBT_KEY }]);
  state.owes = false;
}

export function reversed(state: State): void {
  const reversal = debtOf(state);
  const meta = state.soundMeta;
  assert(reversal.batch !== meta.batch || !state.batch.has(reversal.trace), "what is taken back was never approved");
  state.commit({ ...meta, nextOrder: meta.nextOrder + 1 }, [
    state.table.put(reversedKey(reversal.batch, reversal.trace), { order: meta.nextOrder, reversal }),
    { delete: DEBT_KEY },
  ]);
  state.owes = false;
}

function debtOf(state: State): ReversalRecord {
  const debt = owedBy(state);
  if (debt === undefined) throw new JournalError("not-found", "no reversal is owed");
  return debt;
}

function putDebt(state: State, debt: ReversalRecord): void {
  assert(state.owes, "only what is owed has a reason and attempts");
  state.commit(state.meta, [state.table.put(DEBT_KEY, debt)]);
}

/** Before money moves: what is to be voided stands, and whole. */
function refuseVoidOfNothing(state: State, { kind, amountFen, original, batch }: ReversalRecord): void {
  if (kind !== "void" && kind !== "completion-void" && kind !== "cash-load-void") return;
  if (original?.trace === undefined || original.batch !== batch) return;
  const line = state.batch.get(original.trace);
  if (line?.state !== "approved" || line.amountFen !== amountFen)
    throw new JournalError("not-found", `transaction ${original.trace} does not stand with this amount and cannot be voided`);
}

function voidedEntry(state: State, trace: number): Entry {
  const entry = state.entry(trace);
  if (entry.record.state !== "approved")
    throw new JournalError("not-found", `transaction ${trace} is ${entry.record.state} and cannot be voided`);
  return { ...entry, record: { ...entry.record, state: "voided" } };
}
