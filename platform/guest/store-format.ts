/**
 * The store's two files, byte by byte. All numbers big endian.
 *
 *     header  "TAELSTOR" · version u16 · header length u16 · generation u32 · base sequence u64 · snapshot frames u32
 *             · damages carried u32 · 0 u32 · crc u32                                                    (40 bytes)
 *     frame   "TLFR" · generation u32 · sequence u64 · payload length u32 · crc u32 · payload            (24 bytes + payload)
 *     payload count u32, then for each change: 1 · key length u16 · key · value length u32 · value, or 0 · key length u16 · key
 *
 * Frames have the sequences base+1, base+2, … without a hole; the first `snapshot frames` of them are the table as it was when the file
 * was made. A frame is one commit.
 *
 * The second file holds one mark, "all up to this sequence of this generation was synced", written anew after each commit and not synced itself:
 *
 *     mark    "TLMK" · generation u32 · sequence u64 · 0 u32 · crc u32                                   (24 bytes)
 *
 * A crc covers what precedes it in the record, and the payload.
 */
import { assert } from "./assert.ts";
import { concat, decodeUtf8, encodeUtf8, equalBytes } from "./bytes.ts";
import { crc32 } from "./crc32.ts";
import type { Change } from "./system.ts";

export const FORMAT_VERSION = 1;
export const HEADER_BYTES = 40;
export const RECORD_BYTES = 24;
/** Largest payload; larger lengths found on the disk are not believed. */
export const PAYLOAD_LIMIT = 1_048_576;
export const KEY_LIMIT = 255;
/** Bytes a put takes beyond key and value. */
export const PUT_OVERHEAD = 7;

/** No store comes this far: what claims more was made by nobody of ours, and counting on from there would overflow. */
export const MOST_GENERATION = 0xf000_0000;
export const MOST_SEQUENCE = 2 ** 52;

const FILE_MAGIC = Uint8Array.from([0x54, 0x41, 0x45, 0x4c, 0x53, 0x54, 0x4f, 0x52]);
const FRAME_MAGIC = 0x544c4652;
const MARK_MAGIC = 0x544c4d4b;
const FIRST_MAGIC_BYTE = 0x54;

export interface Header {
  readonly version: number;
  /** Rises by one with each new file. */
  readonly generation: number;
  /** Sequence of the last commit before this file's first frame. */
  readonly base: number;
  /** Frames that were in the file when it took the old one's place. */
  readonly snapshotFrames: number;
  /** Damages found in earlier files that nobody has accepted yet. */
  readonly damages: number;
}

export interface Frame {
  readonly at: number;
  readonly end: number;
  readonly generation: number;
  readonly sequence: number;
  /** A view into the scanned bytes. */
  readonly payload: Uint8Array;
}

export interface Mark {
  readonly generation: number;
  readonly sequence: number;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function putSequence(view: DataView, at: number, sequence: number): void {
  assert(Number.isSafeInteger(sequence) && sequence >= 0, "a sequence is a whole number");
  view.setUint32(at, Math.floor(sequence / 4_294_967_296));
  view.setUint32(at + 4, sequence % 4_294_967_296);
}

const getSequence = (view: DataView, at: number): number => view.getUint32(at) * 4_294_967_296 + view.getUint32(at + 4);

export function encodeHeader(header: Omit<Header, "version">): Uint8Array {
  assert(header.snapshotFrames >= 0 && header.damages >= 0, "frames and damages are counted");
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = viewOf(bytes);
  bytes.set(FILE_MAGIC);
  view.setUint16(8, FORMAT_VERSION);
  view.setUint16(10, HEADER_BYTES);
  view.setUint32(12, header.generation);
  putSequence(view, 16, header.base);
  view.setUint32(24, header.snapshotFrames);
  view.setUint32(28, header.damages);
  view.setUint32(HEADER_BYTES - 4, crc32(bytes.subarray(0, HEADER_BYTES - 4)));
  return bytes;
}

/**
 * The header, "newer" with the version when a later firmware wrote the file (every version keeps the first 12 bytes and ends its
 * header with the crc), or undefined when it cannot be read.
 */
export function decodeHeader(bytes: Uint8Array): Header | { readonly newer: number } | undefined {
  if (bytes.length < HEADER_BYTES || FILE_MAGIC.some((byte, i) => bytes[i] !== byte)) return undefined;
  const view = viewOf(bytes);
  const version = view.getUint16(8);
  const length = view.getUint16(10);
  if (length < 16 || length > bytes.length) return undefined;
  if (view.getUint32(length - 4) !== crc32(bytes.subarray(0, length - 4))) return undefined;
  if (version > FORMAT_VERSION) return { newer: version };
  if (version !== FORMAT_VERSION || length !== HEADER_BYTES) return undefined;
  return {
    version,
    generation: view.getUint32(12),
    base: getSequence(view, 16),
    snapshotFrames: view.getUint32(24),
    damages: view.getUint32(28),
  };
}

function encodeRecord(magic: number, generation: number, sequence: number, payload: Uint8Array): Uint8Array {
  assert(payload.length <= PAYLOAD_LIMIT, "a payload is not above its limit");
  assert(Number.isInteger(generation) && generation >= 0 && generation < 2 ** 32, "a generation is a whole number");
  const bytes = new Uint8Array(RECORD_BYTES + payload.length);
  const view = viewOf(bytes);
  view.setUint32(0, magic);
  view.setUint32(4, generation);
  putSequence(view, 8, sequence);
  view.setUint32(16, payload.length);
  bytes.set(payload, RECORD_BYTES);
  view.setUint32(20, crc32(payload, crc32(bytes.subarray(0, 20))));
  return bytes;
}

export const encodeFrame = (generation: number, sequence: number, payload: Uint8Array): Uint8Array =>
  encodeRecord(FRAME_MAGIC, generation, sequence, payload);

export const encodeMark = (generation: number, sequence: number): Uint8Array =>
  encodeRecord(MARK_MAGIC, generation, sequence, new Uint8Array(0));

/** The whole record of this magic that starts at `at`, or undefined. With a generation, only a record of that one. */
function readRecord(bytes: Uint8Array, magic: number, at: number, generation: number | undefined): Frame | undefined {
  if (at + RECORD_BYTES > bytes.length) return undefined;
  const view = viewOf(bytes);
  if (view.getUint32(at) !== magic) return undefined;
  const foundGeneration = view.getUint32(at + 4);
  if (generation !== undefined && foundGeneration !== generation) return undefined;
  const length = view.getUint32(at + 16);
  const end = at + RECORD_BYTES + length;
  if (length > PAYLOAD_LIMIT || end > bytes.length) return undefined;
  const payload = bytes.subarray(at + RECORD_BYTES, end);
  if (view.getUint32(at + 20) !== crc32(payload, crc32(bytes.subarray(at, at + 20)))) return undefined;
  return { at, end, generation: foundGeneration, sequence: getSequence(view, at + 8), payload };
}

/** Undefined when there is none, or one that was torn while it was written: nothing depends on it. */
export function decodeMark(bytes: Uint8Array | undefined): Mark | undefined {
  return bytes === undefined || bytes.length !== RECORD_BYTES ? undefined : readRecord(bytes, MARK_MAGIC, 0, undefined);
}

export interface Scan {
  readonly header: Header | undefined;
  /** Every whole frame, in the order of the file. */
  readonly frames: readonly Frame[];
  /** What lies between them. */
  readonly unreadable: readonly { readonly from: number; readonly to: number }[];
}

/** Finds every whole frame of a file, also behind unreadable bytes. `header` is undefined when it cannot be read. */
export function scanFile(bytes: Uint8Array, header: Header | undefined): Scan {
  const frames: Frame[] = [];
  const unreadable: { from: number; to: number }[] = [];
  let generation = header?.generation;
  let at = header === undefined ? 0 : HEADER_BYTES;
  let badFrom = -1;
  while (at < bytes.length) {
    const frame = bytes[at] === FIRST_MAGIC_BYTE ? readRecord(bytes, FRAME_MAGIC, at, generation) : undefined;
    if (frame === undefined) {
      if (badFrom < 0) badFrom = at;
      at++;
      continue;
    }
    if (badFrom >= 0) unreadable.push({ from: badFrom, to: at });
    badFrom = -1;
    generation = frame.generation;
    frames.push(frame);
    assert(frame.end > at, "a scan moves on");
    at = frame.end;
  }
  if (badFrom >= 0) unreadable.push({ from: badFrom, to: bytes.length });
  return { header, frames, unreadable };
}

/** Bytes the change takes in a payload. */
export function changeBytes(change: Change): number {
  return "put" in change
    ? PUT_OVERHEAD + encodeUtf8(change.put).length + change.value.length
    : PUT_OVERHEAD - 4 + encodeUtf8(change.delete).length;
}

export function encodeChanges(changes: readonly Change[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const number = (value: number, size: 2 | 4): Uint8Array => {
    const bytes = new Uint8Array(size);
    if (size === 2) viewOf(bytes).setUint16(0, value);
    else viewOf(bytes).setUint32(0, value);
    return bytes;
  };
  parts.push(number(changes.length, 4));
  for (const change of changes) {
    const key = encodeUtf8("put" in change ? change.put : change.delete);
    assert(key.length > 0 && key.length <= KEY_LIMIT, "a key has 1 to 255 bytes");
    parts.push(Uint8Array.from(["put" in change ? 1 : 0]), number(key.length, 2), key);
    if ("put" in change) parts.push(number(change.value.length, 4), change.value);
  }
  const payload = concat(...parts);
  assert(
    payload.length === changes.reduce((sum, change) => sum + changeBytes(change), 4),
    "changes take what was counted for them",
  );
  return payload;
}

/** Undefined for what no commit takes: it could not be written again as it is. */
function keyOf(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0 || bytes.length > KEY_LIMIT) return undefined;
  const key = decodeUtf8(bytes);
  return /^[ -~]*$/.test(key) || equalBytes(encodeUtf8(key), bytes) ? key : undefined;
}

/** The changes, their values copied; undefined when the bytes are no payload. */
export function decodeChanges(payload: Uint8Array): Change[] | undefined {
  const view = viewOf(payload);
  const changes: Change[] = [];
  let at = 4;
  if (payload.length < at) return undefined;
  for (let left = view.getUint32(0); left > 0; left--) {
    if (at + 3 > payload.length) return undefined;
    const isPut = payload[at] === 1;
    const keyEnd = at + 3 + view.getUint16(at + 1);
    if (keyEnd > payload.length) return undefined;
    const key = keyOf(payload.subarray(at + 3, keyEnd));
    if (key === undefined) return undefined;
    at = keyEnd;
    if (!isPut) {
      changes.push({ delete: key });
      continue;
    }
    if (at + 4 > payload.length) return undefined;
    const valueEnd = at + 4 + view.getUint32(at);
    if (valueEnd > payload.length) return undefined;
    changes.push({ put: key, value: payload.slice(at + 4, valueEnd) });
    at = valueEnd;
  }
  return at === payload.length ? changes : undefined;
}
