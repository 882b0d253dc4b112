/** Parameter codes of DE62 (§7.3): two characters of code, then a value whose length only this table knows. */
import { bytesText, fromHex, textBytes, toHex } from "./text.ts";

interface ParameterRow {
  words: string;
  /** digits: ASCII digits · text: GBK, filled with blanks · bytes: as they are, hex in our values. */
  kind: "digits" | "text" | "bytes";
  /** Bytes on the line. */
  size: number;
  /** Only a terminal tells it. */
  uploadOnly?: boolean;
}

const digits = (size: number, words: string): ParameterRow => ({ kind: "digits", size, words });
const text = (size: number, words: string): ParameterRow => ({ kind: "text", size, words });
const told = (size: number, words: string): ParameterRow => ({ kind: "digits", size, words, uploadOnly: true });

const table: Readonly<Record<string, ParameterRow>> = {
  "01": told(1, "keyboard"),
  "02": told(1, "PIN pad"),
  "03": told(1, "card reader"),
  "04": told(1, "printer"),
  "05": told(1, "display"),
  "11": digits(2, "application type"),
  "12": digits(2, "time-out, s"),
  "13": digits(1, "connect retries"),
  "14": text(14, "telephone 1"),
  "15": text(14, "telephone 2"),
  "16": text(14, "telephone 3"),
  "17": text(14, "management telephone"),
  "18": digits(1, "tip"),
  "19": digits(2, "tip, percent"),
  "20": digits(1, "manual entry"),
  "21": digits(1, "automatic sign-off"),
  "22": text(40, "merchant name"),
  "23": digits(1, "reversal attempts"),
  "24": digits(1, "offline upload"),
  "25": digits(1, "master key index"),
  "26": { kind: "bytes", size: 4, words: "transactions" },
  "27": digits(2, "offline upload count"),
  "51": told(10, "hours and connections"),
};

/** 51 is given as 10 characters and was seen with 12. */
const LONG_51 = 12;
const BLANK = 0x20;

/** The value as it goes on the line. Throws Error saying what is wrong with it. */
function packed(code: string, value: string): Uint8Array {
  const row = Object.hasOwn(table, code) ? table[code] : undefined;
  if (row === undefined)
    throw new Error(`parameters: there is no code ${JSON.stringify(code)}; §7.3 has ${Object.keys(table).join(" ")}`);
  if (row.uploadOnly === true) throw new Error(`parameters: ${code} (${row.words}) is told by the terminal, not handed out`);
  const name = `parameters: ${code} (${row.words}) ${JSON.stringify(value)}`;
  if (row.kind === "digits" && !(/^\d+$/.test(value) && value.length <= row.size))
    throw new Error(`${name} must be a number of up to ${row.size} digits`);
  if (row.kind === "bytes" && !new RegExp(`^[0-9A-Fa-f]{${row.size * 2}}$`).test(value))
    throw new Error(`${name} must be ${row.size} bytes in hexadecimal`);
  const bytes = row.kind === "bytes" ? fromHex(value) : textBytes(row.kind === "digits" ? value.padStart(row.size, "0") : value);
  if (bytes.length > row.size) throw new Error(`${name} has ${bytes.length} bytes, may have ${row.size}`);
  const filled = new Uint8Array(row.size).fill(BLANK);
  filled.set(bytes);
  return filled;
}

/** DE62 of a download, in the order of the codes. */
export function packParameters(values: Readonly<Record<string, string>>): string {
  const parts = Object.keys(values)
    .sort()
    .flatMap((code) => [...textBytes(code), ...packed(code, values[code]!)]);
  return bytesText(Uint8Array.from(parts));
}

/** Throws Error saying which code cannot be or has a wrong value. */
export function checkParameters(values: Readonly<Record<string, string>>): void {
  for (const [code, value] of Object.entries(values)) {
    if (typeof value !== "string") throw new Error(`parameters: ${code} must be text`);
    packed(code, value);
  }
}

/** DE62 of a status upload. */
export function readParameters(value: string): { values: Record<string, string> } | { fault: string } {
  const bytes = textBytes(value);
  const values: Record<string, string> = {};
  let at = 0;
  while (at < bytes.length) {
    const code = Buffer.from(bytes.subarray(at, at + 2)).toString("latin1");
    const row = Object.hasOwn(table, code) ? table[code] : undefined;
    if (row === undefined) return { fault: `no code ${JSON.stringify(code)} at byte ${at} (§7.3)` };
    const start = at + 2;
    const end = code === "51" && bytes.length - start === LONG_51 ? bytes.length : start + row.size;
    if (end > bytes.length)
      return { fault: `code ${code} (${row.words}) needs ${row.size} bytes, ${bytes.length - start} are left` };
    const raw = bytes.subarray(start, end);
    const words = row.kind === "bytes" ? toHex(raw) : bytesText(raw).trimEnd();
    if (row.kind === "digits" && !/^\d+$/.test(words))
      return { fault: `code ${code} (${row.words}) is ${words}, must be digits` };
    values[code] = words;
    at = end;
  }
  return { values };
}
