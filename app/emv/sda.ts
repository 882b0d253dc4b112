/** Static data authentication: tag 93 (Book 2 5.4; §6.5). */
import { type Bytes, concat, toBytes } from "./bytes.ts";
import { type TvrBit, tvr } from "./bits.ts";
import { asLookup, type DataLike, type Lookup } from "./data.ts";
import * as keys from "./keys.ts";
import { hashMatches, type KeyLike, MISSING, type OdaReason, type PublicKey, recoverBlock, toKey } from "./keys.ts";
import { sm2Verify } from "./sm2.ts";

export interface StaticResult {
  ok: boolean;
  reason: OdaReason;
  /** TVR bits this sets, "SDA selected" among them. */
  tvr: Uint8Array;
  /** 9F45, two bytes. */
  dataAuthenticationCode: Uint8Array | undefined;
}

const SIGNED_DATA = 0x03;
const SM_SIGNED_DATA = 0x13;
const ONLY_AIP = 0x82;

/**
 * `staticData` are the signed records of the AFL in order; the AIP (82) is added when 9F4A asks for it.
 *
 * @example verifyStaticData({ "93": "…", "9F4A": "82", "82": "5C00" }, issuer.key, staticData).ok
 */
export function verifyStaticData(card: DataLike, issuerKey: KeyLike, staticData: Bytes): StaticResult {
  const data = asLookup(card);
  const signature = data("93");
  if (signature === undefined) return result("signature-missing");
  const signed = withTagList(data, toBytes(staticData, "static data"));
  if (signed === undefined) return result("tag-list");
  const key = toKey(issuerKey, "issuer key");
  return key.algorithm === "sm2" ? checkSm2(signature, key.point, signed) : checkRsa(signature, key, signed);
}

/** The AIP behind the records when 9F4A says so; undefined when 9F4A says anything but 82. */
export function withTagList(data: Lookup, records: Uint8Array): Uint8Array | undefined {
  const list = data("9F4A");
  if (list === undefined) return records;
  const aip = data("82");
  return list.length === 1 && list[0] === ONLY_AIP && aip !== undefined ? concat(records, aip) : undefined;
}

function checkRsa(signature: Uint8Array, key: PublicKey & { algorithm: "rsa" }, signed: Uint8Array): StaticResult {
  const block = recoverBlock(signature, key, [SIGNED_DATA]);
  if (!block.ok) return result(block.reason);
  if (block.body[1] !== keys.SHA1_ALGORITHM) return result("hash-algorithm");
  return hashMatches(block, signed) ? result("ok", block.body.slice(2, 4)) : result("hash");
}

function checkSm2(signature: Uint8Array, point: Uint8Array, signed: Uint8Array): StaticResult {
  if (signature.length !== 3 + keys.SM2_SIGNATURE_BYTES) return result("length");
  if (signature[0] !== SM_SIGNED_DATA) return result("format");
  const good = sm2Verify(point, concat(signature.subarray(0, 3), signed), signature.subarray(3));
  return good ? result("ok", signature.slice(1, 3)) : result("signature");
}

function result(reason: OdaReason, code?: Uint8Array): StaticResult {
  const bits: TvrBit[] = ["sda-selected"];
  if (reason !== "ok") bits.push("sda-failed");
  if (MISSING.has(reason)) bits.push("icc-data-missing");
  return { ok: reason === "ok", reason, tvr: tvr(...bits), dataAuthenticationCode: code };
}
