/**
 * Keys of the test certification authority, its issuers and its cards, all out of one seed: the same name gives the same key on every machine.
 * They protect nothing; a live system that trusts them is broken.
 */
import { checkPrimeSync, createHash } from "node:crypto";
import { sm2 } from "sm-crypto-v2";

/** Hex digits all through. */
export interface RsaKey {
  n: string;
  e: string;
  d: string;
  p: string;
  q: string;
}

export interface SmKey {
  secret: string;
  /** x ‖ y. */
  point: string;
}

/** Raised when any key shall be another. */
export const SEED = "tael test authority 1";
const SM2_ORDER = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;

/** As many bytes as wanted, fixed by their name. */
export function bytesFor(name: string, count: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(count / 32) }, (_, i) =>
    createHash("sha256").update(`${SEED}|${name}|${i}`).digest(),
  );
  return new Uint8Array(Buffer.concat(blocks).subarray(0, count));
}

const big = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
const hex = (value: bigint, bytes: number): string =>
  value
    .toString(16)
    .toUpperCase()
    .padStart(bytes * 2, "0");

const SMALL_PRIMES = Array.from({ length: 2000 }, (_, i) => i).filter(
  (n) => n > 2 && Array.from({ length: Math.floor(Math.sqrt(n)) - 1 }, (_, i) => i + 2).every((d) => n % d !== 0),
);

/** The first prime from a place fixed by its name; both top bits set, so that a product of two has its full length. */
function primeFor(name: string, bits: number, exponent: bigint): bigint {
  const from = big(bytesFor(name, bits / 8)) | (3n << BigInt(bits - 2)) | 1n;
  const remainders = SMALL_PRIMES.map((prime) => Number(from % BigInt(prime)));
  for (let step = 0; ; step += 2) {
    if (SMALL_PRIMES.some((prime, i) => (remainders[i]! + step) % prime === 0)) continue;
    const candidate = from + BigInt(step);
    if ((candidate - 1n) % exponent !== 0n && checkPrimeSync(candidate)) return candidate;
  }
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [r0, r1, t0, t1] = [modulus, value % modulus, 0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [t0, t1] = [t1, t0 - quotient * t1];
  }
  return ((t0 % modulus) + modulus) % modulus;
}

/** `bits` a multiple of 16; `exponent` 3 or 65537. */
export function rsaKey(name: string, bits: number, exponent: 3 | 65537): RsaKey {
  const e = BigInt(exponent);
  const p = primeFor(`${name} p`, bits / 2, e);
  const q = primeFor(`${name} q`, bits / 2, e);
  const bytes = bits / 8;
  return {
    n: hex(p * q, bytes),
    e: exponent === 3 ? "03" : "010001",
    d: hex(inverse(e, (p - 1n) * (q - 1n)), bytes),
    p: hex(p, bytes / 2),
    q: hex(q, bytes / 2),
  };
}

export function smKey(name: string): SmKey {
  const secret = hex((big(bytesFor(`${name} sm`, 40)) % (SM2_ORDER - 2n)) + 1n, 32);
  return { secret, point: sm2.getPublicKeyFromPrivateKey(secret.toLowerCase()).slice(2).toUpperCase() };
}

/** A symmetric key of 16 bytes, each with odd parity as DES has it. */
export function secretKey(name: string): string {
  const odd = (byte: number): number => {
    const ones = [...(byte >> 1).toString(2)].filter((bit) => bit === "1").length;
    return (byte & 0xfe) | (ones % 2 === 0 ? 1 : 0);
  };
  return Buffer.from(bytesFor(`${name} secret`, 16).map(odd))
    .toString("hex")
    .toUpperCase();
}
