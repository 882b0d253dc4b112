/** Certificates and signatures as the authority, issuers and cards make them (§6.5). Everything is fixed by its input: no randomness. */
import { createHash, createPrivateKey, constants, type KeyObject, privateDecrypt, privateEncrypt } from "node:crypto";
import { sm2, sm3 } from "sm-crypto-v2";
import type { RsaKey, SmKey } from "../../../build/ca/keys.ts";
import { byte, fromHex, type Hex, size, toHex } from "./hex.ts";

export type SecretKey = ({ kind: "rsa" } & RsaKey) | ({ kind: "sm2" } & SmKey);
type Rsa = SecretKey & { kind: "rsa" };
type Sm = SecretKey & { kind: "sm2" };

const objectsByModulus = new Map<Hex, KeyObject>();
const base64url = (hex: Hex): string => Buffer.from(hex, "hex").toString("base64url");

function inverse(value: bigint, modulus: bigint): bigint {
  let [r0, r1, t0, t1] = [modulus, value % modulus, 0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [t0, t1] = [t1, t0 - quotient * t1];
  }
  return ((t0 % modulus) + modulus) % modulus;
}

function keyObject({ n, e, d, p, q }: RsaKey): KeyObject {
  const known = objectsByModulus.get(n);
  if (known !== undefined) return known;
  const [P, Q, D] = [BigInt(`0x${p}`), BigInt(`0x${q}`), BigInt(`0x${d}`)];
  const half = (value: bigint): string => base64url(value.toString(16).padStart(p.length, "0"));
  const jwk = {
    kty: "RSA",
    n: base64url(n),
    e: base64url(e),
    d: base64url(d),
    p: base64url(p),
    q: base64url(q),
    dp: half(D % (P - 1n)),
    dq: half(D % (Q - 1n)),
    qi: half(inverse(Q, P)),
  };
  const key = createPrivateKey({ key: jwk, format: "jwk" });
  objectsByModulus.set(n, key);
  return key;
}

/** The block under the secret exponent. It must be shorter than the modulus in value. */
export function rsaSecret(block: Hex, key: RsaKey): Hex {
  return toHex(privateEncrypt({ key: keyObject(key), padding: constants.RSA_NO_PADDING }, fromHex(block)));
}

/** The other way: what was enciphered for the card. Undefined when it is no number of this key. */
export function rsaOpen(cryptogram: Hex, key: RsaKey): Hex | undefined {
  if (size(cryptogram) !== size(key.n) || cryptogram >= key.n) return undefined;
  return toHex(privateDecrypt({ key: keyObject(key), padding: constants.RSA_NO_PADDING }, fromHex(cryptogram)));
}

export const sha1 = (data: Hex): Hex => toHex(createHash("sha1").update(fromHex(data)).digest());

/** SHA-1 with RSA, SM3 with SM2. */
export function hashFor(kind: SecretKey["kind"], data: Hex): Hex {
  return kind === "rsa" ? sha1(data) : sm3(fromHex(data)).toUpperCase();
}

/** r ‖ s; the one-time number comes out of secret and message. */
export function smSign(data: Hex, { secret, point }: SmKey): Hex {
  const once = createHash("sha256").update(`${secret}|${data}`).digest("hex");
  // Below the curve's order, whatever the hash is.
  const k = BigInt(`0x0${once.slice(1)}`) + 1n;
  const x1 = BigInt(`0x${sm2.getPublicKeyFromPrivateKey(k.toString(16).padStart(64, "0")).slice(2, 66)}`);
  const options = { hash: true, pointPool: [{ k, x1 }], publicKey: `04${point}`.toLowerCase() };
  return sm2.doSignature(fromHex(data), secret.toLowerCase(), options).toUpperCase();
}

/** 6A ‖ body ‖ hash ‖ BC, the body filled with BB. */
export function signedBlock(body: Hex, tail: Hex, key: Rsa): Hex {
  const filled = body.padEnd(key.n.length - 44, "BB");
  return rsaSecret(`6A${filled}${sha1(filled + tail)}BC`, key);
}

export interface CertificateFacts {
  /** MMYY. */
  expiry: string;
  /** Six digits. */
  serial: string;
}

/** Objects by tag: certificate, exponent and, when it does not fit, the rest of the key. */
export type Certificate = [tag: Hex, value: Hex][];

/** 90, 9F32, 92. `id`: three to eight digits of the numbers it is for. */
export function issuerCertificate(
  ca: SecretKey,
  issuer: SecretKey,
  id: string,
  { expiry, serial }: CertificateFacts,
): Certificate {
  const head = `${id.padEnd(8, "F")}${expiry}${serial}`;
  if (ca.kind === "sm2") {
    const body = `12${head}04001140${(issuer as Sm).point}`;
    return [["90", body + smSign(body, ca)]];
  }
  return rsaCertificate(`02${head}`, issuer as Rsa, ca, ["90", "9F32", "92"], "");
}

export const SIGNING_TAGS = ["9F46", "9F47", "9F48"] as const;
export const PIN_TAGS = ["9F2D", "9F2E", "9F2F"] as const;

/** Over the card's signed records, which a certificate for PINs does not cover. */
export function cardCertificate(
  issuer: SecretKey,
  card: SecretKey,
  pan: string,
  { expiry, serial, tags, signed }: CertificateFacts & { tags: typeof SIGNING_TAGS | typeof PIN_TAGS; signed: Hex },
): Certificate {
  const head = `${pan.padEnd(20, "F")}${expiry}${serial}`;
  if (issuer.kind === "sm2") {
    const body = `14${head}04000440${(card as Sm).point}`;
    return [[tags[0], body + smSign(body + signed, issuer)]];
  }
  return rsaCertificate(`04${head}`, card as Rsa, issuer, tags, signed);
}

function rsaCertificate(head: Hex, key: Rsa, signer: Rsa, tags: readonly [Hex, Hex, Hex], signed: Hex): Certificate {
  const fields = `${head}0101${byte(size(key.n))}${byte(size(key.e))}`;
  const room = signer.n.length - 44 - fields.length;
  const rest = key.n.slice(room);
  const certificate: Certificate = [
    [tags[0], signedBlock(fields + key.n.slice(0, room), rest + key.e + signed, signer)],
    [tags[1], key.e],
  ];
  return rest === "" ? certificate : [...certificate, [tags[2], rest]];
}

/** 93: `code` is the issuer's two bytes. */
export function staticSignature(issuer: SecretKey, signed: Hex, code: Hex): Hex {
  if (issuer.kind === "sm2") return `13${code}${smSign(`13${code}${signed}`, issuer)}`;
  return signedBlock(`0301${code}`, signed, issuer);
}

/** 9F4B: `data` is what the card chose (length and number first), `tail` what the terminal did. */
export function dynamicSignature(card: SecretKey, data: Hex, tail: Hex): Hex {
  if (card.kind === "sm2") {
    const body = `15${byte(size(data))}${data}`;
    return body + smSign(body + tail, card);
  }
  return signedBlock(`0501${byte(size(data))}${data}`, tail, card);
}
