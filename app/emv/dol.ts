/** Data object lists: what a card asks for, and the bytes it gets (§5). */
import { sha1 } from "@noble/hashes/legacy.js";
import { type Bytes, concat, EmvError, NO_BYTES, toBytes } from "./bytes.ts";
import { asLookup, type DataLike, type Lookup } from "./data.ts";
import { kindOf } from "./dictionary.ts";
import { isConstructed, readTag } from "./tlv.ts";

export interface DolEntry {
  tag: string;
  /** Bytes. */
  length: number;
}

const MAX_ENTRIES = 64;

/** Throws EmvError "dol" when the bytes are no list of tag and one-byte length. */
export function parseDol(dol: Bytes): DolEntry[] {
  const bytes = toBytes(dol, "DOL");
  const entries: DolEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = tagAt(bytes, at);
    const length = bytes[at + tag.length / 2];
    if (length === undefined) throw new EmvError("dol", `byte ${at}`, `${tag} has no length`);
    if (entries.length === MAX_ENTRIES) throw new EmvError("dol", `byte ${at}`, `more than ${MAX_ENTRIES} entries`);
    entries.push({ tag, length });
    at += tag.length / 2 + 1;
  }
  return entries;
}

function tagAt(bytes: Uint8Array, at: number): string {
  try {
    return readTag(bytes, at);
  } catch (error) {
    if (error instanceof EmvError) throw new EmvError("dol", `byte ${at}`, "a tag that does not end");
    throw error;
  }
}

/**
 * The bytes a DOL asks for. Unknown and constructed tags give zeros; what is too long or short is cut and filled by its format.
 *
 * @example buildDol("9F02069F3704", { "9F02": "000000010000", "9F37": "01020304" }) // 00000001000001020304
 */
export function buildDol(dol: Bytes, data: DataLike): Uint8Array {
  const lookup = asLookup(data);
  return concat(...parseDol(dol).map(({ tag, length }) => sized(tag, length, isConstructed(tag) ? undefined : lookup(tag))));
}

export function dolAsks(dol: Bytes, tag: string): boolean {
  return parseDol(dol).some((entry) => entry.tag === tag);
}

/** One object cut or filled to the bytes asked for: numeric keeps and fills its right end, compressed numeric fills with F. */
function sized(tag: string, length: number, value: Uint8Array = NO_BYTES): Uint8Array {
  if (value.length === 0) return new Uint8Array(length);
  const format = kindOf(tag)?.format;
  if (value.length >= length) return format === "n" ? value.slice(value.length - length) : value.slice(0, length);
  const out = new Uint8Array(length).fill(format === "cn" ? 0xff : 0);
  out.set(value, format === "n" ? length - value.length : 0);
  return out;
}

/** Tag 98: SHA-1 over what the card's TDOL asks for, else the terminal's; `usedDefault` sets TVR "default TDOL used". */
export function tcHash(
  tdol: Uint8Array | undefined,
  defaultTdol: Uint8Array,
  lookup: Lookup,
): { value: Uint8Array; usedDefault: boolean } {
  return { value: sha1(buildDol(tdol ?? defaultTdol, lookup)), usedDefault: tdol === undefined };
}
