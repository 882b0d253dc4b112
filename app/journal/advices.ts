/** What the host is told after the event: posted before it leaves, never reversed, told again until it was answered. */
import { assert } from "../../platform/guest/assert.ts";
import type { Delivery, TransactionRecord } from "../model/transaction.ts";
import { effectOn, reopened } from "./holds.ts";
import { type AdviceResult, JournalError } from "./journal.ts";
import { refuseBeyond, refuseNew, refuseSettling, refuseSum } from "./limits.ts";
import { type Entry, transactionPrefix } from "./records.ts";
import type { State } from "./state.ts";

const POSTED: readonly TransactionRecord["kind"][] = ["refund", "completion-advice", "offline", "ecash-refund"];

export function post(state: State, record: TransactionRecord): void {
  const meta = state.soundMeta;
  refuseNew(state);
  refuseBeyond(state, record);
  assert(record.trace === meta.nextTrace && record.batch === meta.batch, "a record carries the next trace of the open batch");
  assert(!state.batch.has(record.trace), "no trace is used twice in a batch");
  if (record.kind === "cash") assert(record.state === "approved" && record.delivery === undefined, "nobody is told of cash");
  else {
    const byChip = (record.kind === "sale" || record.kind === "ecash") && record.chip !== undefined;
    assert(byChip || POSTED.includes(record.kind), "only advices are posted");
    assert(record.state === "pending" && record.delivery?.state === "pending", "an advice is posted before it is delivered");
    assert(record.delivery.attempts === 0 && record.approvedFen === record.amountFen, "an advice is posted whole");
  }
  const entry: Entry = { order: meta.nextOrder, record };
  state.commit({ ...meta, nextTrace: state.traceAfter(record.trace), nextOrder: meta.nextOrder + 1 }, [
    state.put(entry),
    ...effectOn(state.table, record),
  ]);
  state.batch.add(entry);
}

export function adjust(
  state: State,
  trace: number,
  change: { amountFen: number; tipFen?: number; as: "adjustment" | "tip" },
): void {
  const meta = state.soundMeta;
  refuseNew(state);
  const entry = state.entry(trace);
  const { record } = entry;
  const kinds = change.as === "adjustment" ? ["offline"] : ["sale", "offline"];
  if (!kinds.includes(record.kind) || !(record.state === "approved" || record.state === "pending"))
    throw new JournalError("not-found", `a ${record.kind} that is ${record.state} takes no ${change.as}`);
  assert(Number.isSafeInteger(change.amountFen) && change.amountFen > 0, "an amount is whole fen, more than none");
  assert((change.tipFen ?? 0) <= change.amountFen, "a tip is part of the amount");
  refuseSum(state, record, change.amountFen - record.approvedFen);
  const { amountFen, approvedFen, tipFen, delivery: told } = record;
  // The host knows what it approved online or took before; of an offline sale still on its way it knows nothing for sure.
  const known = told === undefined || told.state === "delivered" || told.state === "refused";
  const before = known ? { amountFen, approvedFen, tipFen } : told.before;
  const delivery: Delivery = { state: "pending", attempts: 0, as: change.as, trace: meta.nextTrace, before };
  const amounts = { amountFen: change.amountFen, approvedFen: change.amountFen, tipFen: change.tipFen };
  const changed: Entry = { ...entry, record: { ...record, ...amounts, state: "pending", delivery, copiesPrinted: 0 } };
  state.commit({ ...meta, nextTrace: state.traceAfter(meta.nextTrace) }, [state.put(changed)]);
  state.batch.change(changed);
}

export function advising(state: State, trace: number): void {
  const { entry, delivery } = undelivered(state, trace);
  state.change({ ...entry, record: { ...entry.record, delivery: { ...delivery, attempts: delivery.attempts + 1 } } });
}

export function advised(state: State, trace: number, result: AdviceResult): void {
  const { entry, delivery } = undelivered(state, trace);
  const record = adviceAnswered(entry.record, delivery, result);
  state.change({ ...entry, record }, record.state === "refused" ? reopened(state.table, record.batch, record.trace) : []);
}

export function pendingAdvices(state: State): TransactionRecord[] {
  state.table.refuseDamaged(transactionPrefix(state.soundMeta.batch));
  return state.batch.lines.filter((line) => line.undelivered).map(({ trace }) => state.entry(trace).record);
}

export const countPending = ({ batch }: State): number =>
  batch.lines.reduce((count, { undelivered }) => (undelivered ? count + 1 : count), 0);

export function voidLocally(state: State, trace: number): void {
  refuseSettling(state);
  const { entry, delivery } = undelivered(state, trace);
  if (entry.record.kind !== "offline") throw new JournalError("not-found", "only an offline sale is voided here");
  // A change starts the count of attempts anew: what was changed may have left before.
  if (delivery.attempts > 0 || delivery.before !== undefined || delivery.as !== undefined)
    throw new JournalError("sent", "it has left this terminal: the host may have it");
  state.change({ ...entry, record: { ...entry.record, state: "voided", delivery: { ...delivery, state: "withdrawn" } } });
}

function undelivered(state: State, trace: number): { entry: Entry; delivery: Delivery } {
  const entry = state.entry(trace);
  const { delivery } = entry.record;
  if (delivery?.state !== "pending" && delivery?.state !== "unanswered")
    throw new JournalError("not-found", `transaction ${trace} has nothing to deliver`);
  return { entry, delivery };
}

/** What an advice has become by its answer. */
function adviceAnswered(record: TransactionRecord, delivery: Delivery, result: AdviceResult): TransactionRecord {
  const told: Delivery = { ...delivery, state: result.state, code: result.code ?? delivery.code };
  if (result.state === "unanswered") return { ...record, delivery: told };
  if (result.state === "refused") {
    // A refused adjustment or tip leaves what the host knew before; a refused advice leaves nothing.
    if (delivery.before === undefined) return { ...record, state: "refused", delivery: told };
    const { amountFen, approvedFen, tipFen } = delivery.before;
    return { ...record, amountFen, approvedFen, tipFen, state: "approved", delivery: told };
  }
  return {
    ...record,
    state: "approved",
    responseCode: result.code ?? record.responseCode,
    // An adjustment's answer has a reference of its own; the transaction keeps the one it was known by first.
    reference: record.reference ?? result.reference,
    authCode: record.authCode ?? result.authCode,
    settlementDate: result.settlementDate ?? record.settlementDate,
    organisation: record.organisation ?? result.organisation,
    issuer: result.issuer ?? record.issuer,
    acquirer: result.acquirer ?? record.acquirer,
    delivery: { ...told, before: undefined },
  };
}
