/** TVR and TSI by the names of their bits (§7). */
import { type Bytes, EmvError, toBytes } from "./bytes.ts";

/** Name → byte (from 1) and mask. */
const TVR = {
  "oda-not-performed": [1, 0x80],
  "sda-failed": [1, 0x40],
  "icc-data-missing": [1, 0x20],
  "on-exception-file": [1, 0x10],
  "dda-failed": [1, 0x08],
  "cda-failed": [1, 0x04],
  "sda-selected": [1, 0x02],
  "version-differs": [2, 0x80],
  expired: [2, 0x40],
  "not-yet-effective": [2, 0x20],
  "service-not-allowed": [2, 0x10],
  "new-card": [2, 0x08],
  "cvm-failed": [3, 0x80],
  "cvm-unrecognised": [3, 0x40],
  "pin-tries-exceeded": [3, 0x20],
  "pin-no-pad": [3, 0x10],
  "pin-not-entered": [3, 0x08],
  "online-pin-entered": [3, 0x04],
  "floor-limit": [4, 0x80],
  "lower-limit": [4, 0x40],
  "upper-limit": [4, 0x20],
  "random-selection": [4, 0x10],
  "forced-online": [4, 0x08],
  "default-tdol": [5, 0x80],
  "issuer-authentication-failed": [5, 0x40],
  "script-failed-before": [5, 0x20],
  "script-failed-after": [5, 0x10],
} as const;

const TSI = {
  oda: [1, 0x80],
  cvm: [1, 0x40],
  "card-risk": [1, 0x20],
  "issuer-authentication": [1, 0x10],
  "terminal-risk": [1, 0x08],
  script: [1, 0x04],
} as const;

export type TvrBit = keyof typeof TVR;
export type TsiBit = keyof typeof TSI;

export const TVR_BYTES = 5;
export const TVR_BITS = Object.keys(TVR) as TvrBit[];
export const TSI_BITS = Object.keys(TSI) as TsiBit[];

/** Five bytes with these bits set. */
export function tvr(...bits: readonly TvrBit[]): Uint8Array {
  const bytes = new Uint8Array(TVR_BYTES);
  for (const bit of bits) set(bytes, TVR[bit]);
  return bytes;
}

/** Two bytes with these bits set. */
export function tsi(...bits: readonly TsiBit[]): Uint8Array {
  const bytes = new Uint8Array(2);
  for (const bit of bits) set(bytes, TSI[bit]);
  return bytes;
}

/** Names of the bits set, in order; throws EmvError "value" unless it is five bytes. */
export function tvrNames(value: Bytes): TvrBit[] {
  const bytes = toBytes(value, "95");
  if (bytes.length !== TVR_BYTES) throw new EmvError("value", "95", `has ${bytes.length} bytes instead of ${TVR_BYTES}`);
  return TVR_BITS.filter((bit) => isSet(bytes, TVR[bit]));
}

export function tsiNames(value: Bytes): TsiBit[] {
  const bytes = toBytes(value, "9B");
  return TSI_BITS.filter((bit) => isSet(bytes, TSI[bit]));
}

export function or(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, i) => byte | (b[i] ?? 0));
}

export function meets(a: Uint8Array, b: Uint8Array): boolean {
  return a.some((byte, i) => (byte & (b[i] ?? 0)) !== 0);
}

/** Bit b1–b8 of byte `index` (from 1), as the specifications count; false where there is no such byte. */
export function bit(bytes: Uint8Array | undefined, index: number, number: number): boolean {
  return ((bytes?.[index - 1] ?? 0) & (1 << (number - 1))) !== 0;
}

function set(bytes: Uint8Array, [index, mask]: readonly [number, number]): void {
  bytes[index - 1] = (bytes[index - 1] ?? 0) | mask;
}

function isSet(bytes: Uint8Array, [index, mask]: readonly [number, number]): boolean {
  return ((bytes[index - 1] ?? 0) & mask) !== 0;
}
