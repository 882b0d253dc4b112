/**
 * The pad's arithmetic: check values, PIN blocks, MACs and track encryption (spec unionpay-8583 §4). Pure functions of bytes; what
 * may be done with which key is decided in ./pinpad.ts.
 */
import { constants, createCipheriv, createDecipheriv, createPublicKey, publicEncrypt } from "node:crypto";

export type Algorithm = "des" | "3des" | "sm4";
export type MacMethod = "ecb" | "x9.9" | "x9.19" | "sm4";

export interface Key {
  algorithm: Algorithm;
  bytes: Uint8Array;
}

export const KEY_BYTES: Readonly<Record<Algorithm, number>> = { des: 8, "3des": 16, sm4: 16 };
export const blockBytes = (algorithm: Algorithm): 8 | 16 => (algorithm === "sm4" ? 16 : 8);

/** ECB over whole blocks. Throws when the key or the data has a wrong length. */
export function encipher(key: Key, data: Uint8Array): Uint8Array {
  return ecb(createCipheriv, key, data);
}

export function decipher(key: Key, data: Uint8Array): Uint8Array {
  return ecb(createDecipheriv, key, data);
}

type Maker = typeof createCipheriv | typeof createDecipheriv;

function ecb(make: Maker, key: Key, data: Uint8Array): Uint8Array {
  if (key.bytes.length !== KEY_BYTES[key.algorithm])
    throw new Error(`a ${key.algorithm} key has ${KEY_BYTES[key.algorithm]} bytes`);
  const [name, bytes] = engineKey(key);
  const machine = make(name, bytes, null);
  machine.setAutoPadding(false);
  return new Uint8Array(Buffer.concat([machine.update(data), machine.final()]));
}

/** OpenSSL 3 refuses single DES; three equal parts of triple DES are the same thing. */
function engineKey(key: Key): [name: string, bytes: Uint8Array] {
  if (key.algorithm === "sm4") return ["sm4-ecb", key.bytes];
  const left = key.bytes.subarray(0, 8);
  const right = key.algorithm === "des" ? left : key.bytes.subarray(8, 16);
  return ["des-ede3-ecb", joined(left, right, left)];
}

/** First four bytes of one block of zeros enciphered under the key (§4.2). */
export function checkValue(key: Key): Uint8Array {
  return encipher(key, new Uint8Array(blockBytes(key.algorithm))).slice(0, 4);
}

/**
 * ISO 9564 format 0 (§4.4), or its 16-byte sibling for SM4 (§4.3). `digits` holds one PIN digit a byte. `pan`: all digits, or
 * undefined for a block without PAN. The result is enciphered; clear bytes are wiped before it returns.
 */
export function pinBlock(key: Key, digits: Uint8Array, pan: string | undefined): Uint8Array {
  const size = blockBytes(key.algorithm);
  const block = new Uint8Array(size).fill(0xff);
  block[0] = digits.length;
  digits.forEach((digit, i) => {
    const at = 1 + (i >> 1);
    block[at] = i % 2 === 0 ? (digit << 4) | 0x0f : (block[at]! & 0xf0) | digit;
  });
  if (pan !== undefined) {
    const account = pan.slice(-13, -1);
    for (let i = 0; i < 6; i++) block[size - 6 + i]! ^= Number.parseInt(account.slice(i * 2, i * 2 + 2), 16);
  }
  const enciphered = encipher(key, block);
  block.fill(0);
  return enciphered;
}

/** ISO 9564 format 2: `2`, the length, the digits, F to the end. What a card compares; it never leaves the pad as it is. */
function cardBlock(digits: Uint8Array): Uint8Array {
  const nibbles = [2, digits.length, ...digits];
  return Uint8Array.from({ length: 8 }, (_, i) => ((nibbles[i * 2] ?? 0x0f) << 4) | (nibbles[i * 2 + 1] ?? 0x0f));
}

export interface CardKey {
  modulus: Uint8Array;
  exponent: Uint8Array;
}

const SMALLEST_MODULUS_BYTES = 96;
const LARGEST_MODULUS_BYTES = 248;

/** Whether a PIN may be given under it: exponent 1, or a modulus that says less than it is long, would give the PIN to whoever asks. */
export function soundCardKey({ modulus, exponent }: CardKey): boolean {
  const size = modulus.length;
  const e = Buffer.from(exponent).toString("hex").replace(/^0+/, "");
  const sized = size >= SMALLEST_MODULUS_BYTES && size <= LARGEST_MODULUS_BYTES && modulus[0]! >= 0x80;
  return sized && modulus[size - 1]! % 2 === 1 && (e === "3" || e === "10001");
}

/** 7F ‖ block ‖ the card's challenge ‖ chance, under the card's key (EMV Book 2 §7.2). `random` gives 0 ≤ n < 1. */
export function encipherForCard(key: CardKey, challenge: Uint8Array, digits: Uint8Array, random: () => number): Uint8Array {
  const size = key.modulus.length;
  const plain = joined(Uint8Array.of(0x7f), cardBlock(digits), challenge, new Uint8Array(size - 17));
  for (let at = 17; at < size; at++) plain[at] = Math.floor(random() * 256);
  const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");
  const jwk = { kty: "RSA", n: base64url(key.modulus), e: base64url(key.exponent) };
  const enciphered = publicEncrypt(
    { key: createPublicKey({ key: jwk, format: "jwk" }), padding: constants.RSA_NO_PADDING },
    plain,
  );
  plain.fill(0);
  return new Uint8Array(enciphered);
}

/** Block ‖ the reader's challenge under the key that pad and reader share: one block of SM4. */
export function sealForReader(pairing: Uint8Array, challenge: Uint8Array, digits: Uint8Array): Uint8Array {
  const plain = joined(cardBlock(digits), challenge);
  const sealed = encipher({ algorithm: "sm4", bytes: pairing }, plain);
  plain.fill(0);
  return sealed;
}

/** Bytes of DE64 (§4.5, §4.3): 8 characters of hex for `ecb` and `sm4`, 8 binary bytes for X9.9 and X9.19. */
export function mac(method: MacMethod, key: Key, data: Uint8Array): Uint8Array {
  switch (method) {
    case "ecb":
      return foldMac(key, data, 8);
    case "sm4":
      return foldMac(key, data, 16);
    case "x9.9":
      return chain(key, data);
    case "x9.19": {
      const left: Key = { algorithm: "des", bytes: key.bytes.slice(0, 8) };
      const right: Key = { algorithm: "des", bytes: key.bytes.slice(8, 16) };
      return encipher(left, decipher(right, chain(left, data)));
    }
  }
}

/** XOR of all blocks, written as hex; first half enciphered, second half added, enciphered again; first eight hex characters. */
function foldMac(key: Key, data: Uint8Array, size: 8 | 16): Uint8Array {
  let fold = new Uint8Array(size);
  for (const block of blocks(data, size)) fold = xor(fold, block);
  const text = hexText(fold);
  const once = encipher(key, text.subarray(0, size));
  const twice = encipher(key, xor(once, text.subarray(size)));
  return hexText(twice).slice(0, 8);
}

function chain(key: Key, data: Uint8Array): Uint8Array {
  let value = new Uint8Array(8);
  for (const block of blocks(data, 8)) value = new Uint8Array(encipher(key, xor(value, block)));
  return value;
}

/**
 * Track 2 or 3 as DE35 and DE36 carry it (§4.6): digits and `D`, packed, the block that ends one byte before the last byte
 * enciphered. A track too short for that becomes longer: its bytes but the last are filled up with F to one block.
 */
export function encryptTrack(key: Key, track: string): Uint8Array {
  const size = blockBytes(key.algorithm);
  const packed = packDigits(track);
  const last = packed.length - 1;
  if (packed.length > size) {
    packed.set(encipher(key, packed.subarray(last - size, last)), last - size);
    return packed;
  }
  const filled = new Uint8Array(size).fill(0xff);
  filled.set(packed.subarray(0, last));
  return joined(encipher(key, filled), packed.subarray(last));
}

function packDigits(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, "hex"));
}

/** Blocks of `size` bytes, the last one filled with zeros. */
function blocks(data: Uint8Array, size: number): Uint8Array[] {
  const count = Math.ceil(data.length / size);
  return Array.from({ length: count }, (_, i) => {
    const block = new Uint8Array(size);
    block.set(data.subarray(i * size, (i + 1) * size));
    return block;
  });
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(a.map((byte, i) => byte ^ b[i]!));
}

function hexText(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.from(Buffer.from(bytes).toString("hex").toUpperCase(), "latin1"));
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
