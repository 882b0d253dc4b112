/**
 * The data elements of §1.4 as data. A field is an encoding × a length prefix × a justification, three parts that know nothing of
 * each other; ./codec.ts puts them together.
 */

/**
 * digits: packed decimals, a string of digits · track: packed hex digits (`D` separates; enciphered tracks use all sixteen), a string of
 * 0–9 A–F · ascii: one printable byte a character, a string · bytes: raw, a Uint8Array (also texts that may be GBK).
 */
export type Encoding = "digits" | "track" | "ascii" | "bytes";
/** none: always `length` units · LL, LLL: 1 or 2 BCD bytes in front say how many. */
export type Prefix = "none" | "LL" | "LLL";
/** Where an odd count of digits stands in its bytes; the free nibble is 0. */
export type Justify = "left" | "right";

export interface Field {
  readonly name: string;
  readonly encoding: Encoding;
  readonly prefix: Prefix;
  /** Exact (none) or largest (LL, LLL) count of units: digits for digits and track, bytes otherwise. */
  readonly length: number;
  readonly justify: Justify;
}

export type FieldTable = ReadonlyMap<number, Field>;

function field(name: string, encoding: Encoding, prefix: Prefix, length: number, justify: Justify = "left"): Field {
  return { name, encoding, prefix, length, justify };
}

const FIELDS: readonly (readonly [number, Field])[] = [
  [2, field("primary account number", "digits", "LL", 19)],
  [3, field("processing code", "digits", "none", 6)],
  [4, field("amount", "digits", "none", 12)],
  [11, field("trace", "digits", "none", 6)],
  [12, field("local time", "digits", "none", 6)],
  [13, field("local date", "digits", "none", 4)],
  [14, field("expiry", "digits", "none", 4)],
  [15, field("settlement date", "digits", "none", 4)],
  [22, field("entry mode", "digits", "none", 3, "left")],
  [23, field("card sequence number", "digits", "none", 3, "right")],
  [25, field("condition code", "digits", "none", 2)],
  [26, field("PIN capture code", "digits", "none", 2)],
  [32, field("acquiring institution", "digits", "LL", 11)],
  [35, field("track 2", "track", "LL", 37)],
  [36, field("track 3", "track", "LLL", 104)],
  [37, field("reference", "ascii", "none", 12)],
  [38, field("authorisation code", "ascii", "none", 6)],
  [39, field("response code", "ascii", "none", 2)],
  [41, field("terminal", "ascii", "none", 8)],
  [42, field("merchant", "ascii", "none", 15)],
  [44, field("additional response", "bytes", "LL", 25)],
  [46, field("private 46", "bytes", "LLL", 999)],
  [47, field("private 47", "bytes", "LLL", 999)],
  [48, field("additional data", "digits", "LLL", 322)],
  [49, field("currency", "ascii", "none", 3)],
  [52, field("PIN block", "bytes", "none", 8)],
  [53, field("security control", "digits", "none", 16)],
  [54, field("balance", "ascii", "LLL", 20)],
  [55, field("chip data", "bytes", "LLL", 255)],
  [56, field("private 56", "bytes", "LLL", 999)],
  [57, field("private 57", "bytes", "LLL", 999)],
  [58, field("wallet data", "bytes", "LLL", 100)],
  [59, field("custom 59", "bytes", "LLL", 999)],
  [60, field("custom 60", "digits", "LLL", 17)],
  [61, field("original", "digits", "LLL", 29)],
  [62, field("custom 62", "bytes", "LLL", 999)],
  [63, field("custom 63", "bytes", "LLL", 163)],
  [64, field("MAC", "bytes", "none", 8)],
];

/** Fields whose encoding differs between acquirers (§1.4 note), and what each host wants. */
export type FieldEncodings = Partial<Record<48 | 60 | 61, "digits" | "ascii">>;

/** The table of one acquirer. */
export function fieldTable(encodings: FieldEncodings = {}): FieldTable {
  const own: Readonly<Record<number, Encoding | undefined>> = encodings;
  return new Map(FIELDS.map(([number, plain]) => [number, { ...plain, encoding: own[number] ?? plain.encoding }]));
}
