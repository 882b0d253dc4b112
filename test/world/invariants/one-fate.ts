/** I1: for each batch and trace the host has exactly one fate, and it is the one the terminal's journal says (reliability §4). */
import type { LedgerEntry } from "../../../tools/acquirer/contract.ts";
import { type Books, type Complain, keyOf, onItsWay, type Recorded, six, STANDS, yuan } from "../books.ts";

/** Holds are let go and charged where the terminal need not hear of it. */
const HOLDS: ReadonlySet<string> = new Set(["preauth", "preauth-add"]);
/** A change of another record: the terminal keeps that one. */
const CHANGES: ReadonlySet<string> = new Set(["adjustment", "tip"]);

export function oneFate(books: Books, complain: Complain): void {
  const { ledger, journal } = books;
  const standing = ledger.filter(({ state }) => STANDS.has(state));
  onceEach(standing, complain);
  const byKey = new Map(standing.map((entry) => [keyOf(entry), entry]));
  const known = new Set<string>(journal.owed === null ? [] : [keyOf(journal.owed)]);
  const undone = journal.owed?.original as { batch?: unknown; trace?: unknown } | undefined;
  const undoing = undone?.trace === undefined ? undefined : keyOf({ batch: undone.batch ?? journal.batch, trace: undone.trace });
  for (const record of journal.transactions) {
    known.add(keyOf(record));
    if (record.delivery?.trace !== undefined) known.add(keyOf({ batch: record.batch, trace: record.delivery.trace }));
    sameFate(record, byKey, keyOf(record) === undoing, complain);
  }
  for (const entry of standing) {
    const ofOpenBatch = six(entry.batch) === six(journal.batch);
    if (!ofOpenBatch || CHANGES.has(entry.kind) || known.has(keyOf(entry))) continue;
    complain(
      `the host has ${entry.kind} ${keyOf(entry)} of ${yuan(entry.approvedFen)} as ${entry.state}; the terminal knows nothing of it`,
    );
  }
}

function onceEach(standing: readonly LedgerEntry[], complain: Complain): void {
  const seen = new Set<string>();
  for (const entry of standing) {
    const key = keyOf(entry);
    if (seen.has(key)) complain(`the host has ${key} standing twice`);
    seen.add(key);
  }
}

/** `isUndoing`: a void of it is owed a reversal, so the host may have it voided still. */
function sameFate(record: Recorded, byKey: ReadonlyMap<string, LedgerEntry>, isUndoing: boolean, complain: Complain): void {
  const key = keyOf(record);
  const delivery = record.delivery?.state;
  if (record.kind === "cash" || delivery === "withdrawn" || record.state === "refused" || onItsWay(record)) return;
  const changed =
    record.delivery?.trace === undefined ? undefined : byKey.get(keyOf({ ...record, trace: record.delivery.trace }));
  const entry = byKey.get(key) ?? changed;
  if (entry === undefined) {
    complain(`the terminal has ${record.kind} ${key} as ${record.state}; at the host it does not stand`);
    return;
  }
  const letGo = HOLDS.has(record.kind);
  if (record.state === "voided" && entry.state !== "voided")
    complain(`${key} is voided at the terminal and ${entry.state} at the host`);
  if (record.state === "approved" && entry.state === "voided" && !letGo && !isUndoing)
    complain(`${key} is approved at the terminal and voided at the host`);
  const fen = entry.totalFen ?? entry.approvedFen;
  if (record.approvedFen !== fen) complain(`${key}: ${yuan(record.approvedFen)} at the terminal, ${yuan(fen)} at the host`);
  // What was adjusted or tipped has the reference of the message that changed it.
  if (record.delivery?.as === undefined && record.reference !== undefined && record.reference !== entry.reference)
    complain(`${key}: reference ${record.reference} at the terminal, ${entry.reference} at the host`);
}
