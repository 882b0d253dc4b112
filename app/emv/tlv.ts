/** BER-TLV as cards write it (§5). Strict in form, generous in what is merely unusual. */
import { type Bytes, concat, EmvError, NO_BYTES, toBytes, toHex } from "./bytes.ts";

/** One object. Tags are upper-case hex digits: "9F26". */
export interface Tlv {
  tag: string;
  value: Uint8Array;
  /** Of a constructed object: what is inside, in order. */
  children?: Tlv[];
  /** Tag, length and value as they stood where it was read from. */
  raw?: Uint8Array;
}

/**
 * What `encodeTlv` takes: `{ "9F26": "…" }`, `[["9F26", "…"]]` or parsed objects; children stand for a value. A table gives tags of decimal digits
 * (82, 95) first: where the order counts, pairs.
 */
export type TlvInput =
  | readonly (Tlv | readonly [string | number, Bytes | TlvInput])[]
  | { readonly [tag: string]: Bytes | TlvInput };

export interface TlvOptions {
  /** Leave constructed objects unopened. */
  flat?: boolean;
}

const MAX_TAG_BYTES = 4;
const MAX_DEPTH = 8;
const MAX_OBJECTS = 256;

/**
 * Objects in order; zero bytes between them are skipped, longer-than-needed lengths are accepted. Throws EmvError "tlv" with the offset.
 *
 * @example parseTlv("6F04A5028800")[0].children[0].tag === "A5"
 */
export function parseTlv(bytes: Bytes, options: TlvOptions = {}): Tlv[] {
  const reader: Reader = { bytes: toBytes(bytes, "TLV"), objects: 0, flat: options.flat === true };
  return readObjects(reader, 0, reader.bytes.length, 1);
}

interface Reader {
  bytes: Uint8Array;
  objects: number;
  flat: boolean;
}

function readObjects(reader: Reader, from: number, end: number, depth: number): Tlv[] {
  if (depth > MAX_DEPTH) throw new EmvError("tlv", `byte ${from}`, `more than ${MAX_DEPTH} templates in one another`);
  const found: Tlv[] = [];
  let at = from;
  while (at < end) {
    if (reader.bytes[at] === 0) {
      at++;
      continue;
    }
    if (++reader.objects > MAX_OBJECTS) throw new EmvError("tlv", `byte ${at}`, `more than ${MAX_OBJECTS} objects`);
    const tag = readTag(reader.bytes, at, end);
    const size = readLength(reader.bytes, at + tag.length / 2, end);
    const stop = size.next + size.length;
    if (stop > end) throw new EmvError("tlv", `byte ${at}`, `${tag} says ${size.length} bytes, ${end - size.next} are there`);
    const object: Tlv = { tag, value: reader.bytes.slice(size.next, stop), raw: reader.bytes.slice(at, stop) };
    if (isConstructed(tag) && !reader.flat) object.children = readObjects(reader, size.next, stop, depth + 1);
    found.push(object);
    at = stop;
  }
  return found;
}

/** The tag that begins at an offset, as hex digits. Throws EmvError "tlv" when it does not end in time. */
export function readTag(bytes: Uint8Array, at: number, end = bytes.length): string {
  let stop = at + 1;
  if (((bytes[at] ?? 0) & 0x1f) === 0x1f) {
    do {
      if (stop >= end) throw new EmvError("tlv", `byte ${at}`, "ends inside a tag");
      stop++;
    } while (((bytes[stop - 1] ?? 0) & 0x80) !== 0);
  }
  if (stop - at > MAX_TAG_BYTES) throw new EmvError("tlv", `byte ${at}`, `a tag of ${stop - at} bytes`);
  return toHex(bytes.subarray(at, stop));
}

function readLength(bytes: Uint8Array, at: number, end: number): { length: number; next: number } {
  const first = bytes[at];
  if (at >= end || first === undefined) throw new EmvError("tlv", `byte ${at}`, "ends before a length");
  if (first < 0x80) return { length: first, next: at + 1 };
  const count = first & 0x7f;
  if (count < 1 || count > 2)
    throw new EmvError("tlv", `byte ${at}`, `a length must not begin with ${toHex(Uint8Array.of(first))}`);
  if (at + count >= end) throw new EmvError("tlv", `byte ${at}`, "ends inside a length");
  let length = 0;
  for (let i = 1; i <= count; i++) length = length * 256 + (bytes[at + i] ?? 0);
  return { length, next: at + 1 + count };
}

/**
 * Lengths as short as can be. Throws EmvError "value" for a tag that is none, "tlv" for a value over 65,535 bytes.
 *
 * @example encodeTlv([["6F", [["84", "A000000333010101"], ["A5", { "50": "43415244" }]]]])
 */
export function encodeTlv(objects: TlvInput | Tlv): Uint8Array {
  if (isTlv(objects)) return encodeOne(objects.tag, objects.children ?? objects.value);
  const list = isList(objects) ? objects : Object.entries(objects);
  return concat(...list.map((item) => (isTlv(item) ? encodeTlv(item) : encodeOne(item[0], item[1]))));
}

function encodeOne(tag: string | number, value: Bytes | TlvInput): Uint8Array {
  const content = typeof value === "string" || value instanceof Uint8Array ? toBytes(value, tagName(tag)) : encodeTlv(value);
  return concat(toBytes(tagName(tag)), encodeLength(content.length), content);
}

export function encodeLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  if (length < 0x100) return Uint8Array.of(0x81, length);
  if (length < 0x10000) return Uint8Array.of(0x82, length >> 8, length & 0xff);
  throw new EmvError("tlv", "length", `${length} bytes are more than an object can hold`);
}

/** "9f26", 0x9F26 → "9F26". Throws EmvError "value" when that is no tag. */
export function tagName(tag: string | number): string {
  const digits = (typeof tag === "number" ? tag.toString(16) : tag.replace(/^0x/i, "")).toUpperCase();
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  const bytes = toBytes(even, `tag ${tag}`);
  if (bytes.length === 0 || readTag(bytes, 0) !== even) throw new EmvError("value", `tag ${tag}`, "is not one whole tag");
  return even;
}

export function isConstructed(tag: string): boolean {
  return (Number.parseInt(tag.slice(0, 2), 16) & 0x20) !== 0;
}

/** The first object at a path of tags, each inside the one before: `findTlv(objects, "6F", "A5", "88")`. */
export function findTlv(objects: readonly Tlv[], ...path: readonly string[]): Tlv | undefined {
  const [tag, ...rest] = path;
  const found = objects.find((object) => object.tag === tag);
  return found === undefined || rest.length === 0 ? found : findTlv(found.children ?? [], ...rest);
}

/** All objects that hold no others, in order, whatever template they are in. */
export function primitives(objects: readonly Tlv[]): Tlv[] {
  return objects.flatMap((object) => (object.children === undefined ? [object] : primitives(object.children)));
}

/** The one object that fills all the bytes (zero bytes around it allowed); undefined when it is not so. */
export function onlyTlv(bytes: Uint8Array, tag: string): Tlv | undefined {
  try {
    const objects = parseTlv(bytes);
    return objects.length === 1 && objects[0]?.tag === tag ? objects[0] : undefined;
  } catch (error) {
    if (error instanceof EmvError) return undefined;
    throw error;
  }
}

export function valueIn(objects: readonly Tlv[], tag: string): Uint8Array {
  return objects.find((object) => object.tag === tag)?.value ?? NO_BYTES;
}

function isTlv(object: unknown): object is Tlv {
  return (
    typeof object === "object" &&
    object !== null &&
    typeof (object as Tlv).tag === "string" &&
    (object as Tlv).value instanceof Uint8Array
  );
}

function isList(objects: TlvInput): objects is Exclude<TlvInput, { readonly [tag: string]: Bytes | TlvInput }> {
  return Array.isArray(objects);
}
