/**
 * How records lie in the store: JSON of plain ASCII, sealed, each with its own key inside, so that one moved to another place is
 * known as damaged. The shapes are checked when read; what does not fit is damaged too.
 */
import type { System } from "../../platform/guest/system.ts";
import { DIRECTIONS } from "../model/ledger.ts";
import type { ReversalRecord, TransactionRecord } from "../model/transaction.ts";

/** Where the counters stand. */
export interface Meta {
  batch: number;
  nextTrace: number;
  signedOn: boolean;
  /** Order of records in the store; only rises. */
  nextOrder: number;
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

export const MAX_COUNTER = 999_999;

export const META_KEY = "meta";
export const DEBT_KEY = "debt";
export const transactionKey = (batch: number, trace: number): string => `${transactionPrefix(batch)}${six(trace)}`;
export const transactionPrefix = (batch: number): string => `txn/${six(batch)}/`;
export const reversedKey = (batch: number, trace: number): string => `${reversedPrefix(batch)}${six(trace)}`;
export const reversedPrefix = (batch: number): string => `rev/${six(batch)}/`;

const six = (value: number): string => String(value).padStart(6, "0");

/** Sealed bytes of a value that belongs under `key`. */
export function pack(system: System, key: string, value: unknown): Uint8Array {
  const text = JSON.stringify({ key, value }).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return system.seal(bytes);
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
const texts: Check = (value) => Array.isArray(value) && value.every(text);
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
const expiry = maybe(digits(4, 4));

export const META: Shape<Meta> = { batch: counter, nextTrace: counter, signedOn: flag, nextOrder: whole };

const TRANSACTION: Shape<TransactionRecord> = {
  kind,
  state: oneOf("approved", "reversed", "voided"),
  batch: counter,
  trace: counter,
  amountFen: whole,
  approvedFen: whole,
  entry,
  pan,
  expiry,
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
};

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
};

export const ENTRY: Shape<Entry> = { order: whole, record: shaped(TRANSACTION) };
export const REVERSED: Shape<Reversed> = { order: whole, reversal: shaped(REVERSAL) };
