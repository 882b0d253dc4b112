/** Reading an answer: what its fields mean, with everything that may be missing named as missing. */
import { assert } from "../../platform/guest/assert.ts";
import { isTime, nearestDate } from "../model/dates.ts";
import type { CardRange } from "../model/quick-pass.ts";
import type { Region } from "../model/transaction.ts";
import type { Message } from "./host.ts";

/** Text of a host is GBK; who has the table (hal/printer/gb18030) hands its decoder in. */
export type DecodeText = (bytes: Uint8Array) => string;

export interface Answer {
  /** DE39; "" when absent. */
  code: string;
  /** DE4: of an approval, what was approved. */
  amountFen: number | undefined;
  /** DE14 YYMM; the host's 0000 means that it does not know. */
  expiry: string | undefined;
  /** DE15 MMDD. */
  settlementDate: string | undefined;
  /** DE37. */
  reference: string | undefined;
  /** DE38. */
  authCode: string | undefined;
  /** DE63.1; undefined = CUP (§2, FR). */
  organisation: string | undefined;
  /** DE63.2: issuer's, UnionPay's and acquirer's words that are not blank. */
  remarks: string[];
  /** DE60.2, 1–999999. */
  batch: number | undefined;
  /** DE62: of a sign-on the working keys. */
  keyBlock: Uint8Array | undefined;
}

/** `decode` turns GBK into text; without it only ASCII is kept. */
export function readAnswer(answer: Message, decode: DecodeText = asciiOnly): Answer {
  const { organisation, remarks } = custom63(bytesOf(answer, 63), decode);
  return {
    code: textOf(answer, 39) ?? "",
    amountFen: amountOf(answer),
    expiry: unlessZeros(textOf(answer, 14)),
    settlementDate: unlessZeros(textOf(answer, 15)),
    reference: textOf(answer, 37),
    authCode: textOf(answer, 38),
    organisation,
    remarks,
    batch: batchOf(textOf(answer, 60)),
    keyBlock: bytesOf(answer, 62),
  };
}

/** DE4 as fen. */
export function amountOf(message: Message): number | undefined {
  const digits = textOf(message, 4);
  return digits === undefined ? undefined : Number(digits);
}

/** DE44 (§3.10): issuer and acquirer ids, 11 places each. */
export function institutionsOf(answer: Message): { issuer: string | undefined; acquirer: string | undefined } {
  const text = asciiOnly(bytesOf(answer, 44) ?? new Uint8Array(0));
  const id = (part: string): string | undefined => (/^\d{4,11}$/.test(part) ? part : undefined);
  return { issuer: id(text.slice(0, 11).trim()), acquirer: id(text.slice(11, 22).trim()) };
}

/**
 * DE13 and DE12 with the year that brings the date nearest to the terminal's own; the terminal's own where the answer has none that a
 * calendar or a clock knows.
 */
export function localTimeOf(answer: Message, own: { date: string; time: string }): { date: string; time: string } {
  const time = textOf(answer, 12);
  const date = nearestDate(textOf(answer, 13) ?? "", own.date);
  return date !== undefined && time !== undefined && isTime(time) ? { date, time } : { ...own };
}

/** DE54 (§3.10): account type 2, amount type 2, currency 3, sign, amount 12. Fen; undefined when it is absent or something else. */
export function balanceOf(answer: Message): number | undefined {
  const match = /^\d{2}.{2}\d{3}([CD])(\d{12})$/.exec(textOf(answer, 54) ?? "");
  if (match === null) return undefined;
  const amountFen = Number(match[2]);
  return match[1] === "D" && amountFen > 0 ? -amountFen : amountFen;
}

type Verdict = 0 | 1 | 2 | 3;

/** The last digit of each half of DE48 of a 0510 (§3.6): 1 balanced, 2 not, 3 error; 0 when it is not told. */
export function settlementResult(answer: Message): Record<Region, Verdict> {
  const digits = textOf(answer, 48) ?? "";
  const verdict = (at: number): Verdict => {
    const value = digits.length === 62 ? Number(digits[at]) : 0;
    return value === 1 || value === 2 || value === 3 ? value : 0;
  };
  return { domestic: verdict(30), foreign: verdict(61) };
}

/** Bytes of each parameter (§7.3), which has no length of its own. */
const PARAMETER_BYTES: Readonly<Record<string, number>> = {
  ...{ "01": 1, "02": 1, "03": 1, "04": 1, "05": 1, "11": 2, "12": 2, "13": 1, "14": 14, "15": 14, "16": 14, "17": 14 },
  ...{ "18": 1, "19": 2, "20": 1, "21": 1, "22": 40, "23": 1, "24": 1, "25": 1, "26": 4, "27": 2, "51": 10 },
};

/** What a code of §7.3 takes on the line, without the code itself; it must be in the table. */
export function parameterBytes(code: string): number {
  const bytes = PARAMETER_BYTES[code];
  assert(bytes !== undefined, `${code} is a parameter code`);
  return bytes;
}

/**
 * DE62 of a parameter download: each code and its bytes. `unknown`: the first code that is in no table, or whose value ends too early; what stands behind
 * it cannot be read.
 */
export function parameterTags(answer: Message): { tags: Map<string, Uint8Array>; unknown: string | undefined } {
  const bytes = bytesOf(answer, 62) ?? new Uint8Array(0);
  const tags = new Map<string, Uint8Array>();
  for (let at = 0; at < bytes.length; ) {
    const code = String.fromCharCode(...bytes.subarray(at, at + 2));
    const end = at + 2 + (PARAMETER_BYTES[code] ?? Number.NaN);
    if (!(end <= bytes.length)) return { tags, unknown: code };
    tags.set(code, bytes.slice(at + 2, end));
    at = end;
  }
  return { tags, unknown: undefined };
}

/**
 * DE62 of a 390: flag (0 nothing · 1 last block · 2 more follow), three digits of the number of its last entry, then entries: two digits of length and so
 * many digits of a card number or its beginning. A block with anything else in it is undefined as a whole.
 */
export function blacklistBlock(answer: Message): { more: boolean; last: number; prefixes: string[] } | undefined {
  const text = asciiOnly(bytesOf(answer, 62) ?? new Uint8Array(0));
  if (text === "0") return { more: false, last: 0, prefixes: [] };
  const head = /^([012])(\d{3})/.exec(text);
  if (head === null) return undefined;
  const prefixes: string[] = [];
  for (let at = head[0].length; at < text.length; ) {
    const end = at + 2 + Number(text.slice(at, at + 2));
    const prefix = text.slice(at + 2, end);
    if (!(end <= text.length) || !/^\d{4,19}$/.test(prefix)) return undefined;
    prefixes.push(prefix);
    at = end;
  }
  return { more: head[1] === "2", last: Number(head[2]), prefixes };
}

/** DE62 of a list or an entry (§2.9): its flag (0 nothing · 1 last block · 2 more follow) and what stands behind it; undefined when there is none. */
export function downloadBlock(answer: Message): { flag: "0" | "1" | "2"; bytes: Uint8Array } | undefined {
  const bytes = bytesOf(answer, 62) ?? new Uint8Array(0);
  const flag = String.fromCharCode(bytes[0] ?? 0);
  if (flag === "3") return { flag: "0", bytes: new Uint8Array(0) };
  return flag === "0" || flag === "1" || flag === "2" ? { flag, bytes: bytes.slice(1) } : undefined;
}

const QUICK_TAG_DIGITS = 6;

/**
 * DE62 of a 394 (§5.8): six characters of a tag, three digits of its length, its value. Undefined when it is not made so; a tag that comes twice counts as
 * it came last.
 */
export function contactlessTags(answer: Message): Map<string, Uint8Array> | undefined {
  const bytes = bytesOf(answer, 62) ?? new Uint8Array(0);
  const tags = new Map<string, Uint8Array>();
  for (let at = 0; at < bytes.length; ) {
    const head = /^([0-9A-F]{6})(\d{3})$/.exec(asciiOnly(bytes.subarray(at, at + QUICK_TAG_DIGITS + 3)));
    const start = at + QUICK_TAG_DIGITS + 3;
    const end = start + Number(head?.[2] ?? Number.NaN);
    if (!(end <= bytes.length)) return undefined;
    tags.set(head?.[1] ?? "", bytes.slice(start, end));
    at = end;
  }
  return tags;
}

/**
 * DE62 of a 396 or 398: flag (0 nothing · 1 last block · 2 more follow), three digits of the number of its last entry, then entries: two digits of a card
 * number's length and its first six. A block with anything else in it is undefined as a whole.
 */
export function rangeBlock(answer: Message): { more: boolean; last: number; ranges: CardRange[] } | undefined {
  const text = asciiOnly(bytesOf(answer, 62) ?? new Uint8Array(0));
  if (text === "0") return { more: false, last: 0, ranges: [] };
  const block = /^([012])(\d{3})((?:1[3-9]\d{6})*)$/.exec(text);
  if (block === null) return undefined;
  const entries = block[3]?.match(/.{8}/g) ?? [];
  const ranges = entries.map((entry) => ({ length: Number(entry.slice(0, 2)), prefix: entry.slice(2) }));
  return { more: block[1] === "2", last: Number(block[2]), ranges };
}

/** DE55: what the issuer says to the card (§3.11). */
export const chipAnswerOf = (answer: Message): Uint8Array | undefined => bytesOf(answer, 55);

/** A transaction in the acquirer's books. */
export interface StatementRow {
  /** Two letters or digits of the acquirer's for the kind. */
  kind: string;
  trace: number;
  batch: number;
  amountFen: number;
  reference: string;
  /** The acquirer's own digit. */
  state: string;
}

const STATEMENT_ROW = /^(.{2})(\d{6})(\d{6})(\d{12})(.{12})(.)$/;
const STATEMENT_ROW_BYTES = 39;

/** DE62 of a 970: 1 last block, 2 more follow; then rows. A block with anything else in it is undefined as a whole. */
export function statementRows(answer: Message): { last: boolean; rows: StatementRow[] } | undefined {
  const text = asciiOnly(bytesOf(answer, 62) ?? new Uint8Array(0));
  const flag = text[0];
  if ((flag !== "1" && flag !== "2") || (text.length - 1) % STATEMENT_ROW_BYTES !== 0) return undefined;
  const rows: StatementRow[] = [];
  for (let at = 1; at < text.length; at += STATEMENT_ROW_BYTES) {
    const match = STATEMENT_ROW.exec(text.slice(at, at + STATEMENT_ROW_BYTES));
    if (match === null) return undefined;
    const [, kind = "", trace, batch, amount, reference = "", state = ""] = match;
    rows.push({
      kind,
      trace: Number(trace),
      batch: Number(batch),
      amountFen: Number(amount),
      reference: reference.trim(),
      state,
    });
  }
  return { last: flag === "1", rows };
}

/** §3.9: 63.1 three characters; 63.2 in parts of 20 bytes: issuer, UnionPay, acquirer. */
function custom63(bytes: Uint8Array | undefined, decode: DecodeText): { organisation: string | undefined; remarks: string[] } {
  if (bytes === undefined) return { organisation: undefined, remarks: [] };
  const name = asciiOnly(bytes.subarray(0, 3)).trim();
  const parts = [bytes.subarray(3, 23), bytes.subarray(23, 43), bytes.subarray(43, 63)];
  return {
    organisation: name === "" || name === "CUP" || name === "000" ? undefined : name,
    remarks: parts.map((part) => printable(decode(part))).filter((words) => words !== ""),
  };
}

/** What may go on a slip: no control characters, no damaged ones. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\uFFFD]/gu, "").trim();
}

/** Keeps ASCII and drops the rest: without a table a GBK byte means nothing. */
function asciiOnly(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
  return text;
}

/** 60.2 stands behind the two digits of 60.1; zero is no batch. */
function batchOf(field60: string | undefined): number | undefined {
  if (field60 === undefined || !/^\d{8}/.test(field60)) return undefined;
  const batch = Number(field60.slice(2, 8));
  return batch === 0 ? undefined : batch;
}

function textOf(answer: Message, field: number): string | undefined {
  const value = answer.fields.get(field);
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" ? undefined : text;
}

function bytesOf(answer: Message, field: number): Uint8Array | undefined {
  const value = answer.fields.get(field);
  return typeof value === "string" ? undefined : value;
}

function unlessZeros(text: string | undefined): string | undefined {
  return text === undefined || /^0*$/.test(text) ? undefined : text;
}
