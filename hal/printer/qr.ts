/** QR codes (ISO/IEC 18004), byte mode, level M: for printers that cannot draw them, and for displays. */
import type { Picture } from "./font.ts";

/** Check bytes a block, and blocks, of versions 1 to 40 at level M. */
const CHECK_BYTES = [
  10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 28, 28, 28, 28, 28,
];
const BLOCKS = [
  1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38,
  40, 43, 45, 47, 49,
];
const LEVEL_M = 0;
const VERSIONS = 40;
/** White modules on each side. */
export const QUIET_MODULES = 4;

export interface QrModules {
  size: number;
  mask: number;
  dark(x: number, y: number): boolean;
}

/** Modules a side for so many bytes, without the quiet zone. Throws RangeError beyond version 40. */
export function qrSize(bytes: number): number {
  return 17 + 4 * versionFor(bytes);
}

/** The module size asked for, or the largest with which the code fits the paper; `dots` is the code's height with it. */
export function fittingModuleDots(bytes: number, wanted: number, widthDots: number): { moduleDots: number; dots: number } {
  const modules = qrSize(bytes) + 2 * QUIET_MODULES;
  const moduleDots = Math.max(1, Math.min(16, Math.floor(wanted), Math.floor(widthDots / modules)));
  return { moduleDots, dots: modules * moduleDots };
}

/** The code with its quiet zone as dots. */
export function qrCode(data: Uint8Array, moduleDots: number): Picture {
  const code = qrModules(data);
  const side = (code.size + 2 * QUIET_MODULES) * moduleDots;
  const rowBytes = Math.ceil(side / 8);
  const bits = new Uint8Array(rowBytes * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [column, row] = [Math.floor(x / moduleDots) - QUIET_MODULES, Math.floor(y / moduleDots) - QUIET_MODULES];
      if (!code.dark(column, row)) continue;
      const at = y * rowBytes + (x >> 3);
      bits[at] = (bits[at] as number) | (0x80 >> (x & 7));
    }
  }
  return { rows: side, rowBytes, bits };
}

/** `mask` undefined: the one the standard's penalties choose. */
export function qrModules(data: Uint8Array, mask?: number): QrModules {
  const version = versionFor(data.length);
  const grid = new Grid(version);
  grid.place(interleaved(codewords(data, version), version));
  const chosen = mask ?? grid.bestMask();
  grid.apply(chosen);
  return { size: grid.size, mask: chosen, dark: (x, y) => x >= 0 && y >= 0 && x < grid.size && y < grid.size && grid.dark(x, y) };
}

const lengthBits = (version: number): number => (version < 10 ? 8 : 16);

function versionFor(bytes: number): number {
  for (let version = 1; version <= VERSIONS; version++) {
    if (4 + lengthBits(version) + 8 * bytes <= 8 * dataBytes(version)) return version;
  }
  throw new RangeError(`a QR code of level M holds at most 2331 bytes, not ${bytes}`);
}

const alignmentsASide = (version: number): number => (version === 1 ? 0 : Math.floor(version / 7) + 2);

/** All codewords, data and check. */
function allBytes(version: number): number {
  const side = alignmentsASide(version);
  let bits = (16 * version + 128) * version + 64;
  if (side > 0) bits -= (25 * side - 10) * side - 55;
  if (version >= 7) bits -= 36;
  return bits >> 3;
}

const checkBytes = (version: number): number => CHECK_BYTES[version - 1] as number;
const blocksOf = (version: number): number => BLOCKS[version - 1] as number;
const dataBytes = (version: number): number => allBytes(version) - checkBytes(version) * blocksOf(version);

function codewords(data: Uint8Array, version: number): Uint8Array {
  const bits: number[] = [];
  const push = (value: number, count: number) => {
    for (let bit = count - 1; bit >= 0; bit--) bits.push((value >> bit) & 1);
  };
  push(0b0100, 4);
  push(data.length, lengthBits(version));
  for (const byte of data) push(byte, 8);
  const capacity = dataBytes(version) * 8;
  push(0, Math.min(4, capacity - bits.length));
  push(0, -bits.length & 7);
  for (let pad = 0xec; bits.length < capacity; pad ^= 0xec ^ 0x11) push(pad, 8);
  return Uint8Array.from({ length: capacity / 8 }, (_, at) =>
    bits.slice(at * 8, at * 8 + 8).reduce((byte, bit) => (byte << 1) | bit, 0),
  );
}

/** Data split into blocks, check bytes of each, then all read across. */
function interleaved(data: Uint8Array, version: number): Uint8Array {
  const count = blocksOf(version);
  const check = checkBytes(version);
  const shorter = Math.floor(data.length / count);
  const longFrom = count - (data.length % count);
  const divisor = generator(check);
  const blocks: { data: Uint8Array; check: Uint8Array }[] = [];
  for (let block = 0, at = 0; block < count; block++) {
    const length = shorter + (block >= longFrom ? 1 : 0);
    const part = data.subarray(at, at + length);
    blocks.push({ data: part, check: remainder(part, divisor) });
    at += length;
  }
  const out: number[] = [];
  for (let at = 0; at <= shorter; at++)
    for (const block of blocks) if (at < block.data.length) out.push(block.data[at] as number);
  for (let at = 0; at < check; at++) for (const block of blocks) out.push(block.check[at] as number);
  return Uint8Array.from(out);
}

/** In GF(256) with polynomial 11D. */
function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= ((b >> bit) & 1) * a;
  }
  return product & 0xff;
}

function generator(degree: number): Uint8Array {
  const poly = new Uint8Array(degree);
  poly[degree - 1] = 1;
  let root = 1;
  for (let i = 0; i < degree; i++) {
    for (let at = 0; at < degree; at++) poly[at] = times(poly[at] as number, root) ^ (poly[at + 1] ?? 0);
    root = times(root, 2);
  }
  return poly;
}

function remainder(data: Uint8Array, divisor: Uint8Array): Uint8Array {
  const rest = new Uint8Array(divisor.length);
  for (const byte of data) {
    const factor = byte ^ (rest[0] as number);
    rest.copyWithin(0, 1);
    rest[rest.length - 1] = 0;
    for (let at = 0; at < rest.length; at++) rest[at] = (rest[at] as number) ^ times(divisor[at] as number, factor);
  }
  return rest;
}

const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

class Grid {
  readonly size: number;
  readonly #version: number;
  readonly #dark: Uint8Array;
  /** Finder, timing, alignment, format and version modules: masks leave them alone. */
  readonly #fixed: Uint8Array;

  constructor(version: number) {
    this.#version = version;
    this.size = 17 + 4 * version;
    this.#dark = new Uint8Array(this.size * this.size);
    this.#fixed = new Uint8Array(this.size * this.size);
    this.#patterns();
  }

  dark(x: number, y: number): boolean {
    return this.#dark[y * this.size + x] === 1;
  }

  /** Upwards and downwards in pairs of columns from the right, around what is fixed. */
  place(bytes: Uint8Array): void {
    let bit = 0;
    for (let right = this.size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      for (let step = 0; step < this.size; step++) {
        const upwards = ((right + 1) & 2) === 0;
        const y = upwards ? this.size - 1 - step : step;
        for (const x of [right, right - 1]) {
          if (this.#fixed[y * this.size + x] === 1 || bit >= bytes.length * 8) continue;
          this.#dark[y * this.size + x] = ((bytes[bit >> 3] as number) >> (7 - (bit & 7))) & 1;
          bit++;
        }
      }
    }
  }

  bestMask(): number {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let mask = 0; mask < MASKS.length; mask++) {
      this.apply(mask);
      const penalty = this.#penalty();
      if (penalty < least) [best, least] = [mask, penalty];
      this.#flip(mask);
    }
    return best;
  }

  apply(mask: number): void {
    this.#flip(mask);
    this.#format(mask);
  }

  #flip(mask: number): void {
    const hit = MASKS[mask] as (x: number, y: number) => boolean;
    for (let y = 0; y < this.size; y++) {
      for (let x = 0; x < this.size; x++) {
        const at = y * this.size + x;
        if (this.#fixed[at] === 0 && hit(x, y)) this.#dark[at] = (this.#dark[at] as number) ^ 1;
      }
    }
  }

  #set(x: number, y: number, dark: boolean): void {
    this.#dark[y * this.size + x] = dark ? 1 : 0;
    this.#fixed[y * this.size + x] = 1;
  }

  #patterns(): void {
    for (let i = 0; i < this.size; i++) {
      this.#set(6, i, i % 2 === 0);
      this.#set(i, 6, i % 2 === 0);
    }
    for (const [x, y] of [
      [3, 3],
      [this.size - 4, 3],
      [3, this.size - 4],
    ] as const)
      this.#finder(x, y);
    const places = this.#alignments();
    const last = places.length - 1;
    for (const [i, y] of places.entries()) {
      for (const [j, x] of places.entries()) {
        const corner = (i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0);
        if (!corner) this.#alignment(x, y);
      }
    }
    this.#format(0);
    this.#versionBits();
  }

  #finder(cx: number, cy: number): void {
    for (let dy = -4; dy <= 4; dy++) {
      for (let dx = -4; dx <= 4; dx++) {
        const [x, y] = [cx + dx, cy + dy];
        const ring = Math.max(Math.abs(dx), Math.abs(dy));
        if (x >= 0 && y >= 0 && x < this.size && y < this.size) this.#set(x, y, ring !== 2 && ring !== 4);
      }
    }
  }

  #alignment(cx: number, cy: number): void {
    for (let dy = -2; dy <= 2; dy++) {
      for (let dx = -2; dx <= 2; dx++) this.#set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
    }
  }

  #alignments(): number[] {
    const count = alignmentsASide(this.#version);
    if (count === 0) return [];
    const step = this.#version === 32 ? 26 : Math.ceil((this.#version * 4 + 4) / (count * 2 - 2)) * 2;
    const places = Array.from({ length: count - 1 }, (_, i) => this.size - 7 - i * step);
    return [6, ...places.reverse()];
  }

  #format(mask: number): void {
    const value = (LEVEL_M << 3) | mask;
    let rest = value;
    for (let i = 0; i < 10; i++) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
    const bits = ((value << 10) | rest) ^ 0x5412;
    const bit = (i: number): boolean => ((bits >> i) & 1) === 1;
    for (let i = 0; i <= 5; i++) this.#set(8, i, bit(i));
    this.#set(8, 7, bit(6));
    this.#set(8, 8, bit(7));
    this.#set(7, 8, bit(8));
    for (let i = 9; i < 15; i++) this.#set(14 - i, 8, bit(i));
    for (let i = 0; i < 8; i++) this.#set(this.size - 1 - i, 8, bit(i));
    for (let i = 8; i < 15; i++) this.#set(8, this.size - 15 + i, bit(i));
    this.#set(8, this.size - 8, true);
  }

  #versionBits(): void {
    if (this.#version < 7) return;
    let rest = this.#version;
    for (let i = 0; i < 12; i++) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
    const bits = (this.#version << 12) | rest;
    for (let i = 0; i < 18; i++) {
      const dark = ((bits >> i) & 1) === 1;
      const [a, b] = [this.size - 11 + (i % 3), Math.floor(i / 3)];
      this.#set(a, b, dark);
      this.#set(b, a, dark);
    }
  }

  #penalty(): number {
    let penalty = 0;
    let darkCount = 0;
    for (let i = 0; i < this.size; i++) {
      penalty += linePenalty(this.size, (at) => this.dark(at, i));
      penalty += linePenalty(this.size, (at) => this.dark(i, at));
    }
    for (let y = 0; y < this.size; y++) {
      for (let x = 0; x < this.size; x++) {
        const dark = this.dark(x, y);
        if (dark) darkCount++;
        const square =
          x > 0 && y > 0 && dark === this.dark(x - 1, y) && dark === this.dark(x, y - 1) && dark === this.dark(x - 1, y - 1);
        if (square) penalty += 3;
      }
    }
    const percent = (darkCount * 100) / (this.size * this.size);
    return penalty + Math.floor(Math.abs(percent - 50) / 5) * 10;
  }
}

/** Dark-light runs that look like a finder, with four light modules before or after. */
const FINDER_LIKE = [0b10111010000, 0b00001011101];

function linePenalty(size: number, dark: (at: number) => boolean): number {
  let penalty = 0;
  let run = 0;
  let window = 0;
  for (let at = 0; at < size; at++) {
    run = at > 0 && dark(at) === dark(at - 1) ? run + 1 : 1;
    if (run === 5) penalty += 3;
    else if (run > 5) penalty += 1;
    window = ((window << 1) | (dark(at) ? 1 : 0)) & 0x7ff;
    if (at >= 10 && FINDER_LIKE.includes(window)) penalty += 40;
  }
  return penalty;
}
