/** The card's own public key out of 9F46, or of 9F2D for enciphering a PIN (Book 2 6.4, 7.1; §6.5). */
import { type Bytes, concat, NO_BYTES, toBytes, toHex } from "./bytes.ts";
import { asLookup, type DataLike, type Lookup } from "./data.ts";
import * as keys from "./keys.ts";
import {
  failed,
  type Failed,
  hashMatches,
  type KeyLike,
  monthPassed,
  type PublicKey,
  recoverBlock,
  toKey,
  unfilled,
} from "./keys.ts";
import { withTagList } from "./sda.ts";
import { sm2Verify } from "./sm2.ts";

export interface IccKeyOptions {
  /** Records of the AFL that are signed, in order; the AIP is added when 9F4A asks for it. Not part of a PIN key. */
  staticData?: Bytes;
  /** YYMMDD; without it nothing is ever too old. */
  date?: string;
  /** "pin": the key of 9F2D, 9F2E, 9F2F instead of 9F46, 9F47, 9F48. */
  use?: "signing" | "pin";
}

export interface IccKey {
  ok: true;
  reason: "ok";
  key: PublicKey;
  pan: string;
  /** MMYY. */
  expiry: string;
  serial: string;
}

const TAGS = { signing: ["9F46", "9F47", "9F48"], pin: ["9F2D", "9F2E", "9F2F"] } as const;
const CERTIFICATE = 0x04;
const SM_CERTIFICATE = 0x14;
/** Bytes of a block that are not the key. */
const RSA_OVERHEAD = 42;
const SM_SIGNED = 84;

/**
 * The PAN of the certificate is compared with 5A when there is one.
 *
 * @example recoverIccKey({ "9F46": "…", "9F47": "03", "9F4A": "82", "82": "7C00", "5A": "…" }, issuer.key, { staticData, date: "261122" })
 */
export function recoverIccKey(card: DataLike, issuerKey: KeyLike, options: IccKeyOptions = {}): IccKey | Failed {
  const data = asLookup(card);
  const use = options.use ?? "signing";
  const certificate = data(TAGS[use][0]);
  if (certificate === undefined) return failed("certificate-missing");
  const signed = use === "pin" ? NO_BYTES : withTagList(data, toBytes(options.staticData ?? NO_BYTES, "static data"));
  if (signed === undefined) return failed("tag-list");
  const key = toKey(issuerKey, "issuer key");
  const read = key.algorithm === "sm2" ? readSm2(certificate, key.point, signed) : readRsa(data, use, certificate, key, signed);
  if (!read.ok) return read;
  const pan = data("5A");
  if (pan !== undefined && unfilled(pan) !== read.pan) return failed("pan");
  if (options.date !== undefined && monthPassed(toBytes(read.expiry), options.date)) return failed("expired");
  return { ...read, reason: "ok" };
}

type Read = Omit<IccKey, "reason">;

function readRsa(
  data: Lookup,
  use: "signing" | "pin",
  certificate: Uint8Array,
  issuerKey: PublicKey & { algorithm: "rsa" },
  signed: Uint8Array,
): Read | Failed {
  const block = recoverBlock(certificate, issuerKey, [CERTIFICATE]);
  if (!block.ok) return block;
  const { body } = block;
  const room = certificate.length - RSA_OVERHEAD;
  const size = body[18] ?? 0;
  const exponent = data(TAGS[use][1]);
  const remainder = data(TAGS[use][2]) ?? NO_BYTES;
  if (body[16] !== keys.SHA1_ALGORITHM) return failed("hash-algorithm");
  if (body[17] !== keys.RSA_ALGORITHM) return failed("key-algorithm");
  if (exponent === undefined) return failed("exponent-missing");
  if (exponent.length !== 1 && exponent.length !== 3) return failed("exponent-bad");
  if (size > room && remainder.length === 0) return failed("remainder-missing");
  if (!hashMatches(block, remainder, exponent, signed)) return failed("hash");
  if (size === 0 || (size > room && remainder.length !== size - room)) return failed("key-length");
  const modulus = concat(body.subarray(20), remainder).slice(0, size);
  return { ok: true, key: { algorithm: "rsa", modulus, exponent }, ...fieldsOf(body) };
}

function readSm2(certificate: Uint8Array, issuerPoint: Uint8Array, signed: Uint8Array): Read | Failed {
  if (certificate.length !== SM_SIGNED + keys.SM2_SIGNATURE_BYTES) return failed("length");
  const body = certificate.subarray(0, SM_SIGNED);
  if (body[0] !== SM_CERTIFICATE) return failed("format");
  if (body[16] !== keys.SM2_ALGORITHM) return failed("key-algorithm");
  if (body[19] !== keys.SM2_KEY_BYTES) return failed("key-length");
  if (!sm2Verify(issuerPoint, concat(body, signed), certificate.subarray(SM_SIGNED))) return failed("signature");
  return { ok: true, key: { algorithm: "sm2", point: body.slice(20) }, ...fieldsOf(body) };
}

function fieldsOf(body: Uint8Array): Pick<Read, "pan" | "expiry" | "serial"> {
  return { pan: unfilled(body.subarray(1, 11)), expiry: toHex(body.subarray(11, 13)), serial: toHex(body.subarray(13, 16)) };
}
