/**
 * A copy of the journal's records as they lie in the store: sealed, so that only this terminal can read them. For keeping elsewhere, for checking
 * that what was kept is whole, and for ./restore.ts. Nothing here writes into the store. The header alone is clear: whose it is, and its counters.
 *
 *     "TAELBK1\n" · header line (JSON) · items: key length u16, key, value length u32, value; numbers big endian · CRC-32 of all before, u32
 */
import { assert } from "../../platform/guest/assert.ts";
import { concat, decodeAscii, decodeUtf8, encodeAscii, encodeUtf8, equalBytes } from "../../platform/guest/bytes.ts";
import { crc32 } from "../../platform/guest/crc32.ts";
import type { System } from "../../platform/guest/system.ts";
import { ARCHIVE, BOOK, CLOSINGS, DEBT_KEY, DECLINES, HOLDS, isPacked, LAST_KEY, META_KEY, SETTLEMENT_KEY } from "./records.ts";

const MAGIC = "TAELBK1\n";
/** What speaks of money; the counters and the declines do not. */
export const MONEY = [DEBT_KEY, SETTLEMENT_KEY, LAST_KEY, "txn/", "rev/", HOLDS, ARCHIVE, CLOSINGS, BOOK] as const;
const PREFIXES = [META_KEY, DECLINES, ...MONEY];

export interface BackupHeader {
  /** Earlier firmware did not say. */
  merchant?: string;
  terminal: string;
  batch: number;
  /** Earlier firmware did not say. */
  nextTrace?: number;
  /** ISO 8601. */
  at: string;
}

export interface Backup {
  bytes: Uint8Array;
  items: number;
}

export function makeBackup({ store }: Pick<System, "store">, header: BackupHeader): Backup {
  const keys = journalKeys(store);
  const items = keys.map((key) => {
    const name = encodeAscii(key);
    const value = store.get(key);
    assert(value !== undefined, "a key of the store has a value");
    return concat(number(name.length, 2), name, number(value.length, 4), value);
  });
  const body = concat(encodeAscii(MAGIC), encodeUtf8(`${JSON.stringify({ ...header, items: keys.length })}\n`), ...items);
  return { bytes: concat(body, number(crc32(body), 4)), items: keys.length };
}

export function journalKeys(store: System["store"]): string[] {
  return [...new Set(PREFIXES.flatMap((prefix) => store.keys(prefix)))].sort();
}

export type BackupCheck =
  /** altered: bytes are wrong or missing · foreign: whole, but sealed by another terminal or damaged inside. */
  | { check: "altered" | "foreign"; words: string }
  /** `differing`: items that are not as the store has them now, either way. */
  | { check: "sound"; items: number; differing: number };

/** Every item is unsealed once, as a restore would have to. */
export function checkBackup(system: System, bytes: Uint8Array): BackupCheck {
  const read = readItems(bytes);
  if ("words" in read) return { check: "altered", words: read.words };
  let differing = 0;
  for (const [key, value] of read.items) {
    const problem = isPacked(system, key, value);
    if (problem !== undefined) return { check: "foreign", words: `${key} ${problem}` };
    const now = system.store.get(key);
    if (now === undefined || !equalBytes(now, value)) differing++;
  }
  differing += journalKeys(system.store).filter((key) => !read.items.has(key)).length;
  return { check: "sound", items: read.items.size, differing };
}

export interface BackupItems {
  header: BackupHeader;
  items: Map<string, Uint8Array>;
}

/** Words when it is no backup, or not a whole one. Nothing is unsealed. */
export function readItems(bytes: Uint8Array): BackupItems | { words: string } {
  const body = bytes.subarray(0, Math.max(0, bytes.length - 4));
  const magic = encodeAscii(MAGIC);
  if (!equalBytes(body.subarray(0, magic.length), magic)) return { words: "is no backup" };
  if (crc32(body) !== numberAt(bytes, body.length, 4)) return { words: "its checksum is wrong" };
  const end = body.indexOf(0x0a, magic.length);
  const header = end < 0 ? undefined : readHeader(body.subarray(magic.length, end));
  if (header === undefined) return { words: "has no header" };
  const items = new Map<string, Uint8Array>();
  for (let at = end + 1; at < body.length; ) {
    const keyEnd = at + 2 + numberAt(body, at, 2);
    const valueEnd = keyEnd + 4 + numberAt(body, keyEnd, 4);
    if (!(valueEnd <= body.length)) return { words: "ends in the middle" };
    items.set(decodeAscii(body.subarray(at + 2, keyEnd)), body.slice(keyEnd + 4, valueEnd));
    at = valueEnd;
  }
  return { header, items };
}

function readHeader(line: Uint8Array): BackupHeader | undefined {
  try {
    const value = JSON.parse(decodeUtf8(line)) as Partial<BackupHeader> | null;
    const text = [value?.terminal, value?.at].every((each) => typeof each === "string");
    return text && Number.isInteger(value?.batch) ? (value as BackupHeader) : undefined;
  } catch {
    return undefined;
  }
}

function number(value: number, bytes: 2 | 4): Uint8Array {
  assert(Number.isInteger(value) && value >= 0 && value < 256 ** bytes, "a number fits its bytes");
  const packed = new Uint8Array(bytes);
  for (let i = bytes - 1, left = value; i >= 0; i--, left = Math.floor(left / 256)) packed[i] = left % 256;
  return packed;
}

/** NaN beyond the end. */
function numberAt(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value = value * 256 + (bytes[at + i] ?? Number.NaN);
  return value;
}
