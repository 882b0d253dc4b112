/** The issuer's public key out of its certificate, tag 90 (Book 2 5.3, 6.3; §6.5). */
import { type Bytes, concat, NO_BYTES, toBytes, toHex } from "./bytes.ts";
import { type CaKey, caKeyExpired, type CaKeyInput, findCaKey, type Revoked, toCaKey } from "./capk.ts";
import { asLookup, type DataLike, type Lookup } from "./data.ts";
import * as keys from "./keys.ts";
import { failed, type Failed, hashMatches, monthPassed, type PublicKey, recoverBlock, unfilled } from "./keys.ts";
import { sm2Verify } from "./sm2.ts";

export interface ChainOptions {
  /** RID of the application, five bytes; the first five of 84 or 4F when left out. */
  rid?: Bytes;
  /** YYMMDD; without it nothing is ever too old. */
  date?: string;
  revoked?: readonly Revoked[];
}

export interface IssuerKey {
  ok: true;
  reason: "ok";
  key: PublicKey;
  caKey: CaKey;
  /** Leftmost digits of the PAN, three to eight. */
  issuerId: string;
  /** MMYY. */
  expiry: string;
  /** Six hex digits. */
  serial: string;
}

const CERTIFICATE = 0x02;
const SM_CERTIFICATE = 0x12;
/** Bytes of a block that are not the key: header, 14 of fields, hash, trailer. */
const RSA_OVERHEAD = 36;
const SM_SIGNED = 78;

/**
 * From 8F, 90, 92, 9F32 and 5A of a card. A certificate's issuer number is compared with the PAN when there is a 5A.
 *
 * @example recoverIssuerKey({ "8F": "08", "90": "…", "92": "…", "9F32": "03", "5A": "6229…" }, caKeys, { date: "261122" })
 */
export function recoverIssuerKey(
  card: DataLike,
  caKeys: CaKeyInput | CaKey | readonly (CaKeyInput | CaKey)[],
  options: ChainOptions = {},
): IssuerKey | Failed {
  const data = asLookup(card);
  const certificate = data("90");
  if (certificate === undefined) return failed("certificate-missing");
  const list = (Array.isArray(caKeys) ? caKeys : [caKeys]) as readonly (CaKeyInput | CaKey)[];
  const rid = options.rid === undefined ? (data("84") ?? data("4F") ?? NO_BYTES).slice(0, 5) : toBytes(options.rid, "rid");
  const found = findCaKey(
    list.map((key) => ("key" in key ? key : toCaKey(key))),
    toHex(rid),
    toHex(data("8F") ?? NO_BYTES),
  );
  if (found === undefined) return failed("ca-key-missing");
  if (options.date !== undefined && caKeyExpired(found, options.date)) return failed("ca-key-expired");
  const read = found.key.algorithm === "sm2" ? readSm2(certificate, found.key.point) : readRsa(data, certificate, found.key);
  if (!read.ok) return read;
  const wrong = judge(read, data, rid, options);
  return wrong === undefined ? { ...read, reason: "ok", caKey: found } : failed(wrong);
}

type Read = Pick<IssuerKey, "ok" | "key" | "issuerId" | "expiry" | "serial">;

function readRsa(data: Lookup, certificate: Uint8Array, caKey: keys.PublicKey & { algorithm: "rsa" }): Read | Failed {
  const block = recoverBlock(certificate, caKey, [CERTIFICATE]);
  if (!block.ok) return block;
  const { body } = block;
  const room = certificate.length - RSA_OVERHEAD;
  const size = body[12] ?? 0;
  const exponent = data("9F32");
  const remainder = data("92") ?? NO_BYTES;
  if (body[10] !== keys.SHA1_ALGORITHM) return failed("hash-algorithm");
  if (body[11] !== keys.RSA_ALGORITHM) return failed("key-algorithm");
  if (exponent === undefined) return failed("exponent-missing");
  if (exponent.length !== 1 && exponent.length !== 3) return failed("exponent-bad");
  if (size > room && remainder.length === 0) return failed("remainder-missing");
  if (!hashMatches(block, remainder, exponent)) return failed("hash");
  if (size === 0 || (size > room && remainder.length !== size - room)) return failed("key-length");
  const modulus = concat(body.subarray(14), remainder).slice(0, size);
  return { ok: true, key: { algorithm: "rsa", modulus, exponent }, ...fieldsOf(body) };
}

function readSm2(certificate: Uint8Array, caPoint: Uint8Array): Read | Failed {
  if (certificate.length !== SM_SIGNED + keys.SM2_SIGNATURE_BYTES) return failed("length");
  const body = certificate.subarray(0, SM_SIGNED);
  if (body[0] !== SM_CERTIFICATE) return failed("format");
  if (body[10] !== keys.SM2_ALGORITHM) return failed("key-algorithm");
  if (body[13] !== keys.SM2_KEY_BYTES) return failed("key-length");
  if (!sm2Verify(caPoint, body, certificate.subarray(SM_SIGNED))) return failed("signature");
  return { ok: true, key: { algorithm: "sm2", point: body.slice(14) }, ...fieldsOf(body) };
}

function fieldsOf(body: Uint8Array): Pick<Read, "issuerId" | "expiry" | "serial"> {
  return { issuerId: unfilled(body.subarray(1, 5)), expiry: toHex(body.subarray(5, 7)), serial: toHex(body.subarray(7, 10)) };
}

function judge(read: Read, data: Lookup, rid: Uint8Array, options: ChainOptions): Failed["reason"] | undefined {
  const pan = data("5A");
  if (read.issuerId.length < 3 || (pan !== undefined && !unfilled(pan).startsWith(read.issuerId))) return "issuer-id";
  if (options.date !== undefined && monthPassed(toBytes(read.expiry), options.date)) return "expired";
  const isThis = ({ rid: of, index, serial }: Revoked): boolean =>
    toHex(toBytes(of)) === toHex(rid) &&
    toHex(toBytes(index)) === toHex(data("8F") ?? NO_BYTES) &&
    toHex(toBytes(serial)) === read.serial;
  return options.revoked?.some(isThis) === true ? "revoked" : undefined;
}
