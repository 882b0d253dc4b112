/**
 * The ledger on disk: one record a line, `CRC32 JSON`, only ever appended and synced before `append` returns. A torn last line is cut
 * off at the start; damage before a good line is never skipped.
 */
import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";

export interface LedgerStorage {
  /** What was recorded before, oldest first. */
  readonly records: readonly unknown[];
  /** What had to be cut off at the start, in words. */
  readonly repaired: string | undefined;
  /** Durable when it returns. Throws and keeps nothing when it cannot. */
  append(record: unknown): void;
  close(): void;
}

export const LEDGER_FILE = "ledger.jsonl";

export function memoryLedger(): LedgerStorage {
  return { records: [], repaired: undefined, append: () => {}, close: () => {} };
}

const sealed = (record: unknown): string => {
  const json = JSON.stringify(record);
  return `${crcOf(json)} ${json}\n`;
};

const crcOf = (text: string): string => crc32(text).toString(16).toUpperCase().padStart(8, "0");

function opened(line: string): unknown {
  const json = line.slice(9);
  return line.slice(0, 8) === crcOf(json) && line[8] === " " ? JSON.parse(json) : undefined;
}

/** Records and the number of bytes that hold them. Throws when a good line follows a bad one. */
function replay(bytes: Buffer, file: string): { records: unknown[]; goodBytes: number } {
  const records: unknown[] = [];
  let goodBytes = 0;
  let at = 0;
  let badLine: number | undefined;
  for (let number = 1; at < bytes.length; number++) {
    const end = bytes.indexOf(0x0a, at);
    const record = end < 0 ? undefined : opened(bytes.toString("utf8", at, end));
    at = end < 0 ? bytes.length : end + 1;
    if (record === undefined) badLine ??= number;
    else if (badLine !== undefined) {
      throw new Error(
        `${file}: line ${badLine} is damaged and line ${number} after it is good; restore the file or start a new one`,
      );
    } else {
      records.push(record);
      goodBytes = at;
    }
  }
  return { records, goodBytes };
}

function syncDirectory(dir: string): void {
  const handle = openSync(dir, "r");
  fsyncSync(handle);
  closeSync(handle);
}

export function openLedger(dir: string): LedgerStorage {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, LEDGER_FILE);
  const handle = openSync(file, "a+");
  let records: unknown[];
  let length: number;
  let repaired: string | undefined;
  try {
    const bytes = readFileSync(file);
    ({ records, goodBytes: length } = replay(bytes, file));
    if (length < bytes.length) {
      ftruncateSync(handle, length);
      repaired = `${bytes.length - length} bytes of an unfinished record were cut off the ledger`;
    }
    fsyncSync(handle);
    syncDirectory(dir);
  } catch (error) {
    closeSync(handle);
    throw error;
  }

  let unusable: Error | undefined;
  /** Half a record must not stand in front of the next one; when it cannot be taken away, nothing more is written. */
  const cutBack = (): void => {
    try {
      ftruncateSync(handle, length);
    } catch (error) {
      unusable = new Error(`${file} cannot be written any more: ${(error as Error).message}`);
    }
  };

  return {
    records,
    repaired,
    append(record) {
      if (unusable !== undefined) throw unusable;
      const bytes = Buffer.from(sealed(record), "utf8");
      try {
        let written = 0;
        while (written < bytes.length) written += writeSync(handle, bytes, written);
        fsyncSync(handle);
      } catch (error) {
        cutBack();
        throw error;
      }
      length += bytes.length;
    },
    close: () => closeSync(handle),
  };
}
