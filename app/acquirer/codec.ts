/**
 * Messages to bytes and back: MTI, bitmap, data elements (§1.1, §1.4). Strict both ways: what this terminal would not write it does
 * not read. Everything wrong is a CodecError and nothing else; no value of a field is ever in its words.
 */
import { assert } from "../../platform/guest/assert.ts";
import type { Field, FieldTable, Justify } from "./fields.ts";
import type { Message } from "./host.ts";

export type CodecFault =
  /** It ends before it should. */
  | "truncated"
  /** Bytes stand behind its last field. */
  | "trailing"
  /** A length is not decimal, or more or less than the field allows. */
  | "bad-length"
  /** Something else where a digit belongs, or a free nibble that is not 0. */
  | "bad-digit"
  /** A byte that is not printable ASCII. */
  | "bad-text"
  /** No such field in the table, or the second bitmap, which this family does not use. */
  | "unknown-field"
  /** Longer than any message may be. */
  | "oversize"
  /** Text where bytes belong or the other way round (packing only). */
  | "bad-kind"
  /** TPDU or header around the message (./frame.ts). */
  | "bad-frame";

export class CodecError extends Error {
  override readonly name = "CodecError";
  constructor(
    readonly fault: CodecFault,
    /** The data element, or 0 for the MTI, the bitmap and the message as a whole. */
    readonly field: number,
    words: string,
  ) {
    super(field === 0 ? `message: ${words}` : `DE${field}: ${words}`);
  }
}

/** More than every field of the largest download together. */
export const MAX_MESSAGE_BYTES = 4096;
export const MAC_BYTES = 8;

const MTI_BYTES = 2;
const BITMAP_BYTES = 8;
const HEAD_BYTES = MTI_BYTES + BITMAP_BYTES;
const LAST_FIELD = 64;
const PREFIX_BYTES = { none: 0, LL: 1, LLL: 2 } as const;

const NOT_A_DIGIT = 255;
/** Character code → nibble. */
const NIBBLES = new Uint8Array(128).fill(NOT_A_DIGIT);
/** Byte → its two hex digits. */
const PAIRS: string[] = [];
/** Byte → 1 when both nibbles are decimal. */
const DECIMAL = new Uint8Array(256);

const HEX = "0123456789ABCDEF";
for (let nibble = 0; nibble < 16; nibble++) NIBBLES[HEX.charCodeAt(nibble)] = nibble;
for (let byte = 0; byte < 256; byte++) {
  PAIRS.push(HEX.charAt(byte >> 4) + HEX.charAt(byte & 15));
  DECIMAL[byte] = byte >> 4 < 10 && (byte & 15) < 10 ? 1 : 0;
}

/** MTI, bitmap and fields in order. Throws CodecError when a value does not fit its field. */
export function packMessage(message: Message, table: FieldTable): Uint8Array {
  const out = new Uint8Array(MAX_MESSAGE_BYTES);
  if (message.mti.length !== 4) throw new CodecError("bad-length", 0, "the MTI has four digits");
  packNibbles(message.mti, 9, "left", out, 0, 0);
  let at = HEAD_BYTES;
  for (const number of [...message.fields.keys()].sort((a, b) => a - b)) {
    const field = table.get(number);
    if (field === undefined) throw new CodecError("unknown-field", number, "not in the field table");
    assert(number >= 2 && number <= LAST_FIELD, "a field of the one bitmap");
    setBit(out, number);
    at = packField(number, field, message.fields.get(number) as string | Uint8Array, out, at);
  }
  return out.slice(0, at);
}

/** Throws CodecError; whatever the bytes are, nothing else. */
export function unpackMessage(bytes: Uint8Array, table: FieldTable): Message {
  if (bytes.length > MAX_MESSAGE_BYTES)
    throw new CodecError("oversize", 0, `${bytes.length} bytes, at most ${MAX_MESSAGE_BYTES}`);
  if (bytes.length < HEAD_BYTES) throw new CodecError("truncated", 0, `${bytes.length} bytes are less than MTI and bitmap`);
  const mti = unpackNibbles(bytes, 0, 4, true, "left", 0);
  const fields: Message["fields"] = new Map();
  let at = HEAD_BYTES;
  for (let number = 1; number <= LAST_FIELD; number++) {
    if (!hasBit(bytes, number)) continue;
    const field = table.get(number);
    if (field === undefined) throw new CodecError("unknown-field", number, "not in the field table");
    const { units, start, end } = measure(bytes, at, number, field);
    fields.set(number, unpackField(bytes, start, end, units, number, field));
    at = end;
  }
  if (at !== bytes.length) throw new CodecError("trailing", 0, `${bytes.length - at} bytes behind the last field`);
  return { mti, fields };
}

/** The MAC block of a message (§4.5): MTI … DE63, with bit 64 set in the bitmap. */
export function macBlock(message: Message, table: FieldTable): Uint8Array {
  const whole = packMessage({ mti: message.mti, fields: new Map(message.fields).set(64, new Uint8Array(MAC_BYTES)) }, table);
  return whole.subarray(0, whole.length - MAC_BYTES);
}

function packField(number: number, field: Field, value: string | Uint8Array, out: Uint8Array, at: number): number {
  if ((field.encoding === "bytes") !== (typeof value !== "string")) {
    throw new CodecError("bad-kind", number, field.encoding === "bytes" ? "takes bytes" : "takes text");
  }
  const units = value.length;
  checkUnits(units, number, field);
  const start = packPrefix(units, field, out, at);
  const end = start + bytesOf(units, field);
  if (end > out.length) throw new CodecError("oversize", number, `no room in ${out.length} bytes`);
  if (typeof value !== "string") out.set(value, start);
  else if (field.encoding === "ascii") packAscii(value, out, start, number);
  else packNibbles(value, field.encoding === "digits" ? 9 : 15, field.justify, out, start, number);
  return end;
}

function unpackField(
  bytes: Uint8Array,
  start: number,
  end: number,
  units: number,
  number: number,
  field: Field,
): string | Uint8Array {
  if (field.encoding === "bytes") return bytes.slice(start, end);
  if (field.encoding === "ascii") return unpackAscii(bytes, start, end, number);
  return unpackNibbles(bytes, start, units, field.encoding === "digits", field.justify, number);
}

/** Where a field's content lies, its length prefix read and believed only when it is true. */
function measure(bytes: Uint8Array, at: number, number: number, field: Field): { units: number; start: number; end: number } {
  const start = at + PREFIX_BYTES[field.prefix];
  if (start > bytes.length) throw new CodecError("truncated", number, "ends in its length");
  let units = field.prefix === "none" ? field.length : 0;
  for (let i = at; i < start; i++) {
    const byte = bytes[i] as number;
    if (DECIMAL[byte] !== 1) throw new CodecError("bad-length", number, "length is not decimal");
    units = units * 100 + (byte >> 4) * 10 + (byte & 15);
  }
  checkUnits(units, number, field);
  const end = start + bytesOf(units, field);
  if (end > bytes.length)
    throw new CodecError("truncated", number, `wants ${end - start} bytes, ${bytes.length - start} are left`);
  return { units, start, end };
}

function checkUnits(units: number, number: number, field: Field): void {
  const fits = field.prefix === "none" ? units === field.length : units <= field.length;
  if (!fits)
    throw new CodecError(
      "bad-length",
      number,
      `${units} long, ${field.prefix === "none" ? "must be" : "at most"} ${field.length}`,
    );
}

function bytesOf(units: number, field: Field): number {
  return field.encoding === "digits" || field.encoding === "track" ? (units + 1) >> 1 : units;
}

function packPrefix(units: number, field: Field, out: Uint8Array, at: number): number {
  const end = at + PREFIX_BYTES[field.prefix];
  let rest = units;
  for (let i = end - 1; i >= at; i--) {
    const two = rest % 100;
    out[i] = (Math.floor(two / 10) << 4) | (two % 10);
    rest = Math.floor(rest / 100);
  }
  assert(field.prefix === "none" || rest === 0, "the length fits its prefix");
  return end;
}

function packNibbles(text: string, largest: number, justify: Justify, out: Uint8Array, at: number, number: number): void {
  let position = at * 2 + (justify === "right" ? text.length & 1 : 0);
  for (let i = 0; i < text.length; i++, position++) {
    const nibble = NIBBLES[text.charCodeAt(i)] ?? NOT_A_DIGIT;
    if (nibble > largest) throw new CodecError("bad-digit", number, `character ${i + 1} is not a digit`);
    const byte = position >> 1;
    out[byte] = (out[byte] as number) | (nibble << (position & 1 ? 0 : 4));
  }
}

function unpackNibbles(bytes: Uint8Array, at: number, count: number, decimal: boolean, justify: Justify, number: number): string {
  const end = at + ((count + 1) >> 1);
  let text = "";
  for (let i = at; i < end; i++) {
    const byte = bytes[i] as number;
    if (decimal && DECIMAL[byte] !== 1) throw new CodecError("bad-digit", number, `byte ${i - at + 1} is not decimal`);
    text += PAIRS[byte];
  }
  if ((count & 1) === 0) return text;
  const free = justify === "left" ? text.length - 1 : 0;
  if (text.charCodeAt(free) !== 48) throw new CodecError("bad-digit", number, "the free nibble is not 0");
  return justify === "left" ? text.slice(0, -1) : text.slice(1);
}

function packAscii(text: string, out: Uint8Array, at: number, number: number): void {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (!printable(code)) throw new CodecError("bad-text", number, `character ${i + 1} is not printable ASCII`);
    out[at + i] = code;
  }
}

function unpackAscii(bytes: Uint8Array, start: number, end: number, number: number): string {
  let text = "";
  for (let i = start; i < end; i++) {
    const code = bytes[i] as number;
    if (!printable(code)) throw new CodecError("bad-text", number, `byte ${i - start + 1} is not printable ASCII`);
    text += String.fromCharCode(code);
  }
  return text;
}

function printable(code: number): boolean {
  return code >= 0x20 && code <= 0x7e;
}

function setBit(out: Uint8Array, number: number): void {
  const byte = MTI_BYTES + ((number - 1) >> 3);
  out[byte] = (out[byte] as number) | (0x80 >> ((number - 1) & 7));
}

function hasBit(bytes: Uint8Array, number: number): boolean {
  return ((bytes[MTI_BYTES + ((number - 1) >> 3)] as number) & (0x80 >> ((number - 1) & 7))) !== 0;
}
