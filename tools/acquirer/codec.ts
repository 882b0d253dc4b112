/**
 * Frames and messages on the wire (§1.1–§1.4): LEN, TPDU, header, MTI, bitmap, data elements.
 *
 * A message's fields are strings by number: digits for n, `0`–`9 A`–`F` for tracks (`D` is the separator), hexadecimal bytes for b, text
 * for the rest (`hex:…` when the bytes are not text, see ./text.ts).
 */
import { type FieldSpec, fields as specs } from "./fields.ts";
import { bytesText, fromHex, textBytes, toHex } from "./text.ts";

export type Fields = Record<string, string>;

/** A field whose bytes are there but wrong; parsing could go on. */
export interface FieldFault {
  /** 0: the frame itself. */
  de: number;
  words: string;
}

export interface DecodedFrame {
  /** LEN as told; undefined when decoded without it. */
  length: number | undefined;
  /** 10 digits. */
  tpdu: string;
  /** 12 digits. */
  header: string;
  mti: string;
  /** Field numbers the bitmap announces. */
  bitmap: number[];
  fields: Fields;
  /** Each field's own bytes in hex, with its length prefix, and where they begin, counted from the first byte given. */
  raw: Record<string, { at: number; hex: string }>;
  /** MTI … DE63, what the MAC is made over (§4.5). */
  mab: Uint8Array;
  /** DE64. */
  mac: Uint8Array | undefined;
  /** Where and why reading had to stop; what stands above was read before. */
  problem: string | undefined;
  faults: FieldFault[];
}

export interface Message {
  tpdu: string;
  header: string;
  mti: string;
  fields: Fields;
}

export class CodecError extends Error {
  constructor(
    readonly de: number,
    words: string,
  ) {
    super(de === 0 ? words : `${fieldName(de)}: ${words}`);
    this.name = "CodecError";
  }
}

const LRI = Buffer.from("LRI", "latin1");
const LRI_BYTES = 33;
const TPDU_BYTES = 5;
const HEADER_BYTES = 6;
const BITMAP_BYTES = 8;
const MTI_BYTES = 2;

/** "DE35 track 2". */
export function fieldName(de: number): string {
  const spec = specs.get(de);
  return spec === undefined ? `DE${de}` : `DE${de} ${spec.name}`;
}

class Reader {
  at = 0;
  constructor(readonly bytes: Uint8Array) {}

  take(count: number, what: string): Uint8Array {
    const left = this.bytes.length - this.at;
    if (left < count) throw new CodecError(0, `cut short in ${what} at byte ${this.at}: needs ${count} bytes, ${left} are left`);
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  startsWith(mark: Uint8Array): boolean {
    return Buffer.compare(this.bytes.subarray(this.at, this.at + mark.length), mark) === 0;
  }
}

/** One whole frame with its LEN. Never throws: see `problem` and `faults`. */
export function decodeFrame(bytes: Uint8Array): DecodedFrame {
  if (bytes.length < 2) return { ...decodeMessage(new Uint8Array()), problem: "cut short: no length" };
  const length = (bytes[0]! << 8) | bytes[1]!;
  const decoded = decodeMessage(bytes, 2);
  const faults = [...decoded.faults];
  if (length !== bytes.length - 2) faults.unshift({ de: 0, words: `LEN says ${length} bytes, ${bytes.length - 2} follow it` });
  return { ...decoded, length, faults };
}

/** A frame without LEN (dial-up), or from byte `start` on. Never throws. */
export function decodeMessage(bytes: Uint8Array, start = 0): DecodedFrame {
  const reader = new Reader(bytes);
  reader.at = start;
  const out: DecodedFrame = {
    length: undefined,
    tpdu: "",
    header: "",
    mti: "",
    bitmap: [],
    fields: {},
    raw: {},
    mab: new Uint8Array(),
    mac: undefined,
    problem: undefined,
    faults: [],
  };
  try {
    readMessage(reader, out);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    out.problem = error.message;
  }
  return out;
}

function readMessage(reader: Reader, out: DecodedFrame): void {
  out.tpdu = toHex(reader.take(TPDU_BYTES, "the TPDU"));
  // Dial-in lines put the caller's number here (§1.2).
  if (reader.startsWith(LRI)) reader.take(LRI_BYTES, "the LRI block");
  out.header = toHex(reader.take(HEADER_BYTES, "the header"));
  const mabStart = reader.at;
  out.mti = toHex(reader.take(MTI_BYTES, "the MTI"));
  if (!/^\d{4}$/.test(out.mti)) throw new CodecError(0, `MTI ${out.mti} is not four digits`);
  out.bitmap = bitsOf(reader.take(BITMAP_BYTES, "the bitmap"));
  for (const de of out.bitmap) {
    const spec = specs.get(de);
    if (spec === undefined) throw new CodecError(de, `the bitmap announces a field this profile does not have (§1.4)`);
    const at = reader.at;
    if (de === 64) out.mab = reader.bytes.subarray(mabStart, at);
    const { value, words } = readField(reader, spec);
    out.fields[de] = value;
    out.raw[de] = { at, hex: toHex(reader.bytes.subarray(at, reader.at)) };
    if (words !== undefined) out.faults.push({ de, words });
  }
  if (out.fields[64] === undefined) out.mab = reader.bytes.subarray(mabStart, reader.at);
  else out.mac = fromHex(out.fields[64]);
  const left = reader.bytes.length - reader.at;
  if (left > 0) out.faults.push({ de: 0, words: `${left} bytes are left after the last field` });
}

function bitsOf(bitmap: Uint8Array): number[] {
  const bits: number[] = [];
  for (let de = 1; de <= 64; de++) if ((bitmap[(de - 1) >> 3]! & (0x80 >> ((de - 1) & 7))) !== 0) bits.push(de);
  return bits;
}

function readField(reader: Reader, spec: FieldSpec): { value: string; words: string | undefined } {
  const size = spec.lengthDigits === 0 ? spec.size : readLength(reader, spec);
  const packed = spec.kind === "n" || spec.kind === "z";
  const bytes = reader.take(packed ? (size + 1) >> 1 : size, fieldName(spec.de));
  if (!packed) return { value: spec.kind === "b" ? toHex(bytes) : bytesText(bytes), words: undefined };
  const nibbles = toHex(bytes);
  const leftPadded = nibbles.length !== size && spec.pad === "left";
  const value = leftPadded ? nibbles.slice(1) : nibbles.slice(0, size);
  const padding = leftPadded ? nibbles.slice(0, 1) : nibbles.slice(size);
  if (spec.kind === "n" && !/^\d*$/.test(value)) return { value, words: "holds something that is not a decimal digit" };
  if (padding !== "" && padding !== "0") return { value, words: `is padded with ${padding}, not 0` };
  return { value, words: undefined };
}

function readLength(reader: Reader, spec: FieldSpec): number {
  const digits = toHex(reader.take(spec.lengthDigits === 2 ? 1 : 2, `the length of ${fieldName(spec.de)}`));
  if (!/^\d+$/.test(digits)) throw new CodecError(spec.de, `its length ${digits} is not decimal`);
  const length = Number(digits);
  if (length > spec.size) throw new CodecError(spec.de, `its length ${length} is over ${spec.size}`);
  return length;
}

/** One field with its length. Throws CodecError saying which field and why. */
export function encodeField(de: number, value: string): Uint8Array {
  const spec = specs.get(de);
  if (spec === undefined) throw new CodecError(de, "this profile does not have it (§1.4)");
  const { size, body } = spec.kind === "n" || spec.kind === "z" ? packDigits(spec, value) : packBytes(spec, value);
  if (spec.lengthDigits === 0 && size !== spec.size) throw new CodecError(de, `is ${size} long, must be ${spec.size}`);
  if (size > spec.size) throw new CodecError(de, `is ${size} long, may be ${spec.size} at most`);
  if (spec.lengthDigits === 0) return body;
  const length = String(size).padStart(spec.lengthDigits === 2 ? 2 : 4, "0");
  return Uint8Array.from([...fromHex(length), ...body]);
}

function packDigits(spec: FieldSpec, value: string): { size: number; body: Uint8Array } {
  const wanted = spec.kind === "n" ? /^\d*$/ : /^[0-9A-F]*$/;
  if (!wanted.test(value)) throw new CodecError(spec.de, "holds characters this field cannot carry");
  const even = value.length % 2 === 0 ? value : spec.pad === "left" ? `0${value}` : `${value}0`;
  return { size: value.length, body: fromHex(even) };
}

function packBytes(spec: FieldSpec, value: string): { size: number; body: Uint8Array } {
  try {
    const body = spec.kind === "b" ? fromHex(value) : textBytes(value);
    return { size: body.length, body };
  } catch (error) {
    throw new CodecError(spec.de, (error as Error).message);
  }
}

/** MTI, bitmap and fields; without TPDU and header: what the MAC is made over when 64 is left out but announced. */
export function encodeBody(mti: string, fields: Fields, announceMac = false): Uint8Array {
  const numbers = Object.keys(fields)
    .map(Number)
    .sort((a, b) => a - b);
  const bitmap = new Uint8Array(BITMAP_BYTES);
  const parts: Uint8Array[] = [];
  for (const de of numbers) {
    parts.push(encodeField(de, fields[de]!));
    bitmap[(de - 1) >> 3]! |= 0x80 >> ((de - 1) & 7);
  }
  if (announceMac) bitmap[7]! |= 1;
  return Uint8Array.from(Buffer.concat([fromHex(mti), bitmap, ...parts]));
}

/** The whole frame with LEN. */
export function encodeFrame(message: Message): Uint8Array {
  const body = encodeBody(message.mti, message.fields);
  return withLength(Uint8Array.from(Buffer.concat([fromHex(message.tpdu), fromHex(message.header), body])));
}

export function withLength(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([bytes.length >> 8, bytes.length & 0xff, ...bytes]);
}

/** The answer's TPDU: the two addresses change places (§1.2). */
export function swapTpdu(tpdu: string): string {
  return tpdu.slice(0, 2) + tpdu.slice(6, 10) + tpdu.slice(2, 6);
}

/** MTI of the answer: request + 10 (§1.5). */
export function answerMti(mti: string): string {
  return String(Number(mti) + 10).padStart(4, "0");
}

/** First six and last four (§6.1). */
export function maskPan(pan: string): string {
  return pan.length < 13 ? "*".repeat(pan.length) : pan.slice(0, 6) + "*".repeat(pan.length - 10) + pan.slice(-4);
}

const maskDigitRuns = (text: string): string => text.replace(/\d{13,20}/g, maskPan);

function maskTrack(track: string): string {
  // Track 3 has two format digits before the number.
  const end = track.search(/[^0-9]/);
  const pan = end < 0 ? track.slice(0, 19) : track.slice(0, end);
  const kept = pan.length > 19 || pan.length < 13 ? track.slice(0, 6) : maskPan(pan);
  return kept + "*".repeat(Math.max(0, track.length - kept.length));
}

/** Tags of DE55 that carry the card's number, tracks or holder. */
const SECRET_TAGS = new Set(["5A", "57", "56", "5F20", "9F1F", "9F20", "9F6B", "5F24"]);

function maskTlv(hex: string): string {
  let out = "";
  let at = 0;
  while (at + 4 <= hex.length) {
    const tagEnd = at + ((Number.parseInt(hex.slice(at, at + 2), 16) & 0x1f) === 0x1f ? 4 : 2);
    const first = Number.parseInt(hex.slice(tagEnd, tagEnd + 2), 16);
    if (!(first <= 0x82)) break;
    const lengthEnd = tagEnd + 2 + (first > 0x80 ? (first - 0x80) * 2 : 0);
    const length = first > 0x80 ? Number.parseInt(hex.slice(tagEnd + 2, lengthEnd), 16) : first;
    const value = hex.slice(lengthEnd, lengthEnd + length * 2);
    if (value.length < length * 2) break;
    out += hex.slice(at, lengthEnd) + (SECRET_TAGS.has(hex.slice(at, tagEnd)) ? "*".repeat(value.length) : value);
    at = lengthEnd + length * 2;
  }
  return out + "*".repeat(hex.length - at);
}

/** §3.6: card numbers of a batch upload stand in 20-digit slots. */
function maskBatchUpload(digits: string): string {
  if (digits.length < 42 || (digits.length - 2) % 40 !== 0) return digits;
  return (
    digits.slice(0, 2) +
    digits.slice(2).replace(/(.{8})(.{20})(.{12})/g, (_all, head: string, pan: string, amount: string) => {
      return `${head}${"*".repeat(16)}${pan.slice(-4)}${amount}`;
    })
  );
}

const masks: Record<string, (value: string) => string> = {
  "2": maskPan,
  "35": maskTrack,
  "36": maskTrack,
  "48": maskBatchUpload,
  "52": (value) => "*".repeat(value.length),
  "55": maskTlv,
  "59": (value) => (value.startsWith("hex:") ? `hex:${"*".repeat(value.length - 4)}` : maskDigitRuns(value)),
  "62": maskDigitRuns,
};

/** The same fields, fit for a screen or a log: card numbers masked, tracks, PIN blocks and chip secrets starred. */
export function maskFields(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([de, value]) => [de, masks[de]?.(value) ?? value]));
}
