/**
 * A chunk of the day book as it is sealed: columns named once, then one row a record, so that a book of ninety days has room in the store. A later
 * column is added at the end; a row's end that is missing, and `null`, mean that the record has no such thing.
 */
import { assert } from "../../platform/guest/assert.ts";
import { type ArchivedRecord, JournalError } from "./journal.ts";
import { type BookPage, type Kept, keptFault } from "./records.ts";

type Column = keyof ArchivedRecord;

const COLUMNS: Record<Column, true> = {
  kind: true,
  state: true,
  batch: true,
  trace: true,
  amountFen: true,
  approvedFen: true,
  entry: true,
  masked: true,
  operator: true,
  date: true,
  time: true,
  settlementDate: true,
  reference: true,
  authCode: true,
  responseCode: true,
  issuer: true,
  acquirer: true,
  remarks: true,
  pinEntered: true,
  copiesPrinted: true,
  organisation: true,
  original: true,
  tipFen: true,
  region: true,
  delivery: true,
  authority: true,
  cash: true,
  sequence: true,
  chip: true,
  purse: true,
  waived: true,
};
const NAMES = Object.keys(COLUMNS) as Column[];

export function toPage(entries: readonly Kept[]): BookPage {
  const row = ({ order, record }: Kept): unknown[] => {
    const cells: unknown[] = [order, ...NAMES.map((name) => record[name] ?? null)];
    while (cells.at(-1) === null) cells.pop();
    assert(cells.length >= 1 && Number.isInteger(order), "a row begins with its order");
    return cells;
  };
  return { columns: NAMES, rows: entries.map(row) };
}

/** Throws JournalError "damaged", naming the chunk. */
export function fromPage(key: string, { columns, rows }: BookPage): Kept[] {
  return rows.map(([order, ...cells]) => {
    const record: Record<string, unknown> = {};
    for (const [n, name] of columns.entries()) if (cells[n] !== undefined && cells[n] !== null) record[name] = cells[n];
    const kept = { order, record };
    const fault = keptFault(kept);
    if (fault !== undefined) throw new JournalError("damaged", `${key}: ${fault} does not fit`);
    return kept as unknown as Kept;
  });
}
