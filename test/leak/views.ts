/** Bytes as somebody who looks for something reads them: with what stands between left out. */
import type { View } from "./secrets.ts";

/** For each byte what is read in its place; 0: it is left out. */
type Reading = Uint8Array;

const reading = (read: (char: string, byte: number) => number): Reading =>
  Uint8Array.from({ length: 256 }, (_, byte) => read(String.fromCharCode(byte), byte));

/** Zero bytes go in every view but the first: UTF-16 and UTF-32 of what is looked for is its characters with zeros between. */
const UNSPACED = reading((char, byte) => (/[\t\n\r ]/.test(char) ? 0 : byte));
const NO_ZEROS = reading((_, byte) => byte);
const DIGITS = reading((char, byte) => (/\d/.test(char) ? byte : 0));
const HEX = reading((char) => (/[\da-fA-F]/.test(char) ? char.toLowerCase().charCodeAt(0) : 0));

function read(bytes: Buffer, as: Reading): Buffer {
  const out = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = as[bytes[at] as number] as number;
    if (byte !== 0) out[length++] = byte;
  }
  return out.subarray(0, length);
}

/** Marks that announce a byte or a character and have digits in themselves: 0x36, backslash u0036, %u0036, U+0036, &#x36;. */
const MARKS = /0[xX](?=[0-9a-fA-F]{2})|(?:\\u|%u|U\+)00|&#x/g;

const withoutMarks = (bytes: Buffer): Buffer =>
  Buffer.from(read(bytes, NO_ZEROS).toString("latin1").replace(MARKS, " "), "latin1");

const VIEWS: Record<View, (bytes: Buffer) => Buffer> = {
  raw: (bytes) => bytes,
  unspaced: (bytes) => read(bytes, UNSPACED),
  digits: (bytes) => read(withoutMarks(bytes), DIGITS),
  hex: (bytes) => read(withoutMarks(bytes), HEX),
};

export const viewOf = (view: View, bytes: Uint8Array): Buffer =>
  VIEWS[view](Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
