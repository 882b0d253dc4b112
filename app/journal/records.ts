/**
 * How records lie in the store: JSON of plain ASCII, sealed, each with its own key inside, so that one moved to another place is
 * known as damaged. The shapes are checked when read; what does not fit is damaged too.
 */
import { assert } from "../../platform/guest/assert.ts";
import type { System } from "../../platform/guest/system.ts";
import { type BatchTotals, DIRECTIONS, type SettlementTotals } from "../model/ledger.ts";
import type {
  Authority,
  ChipRecord,
  DeclinedRecord,
  Delivery,
  Original,
  ReversalRecord,
  TransactionRecord,
} from "../model/transaction.ts";
import type { ArchivedRecord, ArchivedSettlement, ClosedBy, Settlement, SettlementResult } from "./journal.ts";

/** Where the counters stand. */
export interface Meta {
  batch: number;
  nextTrace: number;
  signedOn: boolean;
  /** Order of records in the store; only rises. */
  nextOrder: number;
  /** The host's batch number, while the open batch has to be settled under its own. */
  hostBatch?: number;
  /** A closed batch whose records are not yet cleared away. */
  clearing?: number;
  /** YYYYMMDD: of this day and those before it the day book lacks something. */
  letGo?: string;
}

/** A transaction and its place in time, which the trace cannot tell once it has wrapped. */
export interface Entry {
  order: number;
  record: TransactionRecord;
}

/** A reversal the host took. */
export interface Reversed {
  order: number;
  reversal: ReversalRecord;
}

/** A pre-authorisation that outlives its batch. */
export interface StoredHold {
  record: TransactionRecord;
  /** The completion that closed it; a void of that opens it again. */
  closedBy?: { batch: number; trace: number };
}

export interface Declined {
  order: number;
  record: DeclinedRecord;
}

/** A record of a closed batch and its place in time. */
export interface Kept {
  order: number;
  record: ArchivedRecord;
}

/** Earlier firmware: up to 200 records of the one closed batch it kept. */
export interface ArchiveChunk {
  entries: Kept[];
}

/** A chunk of the day book; what a row means is told in ./page.ts. */
export interface BookPage {
  columns: string[];
  rows: unknown[][];
}

export const MAX_COUNTER = 999_999;

export const META_KEY = "meta";
export const DEBT_KEY = "debt";
export const SETTLEMENT_KEY = "settle";
/** Earlier firmware, which kept one closed batch only: its sums, and its records under ARCHIVE. */
export const LAST_KEY = "last";
export const holdKey = (batch: number, trace: number): string => `${HOLDS}${six(batch)}/${six(trace)}`;
export const HOLDS = "hold/";
export const declineKey = (order: number, date: string): string => `${DECLINES}${twelve(order)}/${date}`;
export const DECLINES = "dec/";
export const ARCHIVE = "arc/";
export const bookKey = (day: string, closing: number, firstTrace: number, lastTrace: number): string =>
  `${BOOK}${day}/${twelve(closing)}/${six(firstTrace)}-${six(lastTrace)}`;
export const BOOK = "day/";
export const closingKey = (closing: number, date: string, batch: number): string =>
  `${CLOSINGS}${twelve(closing)}/${date}/${six(batch)}`;
export const CLOSINGS = "set/";
export const transactionKey = (batch: number, trace: number): string => `${transactionPrefix(batch)}${six(trace)}`;
export const transactionPrefix = (batch: number): string => `txn/${six(batch)}/`;
export const reversedKey = (batch: number, trace: number): string => `${reversedPrefix(batch)}${six(trace)}`;
export const reversedPrefix = (batch: number): string => `rev/${six(batch)}/`;

const six = (value: number): string => String(value).padStart(6, "0");
const twelve = (value: number): string => String(value).padStart(12, "0");

/** Sealed bytes of a value that belongs under `key`. */
export function pack(system: System, key: string, value: unknown): Uint8Array {
  assert(key.length > 0, "what is kept has a place");
  const text = JSON.stringify({ key, value }).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return system.seal(bytes);
}

/** Words when bytes are not what this terminal packed under `key`. */
export function isPacked(system: System, key: string, sealed: Uint8Array): string | undefined {
  const read = unpack(system, key, sealed, {});
  return "fault" in read ? read.fault : undefined;
}

/** What was packed under `key` and has the right shape; otherwise words that say what is wrong. */
export function unpack<T>(system: System, key: string, sealed: Uint8Array, shape: Shape<T>): { value: T } | { fault: string } {
  let bytes: Uint8Array;
  try {
    bytes = system.unseal(sealed);
  } catch {
    return { fault: "was altered, or sealed by another terminal" };
  }
  let envelope: unknown;
  try {
    envelope = JSON.parse(textOf(bytes));
  } catch {
    return { fault: "is not JSON" };
  }
  if (!isObject(envelope) || envelope.key !== key) return { fault: "belongs elsewhere" };
  const problem = misfit(envelope.value, shape);
  return problem === undefined ? { value: envelope.value as T } : { fault: `${problem} does not fit` };
}

function textOf(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 1024) text += String.fromCharCode(...bytes.subarray(at, at + 1024));
  return text;
}

type Check = (value: unknown) => boolean;
/** One check a property; an optional one lets undefined through. */
export type Shape<T> = { readonly [K in keyof Required<T>]: Check };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The first property that does not fit, or undefined. */
function misfit<T>(value: unknown, shape: Shape<T>): string | undefined {
  if (!isObject(value)) return "the whole";
  const checks: [string, Check][] = Object.entries(shape);
  return checks.find(([name, check]) => !check(value[name]))?.[0];
}

const whole: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const counter: Check = (value) => whole(value) && (value as number) >= 1 && (value as number) <= MAX_COUNTER;
const flag: Check = (value) => typeof value === "boolean";
const text: Check = (value) => typeof value === "string";
const every =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const texts = every(text);
const digits =
  (least: number, most: number): Check =>
  (value) =>
    typeof value === "string" && value.length >= least && value.length <= most && /^\d*$/.test(value);
const oneOf =
  (...words: string[]): Check =>
  (value) =>
    typeof value === "string" && words.includes(value);
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const shaped =
  <T>(shape: Shape<T>): Check =>
  (value) =>
    misfit(value, shape) === undefined;

const kind = oneOf(...Object.keys(DIRECTIONS));
const entry = oneOf("swipe", "manual", "contact", "contactless", "fallback");
const pan = digits(13, 19);
/** Cash has no card. */
const panOrCash: Check = (value) => value === "" || pan(value);
const expiry = maybe(digits(4, 4));

export const META: Shape<Meta> = {
  batch: counter,
  nextTrace: counter,
  signedOn: flag,
  nextOrder: whole,
  hostBatch: maybe(counter),
  clearing: maybe(counter),
  letGo: maybe(digits(8, 8)),
};

const ORIGINAL: Shape<Original> = {
  batch: maybe(whole),
  trace: maybe(whole),
  date: maybe(digits(8, 8)),
  reference: maybe(text),
  authCode: maybe(text),
  amountFen: maybe(whole),
  kind: maybe(kind),
  terminal: maybe(text),
  preauthCode: maybe(text),
};

const DELIVERY: Shape<Delivery> = {
  state: oneOf("pending", "delivered", "refused", "unanswered", "withdrawn"),
  attempts: whole,
  code: maybe(text),
  as: maybe(oneOf("adjustment", "tip")),
  trace: maybe(counter),
  before: maybe(shaped({ amountFen: whole, approvedFen: whole, tipFen: maybe(whole) })),
};

const AUTHORITY: Shape<Authority> = { mode: oneOf("00", "01", "02"), institution: maybe(digits(0, 11)) };

const hexDigits: Check = (value) => typeof value === "string" && value.length % 2 === 0 && /^[0-9A-F]*$/.test(value);
const CHIP: Shape<ChipRecord> = {
  certificate: maybe(oneOf("TC", "AAC", "ARPC")),
  field55: maybe(hexDigits),
  data: (value) => isObject(value) && Object.values(value).every(hexDigits),
};

const KEPT: Shape<Omit<TransactionRecord, "pan" | "expiry">> = {
  kind,
  state: oneOf("approved", "reversed", "voided", "pending", "refused"),
  batch: counter,
  trace: counter,
  amountFen: whole,
  approvedFen: whole,
  entry,
  operator: text,
  date: digits(8, 8),
  time: digits(6, 6),
  settlementDate: maybe(digits(4, 4)),
  reference: maybe(text),
  authCode: maybe(text),
  responseCode: text,
  issuer: maybe(text),
  acquirer: maybe(text),
  organisation: maybe(text),
  remarks: texts,
  pinEntered: flag,
  copiesPrinted: whole,
  original: maybe(shaped(ORIGINAL)),
  tipFen: maybe(whole),
  region: maybe(oneOf("domestic", "foreign")),
  delivery: maybe(shaped(DELIVERY)),
  authority: maybe(shaped(AUTHORITY)),
  sequence: maybe(digits(3, 3)),
  chip: maybe(shaped(CHIP)),
  purse: maybe(shaped({ balanceFen: maybe(whole), from: maybe(text) })),
  waived: maybe(shaped({ pinFen: maybe(whole), signatureFen: maybe(whole) })),
  cash: maybe(shaped({ receivedFen: whole, changeFen: whole })),
};
const TRANSACTION: Shape<TransactionRecord> = { ...KEPT, pan: panOrCash, expiry };

export const REVERSAL: Shape<ReversalRecord> = {
  kind,
  reason: oneOf("98", "A0", "96", "06"),
  batch: counter,
  trace: counter,
  amountFen: whole,
  pan,
  expiry,
  entry,
  entryMode: digits(3, 3),
  security: maybe(digits(16, 16)),
  authCode: maybe(text),
  operator: text,
  date: digits(8, 8),
  time: digits(6, 6),
  attempts: whole,
  original: maybe(shaped(ORIGINAL)),
  organisation: maybe(text),
  sequence: maybe(digits(3, 3)),
  field55: maybe(hexDigits),
  receiving: maybe(digits(13, 19)),
};

export const ENTRY: Shape<Entry> = { order: whole, record: shaped(TRANSACTION) };
export const REVERSED: Shape<Reversed> = { order: whole, reversal: shaped(REVERSAL) };

const DECLINE: Shape<DeclinedRecord> = {
  kind: oneOf(...Object.keys(DIRECTIONS), "balance"),
  trace: whole,
  amountFen: whole,
  masked: text,
  entry,
  operator: text,
  date: digits(8, 8),
  time: digits(6, 6),
  code: text,
};
export const DECLINED: Shape<Declined> = { order: whole, record: shaped(DECLINE) };

const place = shaped({ batch: counter, trace: counter });
export const HOLD: Shape<StoredHold> = { record: shaped(TRANSACTION), closedBy: maybe(place) };

const TOTALS: Shape<BatchTotals> = { debitFen: whole, debitCount: whole, creditFen: whole, creditCount: whole };
const totals = shaped<SettlementTotals>({ domestic: shaped(TOTALS), foreign: shaped(TOTALS) });
const verdict: Check = (value) => [0, 1, 2, 3].includes(value as number);
const result = maybe(shaped<SettlementResult>({ domestic: verdict, foreign: verdict }));
const traces = every(counter);

export const SETTLEMENT: Shape<Settlement> = {
  batch: counter,
  totals,
  result,
  uploaded: whole,
  rounds: whole,
  ended: flag,
  failed: traces,
  refused: maybe(traces),
};

const CLOSED_BY: Shape<ClosedBy> = { operator: text, date: digits(8, 8), time: digits(6, 6) };
export const LAST: Shape<Omit<ArchivedSettlement, "records">> = {
  batch: counter,
  totals,
  result,
  failed: traces,
  closedBy: maybe(shaped(CLOSED_BY)),
};

const ARCHIVED: Shape<ArchivedRecord> = { ...KEPT, masked: text };
const KEPT_RECORD: Shape<Kept> = { order: whole, record: shaped(ARCHIVED) };
export const CHUNK: Shape<ArchiveChunk> = { entries: every(shaped(KEPT_RECORD)) };
export const BOOK_PAGE: Shape<BookPage> = { columns: texts, rows: every(Array.isArray) };
/** What of a row of a chunk is not as it must be. */
export const keptFault = (value: unknown): string | undefined => misfit(value, KEPT_RECORD);
