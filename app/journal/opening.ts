/** What the store holds when the journal is opened; whatever cannot be read or contradicts itself is reported, never skipped and never repaired. */
import type { System } from "../../platform/guest/system.ts";
import { Batch } from "./batch.ts";
import type { Settlement } from "./journal.ts";
import {
  CLOSINGS,
  DEBT_KEY,
  ENTRY,
  type Entry,
  HOLD,
  HOLDS,
  META,
  META_KEY,
  type Meta,
  REVERSAL,
  REVERSED,
  reversedPrefix,
  SETTLEMENT,
  SETTLEMENT_KEY,
  transactionKey,
  transactionPrefix,
} from "./records.ts";
import { finishRestore, isRestoring } from "./restore.ts";
import type { SealedTable } from "./table.ts";

/** A backup that was being put back is put back whole before anything is read. */
export function finishStaged(system: System): void {
  try {
    finishRestore(system);
  } catch (error) {
    if (isRestoring(system)) throw error;
    system.log.error("journal: what a restore left behind could not be cleared away", error);
  }
}

export function openMeta(table: SealedTable): Meta {
  const first: Meta = { batch: 1, nextTrace: 1, signedOn: false, nextOrder: 1 };
  if (table.has(META_KEY)) return table.examine(META_KEY, META) ?? first;
  const orphan = ["txn/", "rev/", DEBT_KEY, SETTLEMENT_KEY, CLOSINGS].some((prefix) => table.keys(prefix).length > 0);
  if (orphan) table.report(META_KEY, "is gone, but records of money are there");
  return first;
}

/** Whether a reversal is owed. */
export function openDebt(table: SealedTable): boolean {
  if (!table.has(DEBT_KEY)) return false;
  const debt = table.examine(DEBT_KEY, REVERSAL);
  if (debt !== undefined && table.has(transactionKey(debt.batch, debt.trace)))
    table.report(DEBT_KEY, "owes the reversal of a transaction that stands as approved");
  return true;
}

export function openSettlement(table: SealedTable, batch: number): Settlement | undefined {
  if (!table.has(SETTLEMENT_KEY)) return undefined;
  const settlement = table.examine(SETTLEMENT_KEY, SETTLEMENT);
  if (settlement !== undefined && settlement.batch !== batch) table.report(SETTLEMENT_KEY, "settles another batch");
  return settlement;
}

export function examineHolds(table: SealedTable): void {
  for (const key of table.keys(HOLDS)) table.examine(key, HOLD);
}

/** Reads the open batch into the index; each record is unsealed once to be sure of it. */
export function openBatch(table: SealedTable, batch: number): Batch {
  const opened = new Batch();
  table.forget("txn/");
  table.forget("rev/");
  const entries: Entry[] = [];
  for (const key of table.keys(transactionPrefix(batch))) {
    const entry = table.examine(key, ENTRY);
    if (entry === undefined) continue;
    if (transactionKey(entry.record.batch, entry.record.trace) === key) entries.push(entry);
    else table.report(key, "holds another transaction");
  }
  for (const entry of entries.sort((a, b) => a.order - b.order)) opened.add(entry);
  for (const key of table.keys(reversedPrefix(batch))) table.examine(key, REVERSED);
  return opened;
}
