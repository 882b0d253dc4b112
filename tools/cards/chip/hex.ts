/** Inside a card everything is hexadecimal digits in capitals: they join, cut and compare like what the specifications print. */

export type Hex = string;

export const toHex = (bytes: Uint8Array): Hex => Buffer.from(bytes).toString("hex").toUpperCase();
export const fromHex = (hex: Hex): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
export const textHex = (text: string): Hex => Buffer.from(text, "utf8").toString("hex").toUpperCase();

/** Bytes in it. */
export const size = (hex: Hex): number => hex.length / 2;
export const byte = (value: number): Hex => value.toString(16).toUpperCase().padStart(2, "0");
export const number = (hex: Hex): number => Number.parseInt(hex || "0", 16);
/** Bytes `from` up to `to`. */
export const cut = (hex: Hex, from: number, to?: number): Hex => hex.slice(from * 2, to === undefined ? undefined : to * 2);
export const zeros = (bytes: number): Hex => "00".repeat(bytes);

/** Packed decimal, right-justified. */
export const decimal = (value: number, bytes: number): Hex => String(value).padStart(bytes * 2, "0");
export const fromDecimal = (hex: Hex): number => (/^\d+$/.test(hex) ? Number(hex) : 0);

/** Of the shorter one's length. */
export function xor(a: Hex, b: Hex): Hex {
  const other = fromHex(b);
  return toHex(fromHex(a).map((value, i) => value ^ (other[i] ?? 0)));
}

export const invert = (hex: Hex): Hex => toHex(fromHex(hex).map((value) => value ^ 0xff));

/** Bit 8 is the highest of a byte, as the specifications count; bytes from 1. */
export const bit = (hex: Hex, byteNumber: number, bitNumber: number): boolean =>
  ((number(cut(hex, byteNumber - 1, byteNumber)) >> (bitNumber - 1)) & 1) === 1;
