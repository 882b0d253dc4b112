/** Records as a CSV table and as JSON, for a merchant's own books (M19). Card numbers are masked; amounts are yuan with two decimals. Pure. */
import { maskPan } from "./card.ts";
import { yuan } from "./money.ts";
import type { Profile } from "./profile.ts";
import { clocked, dashed } from "./time.ts";
import type { SettlementTotals } from "./ledger.ts";
import type { TransactionRecord } from "./transaction.ts";

/** Of the open batch, or of a closed one, whose numbers are masked already. */
export type ExportedRecord = Omit<TransactionRecord, "pan" | "expiry"> & ({ pan: string } | { masked: string });

const six = (value: number): string => String(value).padStart(6, "0");

/** One line of the table, by column; the JSON has the same words. */
export function exportRow(record: ExportedRecord): Record<string, string> {
  const { batch, trace, kind, state, date, time, approvedFen, amountFen, tipFen, entry, operator, original } = record;
  return {
    batch: six(batch),
    trace: six(trace),
    kind,
    state,
    date: dashed(date),
    time: clocked(time),
    asked: yuan(amountFen),
    amount: yuan(approvedFen),
    tip: tipFen === undefined ? "" : yuan(tipFen),
    card: "masked" in record ? record.masked : maskPan(record.pan),
    organisation: record.organisation ?? (kind === "cash" ? "" : "CUP"),
    entry,
    operator,
    reference: record.reference ?? "",
    authCode: record.authCode ?? "",
    code: record.responseCode,
    originalTrace: original?.trace === undefined ? "" : six(original.trace),
    issuer: record.issuer ?? "",
    acquirer: record.acquirer ?? "",
  };
}

const COLUMNS = [
  "batch",
  "trace",
  "kind",
  "state",
  "date",
  "time",
  "asked",
  "amount",
  "tip",
  "card",
  "organisation",
  "entry",
  "operator",
  "reference",
  "authCode",
  "code",
  "originalTrace",
  "issuer",
  "acquirer",
] as const;

/** RFC 4180: CRLF, quotes where needed. A text that a spreadsheet would take for a formula gets an apostrophe before it. */
export const csvHead = (): string => `${COLUMNS.join(",")}\r\n`;

export function csvRow(record: ExportedRecord): string {
  const row = exportRow(record);
  return `${COLUMNS.map((column) => cell(row[column] ?? "")).join(",")}\r\n`;
}

function cell(text: string): string {
  const safe = /^[=+@\t\r]/.test(text) || /^-(?![\d.]+$)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export interface ExportHead {
  profile: Pick<Profile, "merchant" | "terminal">;
  /** Of what the transactions are: one batch, or the terminal's local days (YYYYMMDD). */
  of: { batch: number } | { from: string; to: string };
  /** ISO 8601. */
  at: string;
  totals: SettlementTotals;
}

export const jsonRow = (record: ExportedRecord): string => JSON.stringify(exportRow(record));

/** The whole document; `rows` as `jsonRow` gives them. */
export function jsonOf({ profile, of, at, totals }: ExportHead, rows: readonly string[]): string {
  const { merchant, terminal } = profile;
  const head = {
    merchant: { id: merchant.id, name: merchant.name },
    terminal: terminal.id,
    ...("batch" in of ? { batch: six(of.batch) } : { from: dashed(of.from), to: dashed(of.to) }),
    at,
    totalsFen: totals,
  };
  const lines = rows.length === 0 ? "" : `\n  ${rows.join(",\n  ")}\n `;
  return `${JSON.stringify(head, undefined, 1).slice(0, -2)},\n "transactions": [${lines}]\n}\n`;
}
