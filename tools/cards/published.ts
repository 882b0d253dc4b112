/** What the authority publishes and terminals download: its public keys (§11.1), each with its check value. */
import { AUTHORITIES, AUTHORITY_EXPIRY, authorityKey, RID, SM_AUTHORITY } from "./authority.ts";
import { type Hex, textHex } from "./chip/hex.ts";
import { hashFor } from "./chip/signatures.ts";
import { tlv } from "./chip/tlv.ts";

export interface PublishedKey {
  rid: Hex;
  index: Hex;
  /** YYYYMMDD. */
  expiry: string;
  sm: boolean;
  /** 9F06 9F22 DF05 DF06 DF07 DF02 DF04 DF03, hex. */
  objects: Hex;
}

const SHA1 = "01";
const RSA = "01";
const SM3 = "07";
const SM2 = "04";

export function publishedKeys(): PublishedKey[] {
  return [...Object.keys(AUTHORITIES), SM_AUTHORITY].map(published);
}

function published(index: string): PublishedKey {
  const key = authorityKey(index);
  const value = key.kind === "rsa" ? key.n : key.point;
  const exponent = key.kind === "rsa" ? key.e : "";
  const check = hashFor(key.kind, RID + index + value + exponent);
  const objects = [
    tlv("9F06", RID),
    tlv("9F22", index),
    tlv("DF05", textHex(AUTHORITY_EXPIRY)),
    tlv("DF06", key.kind === "rsa" ? SHA1 : SM3),
    tlv("DF07", key.kind === "rsa" ? RSA : SM2),
    tlv("DF02", value),
    ...(exponent === "" ? [] : [tlv("DF04", exponent)]),
    tlv("DF03", check),
  ];
  return { rid: RID, index, expiry: AUTHORITY_EXPIRY, sm: key.kind === "sm2", objects: objects.join("") };
}

/** What terminals shall do with an application (§11.1): typical values, amounts in fen. */
const APPLICATION = [
  tlv("DF01", "00"),
  tlv("9F08", "0030"),
  tlv("DF11", "D84000A800"),
  tlv("DF12", "D84004F800"),
  tlv("DF13", "0010000000"),
  tlv("9F1B", "00000000"),
  tlv("DF15", "00000000"),
  tlv("DF16", "99"),
  tlv("DF17", "99"),
  tlv("DF14", "9F3704"),
  tlv("DF18", "01"),
  tlv("9F7B", "000000100000"),
  tlv("DF19", "000000100000"),
  tlv("DF20", "000009999999"),
  tlv("DF21", "000000100000"),
].join("");

/** Debit, credit, quasi-credit, electronic cash. */
const NAMES = ["A000000333010101", "A000000333010102", "A000000333010103", "A000000333010106"];

export const publishedApplications = (): { aid: Hex; objects: Hex }[] =>
  NAMES.map((aid) => ({ aid, objects: tlv("9F06", aid) + APPLICATION }));
