/** The issuer's formulae (§10): keys of a card and of a transaction, cryptograms, script MACs. Keys and values are raw bytes. */
import { type Algorithm, blockBytes, encrypt, macOf, xor } from "../crypto.ts";
import { fromHex } from "../text.ts";

export type ChipAlgorithm = Extract<Algorithm, "3des" | "sm4">;

const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const inverse = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0xff);

function oddParity(byte: number): number {
  let ones = 0;
  for (let rest = byte >> 1; rest > 0; rest >>= 1) ones += rest & 1;
  return (byte & 0xfe) | (ones % 2 === 0 ? 1 : 0);
}

/** Method A. `sequence`: two digits. */
export function uniqueKey(algorithm: ChipAlgorithm, master: Uint8Array, pan: string, sequence: string): Uint8Array {
  const digits = fromHex((pan + sequence).slice(-16).padStart(16, "0"));
  const key = encrypt(algorithm, master, join(digits, inverse(digits)));
  return algorithm === "3des" ? key.map(oddParity) : key;
}

export function transactionKey(algorithm: ChipAlgorithm, key: Uint8Array, atc: Uint8Array): Uint8Array {
  return encrypt(algorithm, key, join(new Uint8Array(6), atc, new Uint8Array(6), inverse(atc)));
}

/** 80 and zeros, to whole blocks. */
export function withPadding(algorithm: ChipAlgorithm, data: Uint8Array): Uint8Array {
  const size = blockBytes(algorithm);
  const padded = new Uint8Array((Math.floor(data.length / size) + 1) * size);
  padded.set(data);
  padded[data.length] = 0x80;
  return padded;
}

/** Eight bytes: MAC algorithm 3 with DES, the left half of a CBC-MAC with SM4. */
export function chipMac(algorithm: ChipAlgorithm, key: Uint8Array, data: Uint8Array): Uint8Array {
  const padded = withPadding(algorithm, data);
  if (algorithm === "3des") return macOf("x9.19", key, padded);
  let chain: Uint8Array = new Uint8Array(16);
  for (let at = 0; at < padded.length; at += 16) chain = encrypt("sm4", key, xor(padded.subarray(at, at + 16), chain));
  return chain.slice(0, 8);
}

/** ARPC: eight bytes. `code`: DE39. */
export function answerCryptogram(algorithm: ChipAlgorithm, key: Uint8Array, cryptogram: Uint8Array, code: string): Uint8Array {
  const mixed = xor(cryptogram, join(Uint8Array.from(Buffer.from(code, "latin1")), new Uint8Array(6)));
  const block = algorithm === "sm4" ? join(mixed, new Uint8Array(8)) : mixed;
  return encrypt(algorithm, key, block).slice(0, 8);
}
