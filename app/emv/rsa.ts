/** RSA with a public key, as cards need it: signatures recovered, a PIN block enciphered. Nothing secret is ever an exponent here. */
import { EmvError, toHex } from "./bytes.ts";

export interface RsaKey {
  modulus: Uint8Array;
  exponent: Uint8Array;
}

/** 1984 bits is what EMV allows; a little more room for what laboratories try (§6.5). */
export const MAX_MODULUS_BYTES = 256;

/** data^exponent mod modulus, as long as the modulus. Throws EmvError "value" for an even or oversized modulus. */
export function rsa(data: Uint8Array, key: RsaKey): Uint8Array {
  const { modulus, exponent } = key;
  if (modulus.length === 0 || modulus.length > MAX_MODULUS_BYTES || ((modulus.at(-1) ?? 0) & 1) === 0) {
    throw new EmvError("value", "modulus", "is no RSA modulus");
  }
  const n = toBig(modulus);
  return fromBig(power(toBig(data) % n, toBig(exponent), n), modulus.length);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n % modulus;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % modulus;
    if (rest > 1n) square = (square * square) % modulus;
  }
  return result;
}

export function toBig(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

/** Byte by byte out of 32-bit words: an engine's own radix printing has been seen to be wrong. */
export function fromBig(value: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let rest = value;
  for (let at = length; at > 0; at -= 4) {
    const word = Number(BigInt.asUintN(32, rest));
    for (let i = 0; i < 4 && at - i > 0; i++) bytes[at - 1 - i] = (word >>> (8 * i)) & 0xff;
    rest >>= 32n;
  }
  return bytes;
}
