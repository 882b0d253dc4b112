/**
 * What must not be found, and every shape in which a program could have left it. A *piece* is what is looked for: ten digits in a row, or eight
 * bytes, of the secret; so short that a cut or a line break leaves one whole, so long that none turns up by chance: ten digits agree
 * with a given piece once in 10^10 places, and no artifact has more than 10^7. What is smaller is judged by ./rebuild.ts, with all outputs in hand.
 */
import { createHash } from "node:crypto";

export interface Secret {
  name: string;
  /** Digits (PIN, PAN, track) or hex of bytes (keys, blocks). */
  digits?: string;
  hex?: string;
}

/** In which view (./views.ts) the bytes are looked for. */
export type View = "raw" | "unspaced" | "digits" | "hex";
export interface Needle {
  secret: string;
  shape: string;
  view: View;
  bytes: Buffer;
}

const PIECE_DIGITS = 10;
const FEWEST_DIFFERENT = 5;
/** Digits that stand apart from each other (a view has joined them) have to be more. */
const JOINED_DIGITS = 12;
const PIECE_BYTES = 8;
/** Of packed digits: twelve. */
const PACKED_BYTES = 6;

const ascii = (text: string): Buffer => Buffer.from(text, "latin1");
const turned = (text: string): string => [...text].reverse().join("");

/** Every piece of that length, or the whole when it has no more. */
function pieces<T extends string | Buffer>(whole: T, length: number): T[] {
  if (whole.length <= length) return [whole];
  return Array.from({ length: whole.length - length + 1 }, (_, at) => whole.slice(at, at + length) as T);
}

/** The characters of base64 that do not depend on what stands before and after, for each of the three places a piece can begin at. */
function base64Of(piece: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), piece]).toString("base64");
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + piece.length) * 8) / 6));
  });
}

const swapped = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => ((byte & 15) << 4) | (byte >> 4)));

type Add = (shape: string, view: View, bytes: Buffer | string) => void;

/** A piece of bytes in all ways to write bytes down. */
function writtenDown(add: Add, shape: string, piece: Buffer): void {
  add(shape, "raw", piece);
  ofText(add, shape, piece);
  listed(add, shape, piece);
}

/** As numbers one after the other, in whatever brackets. */
function listed(add: Add, shape: string, piece: Buffer): void {
  const lists = [
    ["decimal", (byte: number) => String(byte)],
    ["octal", (byte: number) => byte.toString(8)],
    ["octal", (byte: number) => byte.toString(8).padStart(3, "0")],
  ] as const;
  for (const [system, write] of lists) {
    const digits = [...piece].map(write).join("");
    if (digits.length >= JOINED_DIGITS) add(`${shape}, ${system}`, "digits", digits);
  }
}

function ofText(add: Add, shape: string, piece: Buffer): void {
  const hex = piece.toString("hex");
  add(`${shape}, hex`, "hex", hex);
  // Hex of digits' characters has no letter in it, so that words between them do not hide it.
  if (/^\d{12,}$/.test(hex)) add(`${shape}, hex`, "digits", hex);
  add(`${shape}, hex of hex`, "hex", ascii(hex).toString("hex"));
  add(`${shape}, hex of HEX`, "hex", ascii(hex.toUpperCase()).toString("hex"));
  for (const text of base64Of(piece)) {
    add(`${shape}, base64`, "unspaced", text);
    add(`${shape}, base64url`, "unspaced", text.replaceAll("+", "-").replaceAll("/", "_"));
  }
}

/** 0000000012 is found everywhere and proves nothing: digits with such a piece in them are no secret to look for. */
export const isStrong = (digits: string): boolean =>
  pieces(digits, PIECE_DIGITS).every((piece) => new Set(piece).size >= FEWEST_DIFFERENT);

function ofDigits(add: Add, digits: string): void {
  if (!isStrong(digits)) throw new Error(`${digits} has so few different digits somewhere that it is found everywhere`);
  for (const [order, text] of [["", digits] as const, ["reversed ", turned(digits)] as const]) {
    for (const piece of pieces(text, JOINED_DIGITS)) add(`${order}digits`, "digits", piece);
    for (const piece of pieces(text, PIECE_DIGITS)) {
      writtenDown(add, `${order}digits`, ascii(piece));
      const values = Buffer.from([...piece].map(Number));
      add(`${order}digits as bytes`, "raw", values);
      ofText(add, `${order}digits as bytes`, values);
    }
    for (const from of [0, 1])
      for (const piece of pieces(Buffer.from(text.slice(from, text.length - ((text.length - from) % 2)), "hex"), PACKED_BYTES)) {
        writtenDown(add, `${order}packed digits`, piece);
        writtenDown(add, `${order}packed digits, halves swapped`, swapped(piece));
      }
  }
  ofNumber(add, digits);
  for (const hash of ["md5", "sha1", "sha256", "sm3"])
    writtenDown(add, `${hash} of it`, createHash(hash).update(digits).digest().subarray(0, 8));
}

/** As a number, where one can hold it. */
function ofNumber(add: Add, digits: string): void {
  const number = BigInt(digits);
  const eight = Buffer.alloc(8);
  if (number < 1n << 64n) {
    eight.writeBigUInt64LE(number);
    add("integer", "raw", Buffer.from(eight));
    add("integer", "raw", Buffer.from(eight).reverse());
    add("integer, hex", "hex", number.toString(16));
  }
  eight.writeDoubleLE(Number(digits));
  add("double", "raw", Buffer.from(eight));
  add("double", "raw", Buffer.from(eight).reverse());
}

function ofBytes(add: Add, bytes: Buffer): void {
  for (const piece of pieces(bytes, PIECE_BYTES)) {
    writtenDown(add, "bytes", piece);
    writtenDown(add, "bytes reversed", Buffer.from(piece).reverse());
    writtenDown(add, "bytes, halves swapped", swapped(piece));
  }
}

/** Each shape once. */
export function needlesOf(secrets: readonly Secret[]): Needle[] {
  const needles = new Map<string, Needle>();
  for (const { name, digits, hex } of secrets) {
    const add: Add = (shape, view, bytes) => {
      const needle = typeof bytes === "string" ? ascii(bytes) : bytes;
      needles.set(`${name} ${view} ${needle.toString("latin1")}`, { secret: name, shape, view, bytes: needle });
    };
    if (digits !== undefined) ofDigits(add, digits);
    if (hex !== undefined) ofBytes(add, Buffer.from(hex, "hex"));
  }
  return [...needles.values()];
}
