/** Pre-authorisations that wait for their completion: what each approval does to them. They outlive their batch (§5.6). */
import { assert } from "../../platform/guest/assert.ts";
import { daysBetween } from "../model/dates.ts";
import type { Original, TransactionRecord } from "../model/transaction.ts";
import type { Hold } from "./journal.ts";
import { HOLD, HOLDS, holdKey, type StoredHold } from "./records.ts";
import type { SealedTable } from "./table.ts";
import type { Change } from "../../platform/guest/system.ts";

/** Days a pre-authorisation lasts. */
export const HOLD_DAYS = 30;

type Effect = (table: SealedTable, record: TransactionRecord) => Change[];

/** What the approval (or, of an advice, the posting) of each kind does to a hold. */
const EFFECTS: Partial<Record<TransactionRecord["kind"], Effect>> = {
  preauth: (table, record) => [putHold(table, { record })],
  "preauth-add": (table, record) => {
    const hold = findHold(table, record);
    if (hold === undefined) return [];
    const { amountFen, approvedFen } = hold.record;
    const raised = { amountFen: amountFen + record.amountFen, approvedFen: approvedFen + record.approvedFen };
    assert(raised.approvedFen > approvedFen, "an add-on raises its hold");
    return [putHold(table, { ...hold, record: { ...hold.record, ...raised } })];
  },
  "preauth-void": (table, record) => {
    const hold = findHold(table, record);
    return hold === undefined ? [] : [{ delete: keyOf(hold) }];
  },
  completion: close,
  "completion-advice": close,
  "completion-void": (table, { original, batch }) => reopened(table, original?.batch ?? batch, original?.trace),
};

export function effectOn(table: SealedTable, record: TransactionRecord): Change[] {
  return EFFECTS[record.kind]?.(table, record) ?? [];
}

/** The completion of this place is void or refused: what it closed is open again. */
export function reopened(table: SealedTable, batch: number, trace: number | undefined): Change[] {
  const hold = allHolds(table).find(({ closedBy }) => closedBy?.batch === batch && closedBy.trace === trace);
  return hold === undefined ? [] : [putHold(table, { record: hold.record })];
}

export function openHolds(table: SealedTable, today: string): Hold[] {
  return allHolds(table)
    .filter(({ closedBy }) => closedBy === undefined)
    .map(({ record }) => ({ record, daysLeft: HOLD_DAYS - daysBetween(record.date, today) }))
    .filter(({ daysLeft }) => daysLeft >= 0);
}

/** When a batch is closed: those it completed, and those long past their days. */
export function outlived(table: SealedTable, today: string): Change[] {
  return allHolds(table)
    .filter(({ closedBy, record }) => closedBy !== undefined || daysBetween(record.date, today) > 2 * HOLD_DAYS)
    .map((hold) => ({ delete: keyOf(hold) }));
}

function close(table: SealedTable, record: TransactionRecord): Change[] {
  const hold = findHold(table, record);
  assert(hold?.closedBy === undefined, "a hold is charged once");
  return hold === undefined ? [] : [putHold(table, { ...hold, closedBy: { batch: record.batch, trace: record.trace } })];
}

/** By its place when that is known, else by its code, its day and the card: what an operator keys from the slip. */
function findHold(table: SealedTable, { original, pan }: TransactionRecord): StoredHold | undefined {
  if (original === undefined) return undefined;
  return allHolds(table).find(({ record, closedBy }) => closedBy === undefined && record.pan === pan && isOf(original, record));
}

function isOf({ batch, trace, authCode, date }: Original, record: TransactionRecord): boolean {
  if (batch && trace) return record.batch === batch && record.trace === trace;
  return authCode !== undefined && record.authCode === authCode && (date === undefined || date.slice(4) === record.date.slice(4));
}

const allHolds = (table: SealedTable): StoredHold[] => table.keys(HOLDS).map((key) => table.read(key, HOLD));
const keyOf = ({ record }: StoredHold): string => holdKey(record.batch, record.trace);
function putHold(table: SealedTable, hold: StoredHold): Change {
  assert(hold.record.kind === "preauth", "a hold is a pre-authorisation");
  assert(Number.isSafeInteger(hold.record.approvedFen) && hold.record.approvedFen >= 0, "a hold is whole fen");
  return table.put(keyOf(hold), hold);
}
