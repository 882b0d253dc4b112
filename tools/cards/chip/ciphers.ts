/** Block ciphers and MACs of the card's two profiles (§10). */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { cut, fromHex, type Hex, size, toHex, xor, zeros } from "./hex.ts";

/** 3des: two keys, blocks of 8 · sm4: blocks of 16. Keys have 16 bytes. */
export type Cipher = "3des" | "sm4";

export const blockSize = (cipher: Cipher): number => (cipher === "sm4" ? 16 : 8);

const NAMES = { "3des": "des-ede", sm4: "sm4-ecb" } as const;

/** Whole blocks, each by itself. */
export function encipher(cipher: Cipher, key: Hex, data: Hex): Hex {
  const engine = createCipheriv(NAMES[cipher], fromHex(key), null).setAutoPadding(false);
  return toHex(Buffer.concat([engine.update(fromHex(data)), engine.final()]));
}

export function decipher(cipher: Cipher, key: Hex, data: Hex): Hex {
  const engine = createDecipheriv(NAMES[cipher], fromHex(key), null).setAutoPadding(false);
  return toHex(Buffer.concat([engine.update(fromHex(data)), engine.final()]));
}

/** 80, then zeros up to a whole block. */
export function padded(cipher: Cipher, data: Hex): Hex {
  const block = blockSize(cipher) * 2;
  const marked = `${data}80`;
  return marked.padEnd(Math.ceil(marked.length / block) * block, "0");
}

/** MAC algorithm 3 with DES, CBC-MAC with SM4; over the data with 80 padding; the leftmost 8 bytes. */
export function mac(cipher: Cipher, key: Hex, data: Hex): Hex {
  return cipher === "sm4" ? chain("sm4", key, padded("sm4", data)).slice(0, 16) : retail(key, padded("3des", data));
}

function chain(cipher: Cipher, key: Hex, data: Hex): Hex {
  const block = blockSize(cipher);
  let state = zeros(block);
  for (let at = 0; at < size(data); at += block) state = encipher(cipher, key, xor(cut(data, at, at + block), state));
  return state;
}

function retail(key: Hex, data: Hex): Hex {
  const [left, right] = [cut(key, 0, 8), cut(key, 8, 16)];
  // A key whose halves are the same makes triple DES single.
  return encipher("3des", left + left, decipher("3des", right + right, chain("3des", left + left, data)));
}
