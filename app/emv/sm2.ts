/** SM2 signatures, verified (GB/T 32918.2, curve of GB/T 32918.5). Only public things come in, so nothing here runs in constant time. */
import { concat, fromText } from "./bytes.ts";
import { fromBig, toBig } from "./rsa.ts";
import { sm3 } from "./sm3.ts";

const P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn;
const A = P - 3n;
const B = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n;
const N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
const GX = 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n;
const GY = 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n;
const BYTES = 32;
/** Whom Z is made for when nobody says (§6.5). */
const DEFAULT_ID = "1234567812345678";

/** Jacobian: x/z², y/z³; z = 0 at infinity. */
interface Point {
  x: bigint;
  y: bigint;
  z: bigint;
}

const INFINITY: Point = { x: 1n, y: 1n, z: 0n };
const GENERATOR: Point = { x: GX, y: GY, z: 1n };

/**
 * Whether `signature` (r ‖ s, 64 bytes) is `key`'s (x ‖ y, 64 bytes) over the message. False for whatever is malformed: a point off the
 * curve, a zero.
 */
export function sm2Verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array, id = DEFAULT_ID): boolean {
  if (key.length !== 2 * BYTES || signature.length !== 2 * BYTES) return false;
  const point = { x: toBig(key.subarray(0, BYTES)), y: toBig(key.subarray(BYTES)), z: 1n };
  const r = toBig(signature.subarray(0, BYTES));
  const s = toBig(signature.subarray(BYTES));
  if (!onCurve(point) || r === 0n || r >= N || s === 0n || s >= N) return false;
  const t = (r + s) % N;
  if (t === 0n) return false;
  const sum = twoProducts(s, GENERATOR, t, point);
  if (sum.z === 0n) return false;
  const e = toBig(sm3(concat(identity(key, id), message)));
  return (e + affineX(sum)) % N === r;
}

/** Z of a public key. */
function identity(key: Uint8Array, id: string): Uint8Array {
  const name = fromText(id);
  const bits = name.length * 8;
  const curve = [A, B, GX, GY].map((value) => fromBig(value, BYTES));
  return sm3(concat(Uint8Array.of(bits >> 8, bits & 0xff), name, ...curve, key));
}

function onCurve({ x, y }: Point): boolean {
  return x < P && y < P && mod(y * y - (x * x * x + A * x + B)) === 0n;
}

/** a·p + b·q, two bits of both scalars at once, from the top. */
function twoProducts(a: bigint, p: Point, b: bigint, q: Point): Point {
  const sums = smallSums(p, q);
  const [digitsA, digitsB] = [quarters(a), quarters(b)];
  let sum = INFINITY;
  digitsA.forEach((digit, i) => {
    sum = double(double(sum));
    const both = 4 * digit + (digitsB[i] ?? 0);
    if (both > 0) sum = add(sum, sums[both] ?? INFINITY);
  });
  return sum;
}

/** i·p + j·q at 4i + j, for i and j up to 3. */
function smallSums(p: Point, q: Point): Point[] {
  const few = (point: Point): Point[] => [INFINITY, point, double(point), add(double(point), point)];
  const [ofP, ofQ] = [few(p), few(q)];
  return ofP.flatMap((i) => ofQ.map((j) => add(i, j)));
}

/** 128 digits of two bits, made from bytes: see fromBig. */
function quarters(value: bigint): number[] {
  return [...fromBig(value, BYTES)].flatMap((byte) => [byte >> 6, (byte >> 4) & 3, (byte >> 2) & 3, byte & 3]);
}

/** For a curve whose a is −3. */
function double({ x, y, z }: Point): Point {
  if (z === 0n) return INFINITY;
  const zz = mod(z * z);
  const yy = mod(y * y);
  const s = mod(4n * x * yy);
  const m = mod(3n * (x - zz) * (x + zz));
  const x3 = mod(m * m - 2n * s);
  return { x: x3, y: mod(m * (s - x3) - 8n * yy * yy), z: mod(2n * y * z) };
}

function add(p: Point, q: Point): Point {
  if (p.z === 0n) return q;
  if (q.z === 0n) return p;
  const [zz1, zz2] = [mod(p.z * p.z), mod(q.z * q.z)];
  const [u1, u2] = [mod(p.x * zz2), mod(q.x * zz1)];
  const [s1, s2] = [mod(p.y * zz2 * q.z), mod(q.y * zz1 * p.z)];
  const h = mod(u2 - u1);
  const r = mod(s2 - s1);
  if (h === 0n) return r === 0n ? double(p) : INFINITY;
  const hh = mod(h * h);
  const hhh = mod(hh * h);
  const v = mod(u1 * hh);
  const x = mod(r * r - hhh - 2n * v);
  return { x, y: mod(r * (v - x) - s1 * hhh), z: mod(h * p.z * q.z) };
}

function affineX({ x, z }: Point): bigint {
  const inverse = invert(z);
  return mod(x * inverse * inverse);
}

/** Extended Euclid; `value` is not 0. */
function invert(value: bigint): bigint {
  let [low, high, u, v] = [mod(value), P, 1n, 0n];
  while (low > 1n) {
    const quotient = high / low;
    [low, high, u, v] = [high - quotient * low, low, v - quotient * u, u];
  }
  return mod(u);
}

function mod(value: bigint): bigint {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}
