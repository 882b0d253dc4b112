/** Keys, MAC, PIN block and track of the independent host (§4), on node:crypto alone. */
import { createCipheriv, createDecipheriv } from "node:crypto";

export interface WorkingKeys {
  pik: Buffer;
  mak: Buffer;
  tdk: Buffer;
}

export const TMK = Buffer.from("0123456789ABCDEFFEDCBA9876543210", "hex");

/** OpenSSL 3 refuses single DES; K|K as two-key triple DES is the same. */
const doubled = (key: Buffer): Buffer => (key.length === 8 ? Buffer.concat([key, key]) : key);

function tdes(key: Buffer, data: Buffer): Buffer {
  const cipher = createCipheriv("des-ede", doubled(key), null).setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

function untdes(key: Buffer, data: Buffer): Buffer {
  const cipher = createDecipheriv("des-ede", doubled(key), null).setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

const xor = (a: Buffer, b: Buffer): Buffer => Buffer.from(a.map((byte, i) => byte ^ (b[i] ?? 0)));
const kcv = (key: Buffer): Buffer => tdes(key, Buffer.alloc(8)).subarray(0, 4);

/** DE62 of a sign-on with 004 (§4.2), hex: PIK, MAK and TDK under the TMK, each with its check value. */
export function keyBlock({ pik, mak, tdk }: WorkingKeys): string {
  const under = (key: Buffer): Buffer => tdes(TMK, key);
  const parts = [under(pik), kcv(pik), under(mak), Buffer.alloc(8), kcv(mak), under(tdk), kcv(tdk)];
  return Buffer.concat(parts).toString("hex").toUpperCase();
}

/** §4.5: fold, hex, half, xor, half, hex, first eight characters. */
export function ecbMac(key: Buffer, mab: Buffer): string {
  const whole = Buffer.concat([mab, Buffer.alloc((8 - (mab.length % 8)) % 8)]);
  let fold: Buffer = Buffer.alloc(8);
  for (let at = 0; at < whole.length; at += 8) fold = xor(fold, whole.subarray(at, at + 8));
  const hex = Buffer.from(fold.toString("hex").toUpperCase(), "latin1");
  const first = tdes(key, hex.subarray(0, 8));
  return tdes(key, xor(first, hex.subarray(8, 16)))
    .toString("hex")
    .toUpperCase()
    .slice(0, 8);
}

/** §4.6, digits counted from 1: even n → n-17…n-2, odd n → n-16…n-1. */
export function clearTrack(tdk: Buffer, track: string): string {
  const n = track.length;
  const start = n % 2 === 0 ? n - 18 : n - 17;
  const clear = untdes(tdk, Buffer.from(track.slice(start, start + 16), "hex"))
    .toString("hex")
    .toUpperCase();
  return track.slice(0, start) + clear + track.slice(start + 16);
}

/** §4.4, format 0; undefined when the block is not one. */
export function clearPin(pik: Buffer, de52: string, pan: string): string | undefined {
  const block = untdes(pik, Buffer.from(de52, "hex"));
  const clear = xor(block, Buffer.from(`0000${pan.slice(-13, -1)}`, "hex"))
    .toString("hex")
    .toUpperCase();
  const length = Number.parseInt(clear.slice(0, 2), 16);
  const pin = clear.slice(2, 2 + length);
  const rest = clear.slice(2 + length);
  return length >= 4 && length <= 12 && /^\d+$/.test(pin) && /^F+$/.test(rest) ? pin : undefined;
}
