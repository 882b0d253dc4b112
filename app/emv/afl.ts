/** The application file locator: which records to read, and which of them are signed (§6.3). */
import { type Bytes, EmvError, toBytes } from "./bytes.ts";

export interface AflEntry {
  /** 1–30. */
  sfi: number;
  first: number;
  last: number;
  /** How many records from `first` on are signed. */
  signed: number;
}

const MAX_RECORDS = 255;

/** Throws EmvError "value" naming the entry that breaks a rule. */
export function parseAfl(afl: Bytes): AflEntry[] {
  const bytes = toBytes(afl, "94");
  if (bytes.length === 0 || bytes.length % 4 !== 0)
    throw new EmvError("value", "94", `${bytes.length} bytes are no list of four`);
  const entries: AflEntry[] = [];
  for (let at = 0; at < bytes.length; at += 4) entries.push(entryAt(bytes, at));
  const records = entries.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  if (records > MAX_RECORDS) throw new EmvError("value", "94", `${records} records, at most ${MAX_RECORDS}`);
  return entries;
}

function entryAt(bytes: Uint8Array, at: number): AflEntry {
  const [file = 0, first = 0, last = 0, signed = 0] = bytes.subarray(at, at + 4);
  const where = `94 entry ${at / 4 + 1}`;
  const sfi = file >> 3;
  if ((file & 7) !== 0 || sfi < 1 || sfi > 30) throw new EmvError("value", where, `${file.toString(16)} is no file from 1 to 30`);
  if (first < 1 || last < first) throw new EmvError("value", where, `records ${first} to ${last}`);
  if (signed > last - first + 1) throw new EmvError("value", where, `${signed} signed records of ${last - first + 1}`);
  return { sfi, first, last, signed };
}
