/** Dynamic data authentication: tag 9F4B over what the terminal chose (Book 2 6.5; §6.5), and its fast form on a contactless card (§9.4). */
import { type Bytes, concat, NO_BYTES, toBytes } from "./bytes.ts";
import { type TvrBit, tvr } from "./bits.ts";
import { asLookup, type DataLike, type Lookup } from "./data.ts";
import * as keys from "./keys.ts";
import {
  failed,
  type Failed,
  hashMatches,
  type KeyLike,
  MISSING,
  type OdaReason,
  type PublicKey,
  recoverBlock,
  toKey,
} from "./keys.ts";
import { sm2Verify } from "./sm2.ts";

export interface DynamicResult {
  ok: boolean;
  reason: OdaReason;
  /** TVR bits this sets. */
  tvr: Uint8Array;
  /** 9F4C. */
  dynamicNumber: Uint8Array | undefined;
}

const SIGNED_DATA = 0x05;
/** As contactless devices of another family sign (§9.4). */
const FAST_SIGNED_DATA = 0x95;
const SM_SIGNED_DATA = 0x15;

/** What a 9F4B says inside: the bytes its signer chose, checked. */
export interface DynamicData {
  ok: true;
  /** Length of the number, number, and what more there is. */
  data: Uint8Array;
  dynamicNumber: Uint8Array;
}

/** `tail` is what the terminal adds to the signed bytes. */
export function openDynamic(
  signature: Uint8Array,
  key: PublicKey,
  tail: Uint8Array,
  formats = [SIGNED_DATA],
): DynamicData | Failed {
  const opened = key.algorithm === "sm2" ? openSm2(signature, key.point, tail) : openRsa(signature, key, tail, formats);
  if (!opened.ok) return opened;
  const size = opened.data[0] ?? 0;
  // Book 2 6.5.2 wants 2 to 8 bytes; the card images of PBOC keep to it.
  if (size < 2 || size > 8 || size >= opened.data.length) return failed("dynamic-data");
  return { ok: true, data: opened.data, dynamicNumber: opened.data.slice(1, 1 + size) };
}

type Opened = { ok: true; data: Uint8Array };

function openRsa(
  signature: Uint8Array,
  key: PublicKey & { algorithm: "rsa" },
  tail: Uint8Array,
  formats: readonly number[],
): Opened | Failed {
  const block = recoverBlock(signature, key, formats);
  if (!block.ok) return block;
  if (block.body[1] !== keys.SHA1_ALGORITHM) return failed("hash-algorithm");
  const size = block.body[2] ?? 0;
  if (!hashMatches(block, tail)) return failed("hash");
  if (3 + size > block.body.length) return failed("dynamic-data");
  return { ok: true, data: block.body.slice(3, 3 + size) };
}

function openSm2(signature: Uint8Array, point: Uint8Array, tail: Uint8Array): Opened | Failed {
  if (signature[0] !== SM_SIGNED_DATA) return failed("format");
  const size = signature[1] ?? 0;
  const signed = signature.subarray(0, 2 + size);
  if (signature.length !== 2 + size + keys.SM2_SIGNATURE_BYTES) return failed("length");
  if (!sm2Verify(point, concat(signed, tail), signature.subarray(2 + size))) return failed("signature");
  return { ok: true, data: signed.slice(2) };
}

/**
 * INTERNAL AUTHENTICATE's answer against what was sent. `signature` is 9F4B; it is taken from the card's data when left out.
 *
 * @example verifyDynamicSignature({ "9F4B": "…" }, icc.key, { ddolData: "11223344" })
 */
export function verifyDynamicSignature(
  card: DataLike,
  iccKey: KeyLike,
  options: { ddolData: Bytes; signature?: Bytes },
): DynamicResult {
  const signature = options.signature === undefined ? asLookup(card)("9F4B") : toBytes(options.signature, "9F4B");
  if (signature === undefined) return result("signature-missing");
  const opened = openDynamic(signature, toKey(iccKey, "card key"), toBytes(options.ddolData, "DDOL data"));
  return opened.ok ? result("ok", opened.dynamicNumber) : result(opened.reason);
}

/**
 * fDDA. `terminal` gives 9F37, 9F02 and 5F2A; the card 9F4B and 9F69. Version 00, or no 9F69, signs 9F37 alone; version 01 signs
 * 9F37 ‖ 9F02 ‖ 5F2A ‖ 9F69.
 */
export function verifyFastSignature(card: DataLike, terminal: DataLike, iccKey: KeyLike): DynamicResult {
  const data = asLookup(card);
  const signature = data("9F4B");
  if (signature === undefined) return result("signature-missing");
  const opened = openDynamic(signature, toKey(iccKey, "card key"), fastTail(data, asLookup(terminal)), [
    SIGNED_DATA,
    FAST_SIGNED_DATA,
  ]);
  return opened.ok ? result("ok", opened.dynamicNumber) : result(opened.reason);
}

function fastTail(card: Lookup, terminal: Lookup): Uint8Array {
  const related = card("9F69");
  const value = (tag: string): Uint8Array => terminal(tag) ?? NO_BYTES;
  if (related === undefined || related[0] !== 1) return value("9F37");
  return concat(value("9F37"), value("9F02"), value("5F2A"), related);
}

function result(reason: OdaReason, dynamicNumber?: Uint8Array): DynamicResult {
  const bits: TvrBit[] = reason === "ok" ? [] : ["dda-failed"];
  if (MISSING.has(reason)) bits.push("icc-data-missing");
  return { ok: reason === "ok", reason, tvr: tvr(...bits), dynamicNumber };
}
