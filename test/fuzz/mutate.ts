/** Changing inputs: a seeded draw, plain changes of bytes, of text and of JSON. Doors add their own. */

export interface Draw {
  /** A whole number from 0 to n - 1. */
  below(n: number): number;
  pick<T>(list: readonly T[]): T;
  chance(probability: number): boolean;
  bytes(count: number): Uint8Array;
}

/** `other`: another input of the same door. */
export type Mutator = (bytes: Uint8Array, draw: Draw, other: Uint8Array) => Uint8Array;

/** Mulberry32: the same seed, the same inputs. */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (n: number): number => Math.floor(next() * Math.max(1, n));
  return {
    below,
    pick: (list) => list[below(list.length)]!,
    chance: (probability) => next() < probability,
    bytes: (count) => Uint8Array.from({ length: count }, () => below(256)),
  };
}

const EDGES = [0x00, 0x01, 0x09, 0x0a, 0x0f, 0x10, 0x1d, 0x20, 0x60, 0x7f, 0x80, 0x99, 0x9a, 0xa0, 0xfe, 0xff];

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const changed = (bytes: Uint8Array, change: (copy: Uint8Array) => void): Uint8Array => {
  const copy = bytes.slice();
  if (copy.length > 0) change(copy);
  return copy;
};

/** A place and a length within `bytes`; short ones more often. */
function range(bytes: Uint8Array, draw: Draw): [from: number, to: number] {
  const from = draw.below(bytes.length + 1);
  const length = draw.chance(0.7) ? draw.below(9) : draw.below(bytes.length + 1);
  return [from, Math.min(bytes.length, from + length)];
}

const PLAIN: readonly Mutator[] = [
  // A bit, a byte, a nibble that is no decimal digit.
  (bytes, draw) => changed(bytes, (copy) => (copy[draw.below(copy.length)]! ^= 1 << draw.below(8))),
  (bytes, draw) => changed(bytes, (copy) => (copy[draw.below(copy.length)] = draw.pick(EDGES))),
  (bytes, draw) => changed(bytes, (copy) => (copy[draw.below(copy.length)] = draw.below(256))),
  (bytes, draw) => changed(bytes, (copy) => (copy[draw.below(copy.length)]! |= draw.pick([0xa0, 0x0a, 0xf0, 0x0f]))),
  // A number that lies: up or down by a little, or as large as it gets.
  (bytes, draw) => changed(bytes, (copy) => (copy[draw.below(copy.length)]! += draw.below(9) - 4)),
  (bytes, draw) =>
    changed(bytes, (copy) => {
      const at = draw.below(copy.length);
      copy.set(
        draw
          .pick([
            [0xff, 0xff],
            [0x00, 0x00],
            [0x7f, 0xff],
            [0x99, 0x99],
            [0x09, 0x99],
            [0x80, 0x00],
          ])
          .slice(0, copy.length - at),
        at,
      );
    }),
  // Taken out, doubled, moved in from elsewhere, cut off, grown.
  (bytes, draw) => {
    const [from, to] = range(bytes, draw);
    return join(bytes.subarray(0, from), bytes.subarray(to));
  },
  (bytes, draw) => {
    const [from, to] = range(bytes, draw);
    return join(bytes.subarray(0, to), bytes.subarray(from, to), bytes.subarray(to));
  },
  (bytes, draw, other) => {
    const [from, to] = range(other, draw);
    const at = draw.below(bytes.length + 1);
    return join(
      bytes.subarray(0, at),
      other.subarray(from, to),
      bytes.subarray(draw.chance(0.5) ? at : Math.min(bytes.length, at + to - from)),
    );
  },
  (bytes, draw, other) => join(bytes.subarray(0, draw.below(bytes.length + 1)), other.subarray(draw.below(other.length + 1))),
  (bytes, draw) => bytes.slice(0, draw.below(bytes.length + 1)),
  (bytes, draw) => {
    const at = draw.below(bytes.length + 1);
    return join(bytes.subarray(0, at), draw.bytes(1 + draw.below(8)), bytes.subarray(at));
  },
  (bytes, draw) => {
    const at = draw.below(bytes.length + 1);
    return join(bytes.subarray(0, at), new Uint8Array(1 << draw.below(11)).fill(draw.pick(EDGES)), bytes.subarray(at));
  },
];

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
export const bytesOf = (words: string): Uint8Array => new TextEncoder().encode(words);

/** Puts one of these words in, or in place of something. */
export const putWord =
  (words: readonly string[]): Mutator =>
  (bytes, draw) => {
    const [from, to] = range(bytes, draw);
    return join(bytes.subarray(0, from), bytesOf(draw.pick(words)), bytes.subarray(draw.chance(0.5) ? from : to));
  };

const HOSTILE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  1e308,
  2 ** 53,
  4_294_967_296,
  "",
  "\u0000",
  "😀\ud800",
  "__proto__",
  "constructor",
  "9".repeat(400),
  [],
  {},
  [[]],
  [null],
  { length: 4_294_967_295 },
  { toString: 1 },
];

type Node = Record<string, unknown> | unknown[];
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null;

/** Every place in a JSON value: its holder and its name there. */
function places(root: Node): { holder: Node; key: string }[] {
  return Object.entries(root).flatMap(([key, value]) => [{ holder: root, key }, ...(isNode(value) ? places(value) : [])]);
}

function changeOne(root: Node, draw: Draw): void {
  const all = places(root);
  if (all.length === 0) return;
  const { holder, key } = draw.pick(all);
  const tree = holder as Record<string, unknown>;
  const what = draw.below(6);
  if (what === 0) delete tree[key];
  else if (what === 1) tree[draw.pick(["__proto__", "constructor", "toString", "x", "0", key.toUpperCase()])] = tree[key];
  else if (what === 2) {
    const from = draw.pick(all);
    tree[key] = structuredClone((from.holder as Record<string, unknown>)[from.key]);
  } else if (what === 3 && typeof tree[key] === "string") {
    tree[key] = text(changePlainly(bytesOf(tree[key]), draw, bytesOf(tree[key])));
  } else if (what === 4 && typeof tree[key] === "number") tree[key] = tree[key] + draw.pick([-1, 1, 0.5, 1e9, -1e9]);
  else tree[key] = draw.pick(HOSTILE);
}

/** Changes a value of a JSON text (or of one of its lines) and leaves it JSON; a text that is none is given back. */
export const changeJson: Mutator = (bytes, draw) => {
  const lines = text(bytes).split("\n");
  const at = draw.below(lines.length);
  try {
    const value: unknown = JSON.parse(lines.length === 1 || draw.chance(0.5) ? lines[at]! : lines.join("\n"));
    const root = isNode(value) ? value : [value];
    for (let n = 0; n <= draw.below(3); n++) changeOne(root, draw);
    // A key of that name must be one of the text, which stringify alone never writes.
    return bytesOf(JSON.stringify(root).replaceAll('"x":', '"__proto__":'));
  } catch {
    return bytes;
  }
};

/** Brackets within brackets. */
export const nest: Mutator = (bytes, draw) => {
  const depth = 1 << draw.below(12);
  const [open, close] = draw.pick([
    ["[", "]"],
    ['{"a":', "}"],
    ["[", ""],
    ["(", ")"],
    ["- ", ""],
    ["{", "}"],
  ] as const);
  const at = draw.below(bytes.length + 1);
  return join(bytes.subarray(0, at), bytesOf(open.repeat(depth)), bytes.subarray(at), bytesOf(close.repeat(depth)));
};

function changePlainly(bytes: Uint8Array, draw: Draw, other: Uint8Array): Uint8Array {
  return draw.pick(PLAIN)(bytes, draw, other);
}

export interface Changes {
  mutators?: readonly Mutator[];
  words?: readonly string[];
  repair?: (bytes: Uint8Array) => Uint8Array;
  longest?: number;
}

const LONGEST = 4_096;

/** One to a few changes; whatever is broken by them is repaired as often as not. */
export function change(bytes: Uint8Array, draw: Draw, other: Uint8Array, changes: Changes): Uint8Array {
  const { mutators = [], words, repair, longest = LONGEST } = changes;
  const own = words === undefined ? mutators : [...mutators, putWord(words)];
  let now = bytes;
  for (let n = 0; n <= draw.below(4); n++) {
    now = own.length > 0 && draw.chance(0.5) ? draw.pick(own)(now, draw, other) : changePlainly(now, draw, other);
  }
  now = now.slice(0, longest);
  return repair !== undefined && draw.chance(0.7) ? repair(now) : now;
}
