/** Keys of the certification authority: downloaded, checked, found (§11.1). */
import { sha1 } from "@noble/hashes/legacy.js";
import { type Bytes, concat, EmvError, fromNumber, sameBytes, toBytes, toHex, toText } from "./bytes.ts";
import { asMap } from "./data.ts";
import { fullYear, type KeyInput, type PublicKey, toKey } from "./keys.ts";
import { sm3 } from "./sm3.ts";
import { parseTlv } from "./tlv.ts";

export interface CaKeyInput extends KeyInput {
  /** Five bytes; a key without one serves every RID. */
  rid?: Bytes;
  /** One byte, or its number. */
  index?: Bytes | number;
  /** YYYYMMDD. */
  expiry?: string;
}

export interface CaKey {
  rid: string;
  /** Two hex digits. */
  index: string;
  key: PublicKey;
  /** YYYYMMDD; undefined = it does not end. */
  expiry: string | undefined;
}

/** A certificate that no longer counts. */
export interface Revoked {
  rid: Bytes;
  index: Bytes;
  /** Three bytes. */
  serial: Bytes;
}

export function toCaKey(input: CaKeyInput): CaKey {
  const { rid = "", index = "" } = input;
  return {
    rid: toHex(toBytes(rid, "rid")),
    index: toHex(typeof index === "number" ? fromNumber(index, 1) : toBytes(index, "index")),
    key: toKey(input, "CA key"),
    expiry: input.expiry,
  };
}

/** The key of a RID and index. One that names neither fits always. */
export function findCaKey(keys: readonly CaKey[], rid: string, index: string): CaKey | undefined {
  const fits = (own: string, asked: string): boolean => own === "" || asked === "" || own === asked;
  return keys.find((key) => fits(key.rid, rid) && fits(key.index, index));
}

/** `date` is YYMMDD. A key is good on the day it ends. */
export function caKeyExpired(key: CaKey, date: string): boolean {
  return key.expiry !== undefined && key.expiry < `${fullYear(date.slice(0, 2))}${date.slice(2)}`;
}

export type CaKeyFault = "incomplete" | "check-value" | "unknown-algorithm";
export type CaKeyDownload = { ok: true; key: CaKey } | { ok: false; reason: CaKeyFault; words: string };

/**
 * One key of a download: 9F06 9F22 DF05 DF06 DF07 DF02 DF04 DF03. It is good only when DF03 is the hash of RID, index, modulus (or point) and
 * exponent. Throws EmvError "tlv" when the bytes are no TLV.
 */
export function decodeCaKey(download: Bytes): CaKeyDownload {
  const data = asMap(parseTlv(download, { flat: true }));
  const [rid, index, value, check] = [data.get("9F06"), data.get("9F22"), data.get("DF02"), data.get("DF03")];
  if (rid === undefined || index === undefined || value === undefined || check === undefined) {
    return { ok: false, reason: "incomplete", words: "9F06, 9F22, DF02 and DF03 are needed" };
  }
  const algorithm = data.get("DF07")?.[0] ?? 1;
  const exponent = data.get("DF04") ?? new Uint8Array(0);
  const hash = { 1: sha1, 7: sm3 }[data.get("DF06")?.[0] ?? 1];
  if (hash === undefined || (algorithm !== 1 && algorithm !== 4)) {
    return { ok: false, reason: "unknown-algorithm", words: "DF06 must be 01 or 07, DF07 01 or 04" };
  }
  // Some centres give the SM2 key as an uncompressed point, 04 in front; the check value covers what was sent.
  if (!sameBytes(hash(concat(rid, index, value, exponent)), check)) {
    return { ok: false, reason: "check-value", words: `DF03 of ${toHex(rid)} ${toHex(index)} is not the hash of this key` };
  }
  const point = value.length === 65 && value[0] === 4 ? value.slice(1) : value;
  const key: PublicKey = algorithm === 4 ? { algorithm: "sm2", point } : { algorithm: "rsa", modulus: value, exponent };
  return { ok: true, key: { rid: toHex(rid), index: toHex(index), key, expiry: expiryOf(data.get("DF05")) } };
}

/** Eight ASCII digits, or four bytes of them packed. */
function expiryOf(value: Uint8Array | undefined): string | undefined {
  if (value === undefined || value.length === 0) return undefined;
  const digits = value.length === 8 ? toText(value) : toHex(value);
  if (!/^\d{8}$/.test(digits)) throw new EmvError("value", "DF05", "is no date YYYYMMDD");
  return digits;
}
