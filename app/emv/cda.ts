/** Combined authentication: the cryptogram of GENERATE AC inside a signature (Book 2 6.6; §6.5). */
import { sha1 } from "@noble/hashes/legacy.js";
import { type Bytes, concat, NO_BYTES, sameBytes, toBytes } from "./bytes.ts";
import { type TvrBit, tvr } from "./bits.ts";
import { openDynamic } from "./dda.ts";
import { type KeyLike, MISSING, type OdaReason, toKey } from "./keys.ts";
import { sm3 } from "./sm3.ts";
import { onlyTlv, type Tlv, valueIn } from "./tlv.ts";

export interface CombinedInput {
  /** The answer to GENERATE AC, template 77; 9000 behind it is ignored. */
  answer: Bytes;
  /** 9F37 as sent. */
  unpredictableNumber: Bytes;
  /** What was sent with GPO, the first GENERATE AC and, when this is its answer, the second. */
  pdolData?: Bytes;
  cdol1Data?: Bytes;
  cdol2Data?: Bytes;
}

export interface CombinedResult {
  ok: boolean;
  reason: OdaReason;
  /** TVR bits this sets. */
  tvr: Uint8Array;
  /** 9F26, out of the signature. */
  cryptogram: Uint8Array | undefined;
  /** 9F4C. */
  dynamicNumber: Uint8Array | undefined;
}

const CRYPTOGRAM_BYTES = 8;

/** @example verifyCombined({ answer: "77…", unpredictableNumber, pdolData, cdol1Data }, icc.key).cryptogram */
export function verifyCombined(input: CombinedInput, iccKey: KeyLike): CombinedResult {
  const answer = toBytes(input.answer, "answer");
  const objects = (onlyTlv(answer, "77") ?? onlyTlv(answer.slice(0, -2), "77"))?.children;
  if (objects === undefined) return result("dynamic-data");
  const signature = valueIn(objects, "9F4B");
  const cid = valueIn(objects, "9F27");
  if (signature.length === 0 || cid.length !== 1) return result("signature-missing");
  const key = toKey(iccKey, "card key");
  const opened = openDynamic(signature, key, toBytes(input.unpredictableNumber, "9F37"));
  if (!opened.ok) return result(opened.reason);
  const inside = opened.data.subarray(1 + opened.dynamicNumber.length);
  const hash = key.algorithm === "sm2" ? sm3 : sha1;
  const expected = hash(concat(sentData(input), ...objects.filter(({ tag }) => tag !== "9F4B").map(rawOf)));
  if (inside.length < 1 + CRYPTOGRAM_BYTES + expected.length) return result("dynamic-data");
  if (inside[0] !== cid[0]) return result("cid");
  const signed = inside.slice(1 + CRYPTOGRAM_BYTES, 1 + CRYPTOGRAM_BYTES + expected.length);
  if (!sameBytes(signed, expected)) return result("transaction-hash");
  return { ...result("ok"), cryptogram: inside.slice(1, 1 + CRYPTOGRAM_BYTES), dynamicNumber: opened.dynamicNumber };
}

function sentData(input: CombinedInput): Uint8Array {
  const { pdolData, cdol1Data, cdol2Data } = input;
  return concat(...[pdolData, cdol1Data, cdol2Data].map((data) => toBytes(data ?? NO_BYTES, "DOL data")));
}

/** As the card wrote it: a hash cares how long a length was. */
function rawOf(object: Tlv): Uint8Array {
  return object.raw ?? NO_BYTES;
}

function result(reason: OdaReason): CombinedResult {
  const bits: TvrBit[] = reason === "ok" ? [] : ["cda-failed"];
  if (MISSING.has(reason)) bits.push("icc-data-missing");
  return { ok: reason === "ok", reason, tvr: tvr(...bits), cryptogram: undefined, dynamicNumber: undefined };
}
