/** Bytes in and out of the kernel. Every public function takes bytes or their hex digits. */

/** Bytes, or their hex digits; blanks between digits are ignored. */
export type Bytes = Uint8Array | string;

export type EmvFault =
  /** A TLV object that does not follow §5: length form, truncated, too deep, too many. */
  | "tlv"
  /** A data object list that is no list of tag and length. */
  | "dol"
  /** Digits that are no hex, or a value of a wrong length handed in by the caller. */
  | "value"
  /** What the caller left out and nothing can stand for: a date, a random number. */
  | "missing"
  /** An answer that is not the answer to the request. */
  | "answer";

/** Wrong input: what is wrong and where. Never an outcome of a transaction. */
export class EmvError extends Error {
  override readonly name = "EmvError";
  constructor(
    readonly fault: EmvFault,
    /** Byte offset, tag or field name. */
    readonly where: string,
    words: string,
  ) {
    super(`${where}: ${words}`);
  }
}

const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0").toUpperCase());
export const NO_BYTES = new Uint8Array(0);

/** Throws EmvError "value" when a text is not whole bytes in hex. */
export function toBytes(value: Bytes, where = "hex"): Uint8Array {
  if (typeof value !== "string") return value;
  const digits = value.replace(/\s+/g, "");
  if (digits.length % 2 !== 0 || !/^[0-9A-Fa-f]*$/.test(digits)) {
    throw new EmvError("value", where, "is not an even number of hex digits");
  }
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Upper-case digits. */
export function toHex(bytes: Uint8Array): string {
  let digits = "";
  for (const byte of bytes) digits += PAIRS[byte];
  return digits;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.length >= prefix.length && prefix.every((byte, i) => byte === bytes[i]);
}

/** Big-endian; of at most six bytes, so it stays exact. */
export function toNumber(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

export function fromNumber(value: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = length - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
  return bytes;
}

/** Packed decimal (format n): 12345 in six bytes is 000000012345. */
export function fromDecimal(value: number | bigint | string, length: number): Uint8Array {
  return toBytes(
    String(value)
      .padStart(2 * length, "0")
      .slice(-2 * length),
    "decimal",
  );
}

/** Undefined when a nibble is no decimal digit. */
export function toDecimal(bytes: Uint8Array): number | undefined {
  const digits = toHex(bytes);
  return /^\d+$/.test(digits) ? Number(digits) : undefined;
}

export function fromText(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}

/** ISO 8859-1, as all text objects of a card are kept. */
export function toText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
