/** Reading an answer: what its fields mean, with everything that may be missing named as missing. */
import { isTime, nearestDate } from "../model/dates.ts";
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
