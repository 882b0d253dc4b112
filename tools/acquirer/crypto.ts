/** The host's own cryptography (§4): ciphers of whole blocks, check values, MACs, PIN blocks, tracks. Keys are raw bytes. */
import { createCipheriv, createDecipheriv } from "node:crypto";
import type { DecodedFrame } from "./codec.ts";
import { fromHex, toHex } from "./text.ts";

/** des: 8-byte key · 3des: 16-byte key · sm4: 16-byte key, 16-byte blocks. */
export type Algorithm = "des" | "3des" | "sm4";
export type MacMethod = "ecb" | "x9.9" | "x9.19" | "sm4";

export const blockBytes = (algorithm: Algorithm): number => (algorithm === "sm4" ? 16 : 8);

export function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, i) => byte ^ b[i]!);
}

/** OpenSSL keeps single DES among the old ciphers; two-key 3DES with the same half twice is the same thing. */
const cipherOf = (algorithm: Algorithm, key: Uint8Array): { name: string; key: Uint8Array } => {
  const wanted = algorithm === "des" ? 8 : 16;
  if (key.length !== wanted) throw new Error(`a ${algorithm} key has ${wanted} bytes, this one ${key.length}`);
  if (algorithm === "sm4") return { name: "sm4-ecb", key };
  return { name: "des-ede", key: algorithm === "des" ? Uint8Array.from([...key, ...key]) : key };
};

export function encrypt(algorithm: Algorithm, key: Uint8Array, data: Uint8Array): Uint8Array {
  const cipher = cipherOf(algorithm, key);
  const out = createCipheriv(cipher.name, cipher.key, null).setAutoPadding(false);
  return Uint8Array.from(Buffer.concat([out.update(data), out.final()]));
}

export function decrypt(algorithm: Algorithm, key: Uint8Array, data: Uint8Array): Uint8Array {
  const cipher = cipherOf(algorithm, key);
  const out = createDecipheriv(cipher.name, cipher.key, null).setAutoPadding(false);
  return Uint8Array.from(Buffer.concat([out.update(data), out.final()]));
}

/** DES for 8-byte keys, 3DES for 16-byte ones. */
export const desOf = (key: Uint8Array): Algorithm => (key.length === 8 ? "des" : "3des");

/** First four bytes of a block of zeros under the key (§4.2). */
export function checkValue(algorithm: Algorithm, key: Uint8Array): Uint8Array {
  return encrypt(algorithm, key, new Uint8Array(blockBytes(algorithm))).subarray(0, 4);
}

function blocksOf(data: Uint8Array, size: number): Uint8Array[] {
  const padded = new Uint8Array(Math.ceil(data.length / size) * size);
  padded.set(data);
  return Array.from({ length: padded.length / size }, (_, i) => padded.subarray(i * size, (i + 1) * size));
}

const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));

/** XOR of all blocks written in hex; half, cipher, other half, cipher; the first 8 hex characters of the result. */
function foldMac(algorithm: Algorithm, key: Uint8Array, mab: Uint8Array): Uint8Array {
  const size = blockBytes(algorithm);
  const fold = blocksOf(mab, size).reduce(xor, new Uint8Array(size));
  const text = ascii(toHex(fold));
  const first = encrypt(algorithm, key, text.subarray(0, size));
  const second = encrypt(algorithm, key, xor(first, text.subarray(size)));
  return ascii(toHex(second).slice(0, 8));
}

function cbcMac(key: Uint8Array, mab: Uint8Array): Uint8Array {
  const algorithm = desOf(key);
  return blocksOf(mab, 8).reduce((chain, block) => encrypt(algorithm, key, xor(block, chain)), new Uint8Array(8));
}

function retailMac(key: Uint8Array, mab: Uint8Array): Uint8Array {
  const [left, right] = [key.subarray(0, 8), key.subarray(8, 16)];
  return encrypt("des", left, decrypt("des", right, cbcMac(left, mab)));
}

const macs: Record<MacMethod, (key: Uint8Array, mab: Uint8Array) => Uint8Array> = {
  ecb: (key, mab) => foldMac(desOf(key), key, mab),
  "x9.9": cbcMac,
  "x9.19": retailMac,
  sm4: (key, mab) => foldMac("sm4", key, mab),
};

/** DE64 over `mab` (§4.5): 8 bytes, which for ecb and sm4 are hex characters. */
export function macOf(method: MacMethod, key: Uint8Array, mab: Uint8Array): Uint8Array {
  return macs[method](key, mab);
}

export function verifyMac(frame: Pick<DecodedFrame, "mab" | "mac">, method: MacMethod, key: Uint8Array): "ok" | "bad" | "none" {
  if (frame.mac === undefined) return "none";
  return toHex(frame.mac) === toHex(macOf(method, key, frame.mab)) ? "ok" : "bad";
}

/** The part of the PIN block that comes from the card (§4.4); zeros when the block is made without it. */
function panPart(pan: string | undefined, size: number): Uint8Array {
  const digits = pan === undefined ? "" : pan.slice(0, -1).slice(-12);
  return fromHex(digits.padStart(size * 2, "0"));
}

/** ISO 9564 format 0, 8 bytes; 16 for SM4 (§4.3, weakly evidenced). `pan` undefined: format without card number. */
export function pinBlock(algorithm: Algorithm, key: Uint8Array, pin: string, pan: string | undefined): Uint8Array {
  const size = blockBytes(algorithm);
  const clear = fromHex((pin.length.toString(16).padStart(2, "0") + pin).padEnd(size * 2, "F"));
  return encrypt(algorithm, key, xor(clear, panPart(pan, size)));
}

/** The PIN, or undefined when what comes out is no PIN block. */
export function openPinBlock(
  algorithm: Algorithm,
  key: Uint8Array,
  block: Uint8Array,
  pan: string | undefined,
): string | undefined {
  const size = blockBytes(algorithm);
  if (block.length !== size) return undefined;
  const clear = toHex(xor(decrypt(algorithm, key, block), panPart(pan, size)));
  const length = Number.parseInt(clear.slice(0, 2), 16);
  if (length < 4 || length > 12) return undefined;
  const pin = clear.slice(2, 2 + length);
  return /^\d+$/.test(pin) && /^F*$/.test(clear.slice(2 + length)) ? pin : undefined;
}

/** The enciphered block ends one byte before the last (§4.6). Undefined: the track is too short to hold one. */
function trackBlock(track: string, size: number): { start: number; end: number } | undefined {
  const end = Math.ceil(track.length / 2) * 2 - 2;
  return end < size * 2 ? undefined : { start: end - size * 2, end };
}

function replaceBlock(track: string, size: number, change: (block: Uint8Array) => Uint8Array): string | undefined {
  const place = trackBlock(track, size);
  if (place === undefined) return undefined;
  const even = track.length % 2 === 0 ? track : `${track}0`;
  const changed = toHex(change(fromHex(even.slice(place.start, place.end))));
  return (even.slice(0, place.start) + changed + even.slice(place.end)).slice(0, track.length);
}

/** Track digits with `D`, enciphered; undefined when the track is too short. */
export function sealTrack(algorithm: Algorithm, key: Uint8Array, track: string): string | undefined {
  return replaceBlock(track, blockBytes(algorithm), (block) => encrypt(algorithm, key, block));
}

export function openTrack(algorithm: Algorithm, key: Uint8Array, track: string): string | undefined {
  return replaceBlock(track, blockBytes(algorithm), (block) => decrypt(algorithm, key, block));
}
