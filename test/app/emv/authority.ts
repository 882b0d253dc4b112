/**
 * A small certification authority of test keys: certificates and signatures as issuers and cards make them (Book 2, §6.5), written without a line
 * of the kernel. The RSA keys in keys.json are test keys and nothing else.
 */
import { createHash } from "node:crypto";
import { sm2, sm3 } from "sm-crypto-v2";
import keys from "./keys.json" with { type: "json" };

interface RsaSecret {
  kind: "rsa";
  n: string;
  e: string;
  d: string;
}
interface SmSecret {
  kind: "sm2";
  secret: string;
  point: string;
}
export type Secret = RsaSecret | SmSecret;

const stored: Record<string, Omit<RsaSecret, "kind">> = keys;

export function rsaKey(name: string): RsaSecret {
  const key = stored[name];
  if (key === undefined) throw new Error(`no test key ${name}`);
  return { kind: "rsa", ...key };
}

export function smKey(secret: string): SmSecret {
  const padded = secret.padStart(64, "0");
  return { kind: "sm2", secret: padded, point: sm2.getPublicKeyFromPrivateKey(padded).slice(2).toUpperCase() };
}

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex").toUpperCase();
export const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replace(/\s/g, ""), "hex"));
export const size = (hex: string): number => hex.length / 2;
export const byte = (value: number): string => value.toString(16).padStart(2, "0").toUpperCase();

export function sha1(hex: string): string {
  return createHash("sha1").update(bytesOf(hex)).digest("hex").toUpperCase();
}

export function hash(kind: Secret["kind"], hex: string): string {
  return kind === "rsa" ? sha1(hex) : sm3(bytesOf(hex)).toUpperCase();
}

/** The block under the secret exponent. */
export function rsaSign(block: string, key: RsaSecret): string {
  const [n, d] = [BigInt(`0x${key.n}`), BigInt(`0x${key.d}`)];
  let [result, base] = [1n, BigInt(`0x${block}`) % n];
  for (let rest = d; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * base) % n;
    base = (base * base) % n;
  }
  return result.toString(16).toUpperCase().padStart(key.n.length, "0");
}

function smSign(signed: string, key: SmSecret): string {
  return sm2.doSignature(bytesOf(signed), key.secret, { hash: true }).toUpperCase();
}

/** 6A ‖ body ‖ hash ‖ BC, the body filled with BB to the key's length. */
export function signBlock(
  body: string,
  more: string,
  key: RsaSecret,
  change: (block: string) => string = (block) => block,
): string {
  const filled = body.padEnd(key.n.length - 44, "BB");
  return rsaSign(change(`6A${filled}${sha1(filled + more)}BC`), key);
}

export interface CertificateOptions {
  /** MMYY. */
  expiry?: string;
  serial?: string;
  hashAlgorithm?: string;
  keyAlgorithm?: string;
  format?: string;
  /** What becomes of the block before it is signed. */
  change?: (block: string) => string;
}

/** 90, 92 and 9F32 of an issuer. */
export function issuerCertificate(
  ca: Secret,
  issuer: Secret,
  id: string,
  options: CertificateOptions = {},
): Record<string, string> {
  const { expiry = "1230", serial = "000001", format } = options;
  const head = `${id.padEnd(8, "F")}${expiry}${serial}`;
  if (ca.kind === "sm2" && issuer.kind === "sm2") {
    const signed = `${format ?? "12"}${head}${options.keyAlgorithm ?? "04"}001140${issuer.point}`;
    return { "90": signed + smSign(signed, ca) };
  }
  if (ca.kind !== "rsa" || issuer.kind !== "rsa") throw new Error("one kind of key");
  return keyBlock(`${format ?? "02"}${head}`, issuer, ca, ["90", "9F32", "92"], "", options);
}

/** 9F46, 9F47 and 9F48 of a card, over its signed records; `tags` for another use. */
export function cardCertificate(
  issuer: Secret,
  card: Secret,
  pan: string,
  staticData: string,
  options: CertificateOptions & { tags?: readonly [string, string, string] } = {},
): Record<string, string> {
  const { expiry = "1230", serial = "000002", format, tags = ["9F46", "9F47", "9F48"] as const } = options;
  const head = `${pan.padEnd(20, "F")}${expiry}${serial}`;
  if (issuer.kind === "sm2" && card.kind === "sm2") {
    const signed = `${format ?? "14"}${head}04000440${card.point}`;
    return { [tags[0]]: signed + smSign(signed + staticData, issuer) };
  }
  if (issuer.kind !== "rsa" || card.kind !== "rsa") throw new Error("one kind of key");
  return keyBlock(`${format ?? "04"}${head}`, card, issuer, tags, staticData, options);
}

function keyBlock(
  head: string,
  key: RsaSecret,
  signer: RsaSecret,
  [certificate, exponent, remainder]: readonly [string, string, string],
  more: string,
  options: CertificateOptions,
): Record<string, string> {
  const fields = `${head}${options.hashAlgorithm ?? "01"}${options.keyAlgorithm ?? "01"}${byte(size(key.n))}${byte(size(key.e))}`;
  const room = signer.n.length - 44 - fields.length;
  const [left, right] = [key.n.slice(0, room), key.n.slice(room)];
  const found: Record<string, string> = { [exponent]: key.e };
  found[certificate] = signBlock(fields + left, right + key.e + more, signer, options.change);
  if (right.length > 0) found[remainder] = right;
  return found;
}

/** 93. */
export function staticSignature(
  issuer: Secret,
  staticData: string,
  code = "DAC1",
  change?: CertificateOptions["change"],
): string {
  if (issuer.kind === "sm2") return `13${code}${smSign(`13${code}${staticData}`, issuer)}`;
  return signBlock(`0301${code}`, staticData, issuer, change);
}

/** 9F4B over the number the card chose and what the terminal sent; `inside` stands behind the number for CDA. */
export function dynamicSignature(card: Secret, number: string, tail: string, inside = "", format = "05"): string {
  const data = `${byte(size(number))}${number}${inside}`;
  if (card.kind === "sm2") {
    const signed = `15${byte(size(data))}${data}`;
    return signed + smSign(signed + tail, card);
  }
  return signBlock(`${format}01${byte(size(data))}${data}`, tail, card);
}
