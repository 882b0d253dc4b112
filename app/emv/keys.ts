/** Public keys of the chain CA → issuer → card, RSA or SM2, and what every signed block of a card has in common (§6.5). */
import { sha1 } from "@noble/hashes/legacy.js";
import { type Bytes, concat, EmvError, fromNumber, sameBytes, toBytes, toHex } from "./bytes.ts";
import { tvr } from "./bits.ts";
import { type RsaKey, rsa } from "./rsa.ts";

export type PublicKey =
  | { algorithm: "rsa"; modulus: Uint8Array; exponent: Uint8Array }
  /** x ‖ y, 64 bytes. */
  | { algorithm: "sm2"; point: Uint8Array };

/** A key as callers have it: the exponent may be a number, the algorithm follows from what is given. */
export interface KeyInput {
  algorithm?: "rsa" | "sm2";
  modulus?: Bytes;
  exponent?: Bytes | number;
  point?: Bytes;
}

/** What can be wrong with a certificate or a signature; closed. */
export type OdaReason =
  | "ok"
  | "index-missing"
  | "ca-key-missing"
  | "ca-key-expired"
  | "certificate-missing"
  | "remainder-missing"
  | "exponent-missing"
  | "signature-missing"
  | "ddol-bad"
  | "length"
  | "exponent-bad"
  | "header"
  | "trailer"
  | "format"
  | "hash-algorithm"
  | "key-algorithm"
  | "key-length"
  | "hash"
  | "signature"
  | "issuer-id"
  | "pan"
  | "expired"
  | "revoked"
  | "static-data"
  | "tag-list"
  | "dynamic-data"
  | "cid"
  | "transaction-hash"
  | "card-command";

/** The reasons that are a missing object of the card: TVR "ICC data missing". */
export const MISSING: ReadonlySet<OdaReason> = new Set([
  "index-missing",
  "certificate-missing",
  "remainder-missing",
  "exponent-missing",
  "signature-missing",
]);

export const SHA1_BYTES = 20;
export const SM2_KEY_BYTES = 64;
export const SM2_SIGNATURE_BYTES = 64;
export const SHA1_ALGORITHM = 0x01;
export const RSA_ALGORITHM = 0x01;
export const SM2_ALGORITHM = 0x04;

/** A key in any of these ways, or what `recoverIssuerKey` and `recoverIccKey` gave. */
export type KeyLike = KeyInput | PublicKey | { key: PublicKey };

/** Throws EmvError "value" when neither kind of key is there. */
export function toKey(input: KeyLike, where = "key"): PublicKey {
  if ("key" in input) return input.key;
  const { point, modulus, exponent } = input as KeyInput;
  if (point !== undefined) return { algorithm: "sm2", point: toBytes(point, where) };
  if (modulus === undefined || exponent === undefined)
    throw new EmvError("value", where, "needs a modulus and an exponent, or a point");
  const shortest = typeof exponent === "number" ? fromNumber(exponent, exponent > 255 ? 3 : 1) : toBytes(exponent, where);
  return { algorithm: "rsa", modulus: toBytes(modulus, where), exponent: shortest };
}

/** What stands between format and hash of a recovered block. */
export interface Recovered {
  ok: true;
  /** From the format byte to the last byte before the hash. */
  body: Uint8Array;
  hash: Uint8Array;
}

/** `tvr`: "ICC data missing" where an object of the card is; the bit of the failed method is its own to set. */
export type Failed = { ok: false; reason: Exclude<OdaReason, "ok">; tvr: Uint8Array };
export const failed = (reason: Exclude<OdaReason, "ok">): Failed => ({
  ok: false,
  reason,
  tvr: MISSING.has(reason) ? tvr("icc-data-missing") : tvr(),
});

/** 6A ‖ body ‖ SHA-1 ‖ BC under an RSA key, its length, header, trailer and format checked; the hash is the caller's. */
export function recoverBlock(signature: Uint8Array, key: RsaKey, formats: readonly number[]): Recovered | Failed {
  if (signature.length !== key.modulus.length || signature.length < SHA1_BYTES + 4) return failed("length");
  const block = rsa(signature, key);
  if (block[0] !== 0x6a) return failed("header");
  if (block.at(-1) !== 0xbc) return failed("trailer");
  const body = block.slice(1, block.length - SHA1_BYTES - 1);
  if (!formats.includes(body[0] ?? 0)) return failed("format");
  return { ok: true, body, hash: block.slice(block.length - SHA1_BYTES - 1, -1) };
}

export function hashMatches(recovered: Recovered, ...more: readonly Uint8Array[]): boolean {
  return sameBytes(sha1(concat(recovered.body, ...more)), recovered.hash);
}

/** MMYY of a certificate has passed on `date` (YYMMDD): it is good to the last day of its month. */
export function monthPassed(mmyy: Uint8Array, date: string): boolean {
  const digits = toHex(mmyy);
  const month = Number(digits.slice(0, 2));
  if (!/^\d{4}$/.test(digits) || month < 1 || month > 12) return true;
  return fullYear(digits.slice(2)) * 12 + month < fullYear(date.slice(0, 2)) * 12 + Number(date.slice(2, 4));
}

/** "49" → 2049, "50" → 1950 (§6.6). */
export function fullYear(yy: string): number {
  return Number(yy) + (Number(yy) < 50 ? 2000 : 1900);
}

/** The digits of a number filled up with F. */
export function unfilled(bytes: Uint8Array): string {
  return toHex(bytes).replace(/F+$/, "");
}
