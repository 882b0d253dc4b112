/**
 * Cuts a stream of ESC/POS bytes into text bytes and commands (spec peripherals §3), whatever chunks it comes in. What a command
 * does is ./printer-page.ts; here is only how long it is.
 */

export const LF = 0x0a;
export const HT = 0x09;
const DLE = 0x10;
const ESC = 0x1b;
const FS = 0x1c;
const GS = 0x1d;
const NUL = 0x00;
const GS_V0 = 0x1d76;
/** Not a command of the printer: one row of the picture whose head was GS v 0. */
export const RASTER_ROW = 0x1d7600;

export interface Token {
  /** Text byte or single control code, prefix × 256 + operation, or RASTER_ROW. */
  code: number;
  args: Uint8Array;
  /** The bytes as they came. */
  raw: Uint8Array;
}

/** Commands that act at once, whatever waits before them. */
export interface RealTime {
  /** status: DLE EOT · recover: DLE ENQ · pulse: DLE DC4 1 · clear: DLE DC4 8. */
  kind: "status" | "recover" | "pulse" | "clear";
  n: number;
}

/** How many argument bytes follow: a number, or a function of those that came (undefined: not known yet). */
type Length = number | ((args: readonly number[]) => number | undefined);

const untilNul: Length = (args) => (args.at(-1) === NUL ? args.length : undefined);
/** A letter, a 16-bit length, that many bytes. */
const bracket: Length = (args) => (args.length < 3 ? undefined : 3 + args[1]! + args[2]! * 256);
const bigBracket: Length = (args) =>
  args.length < 5 ? undefined : 5 + args[1]! + args[2]! * 256 + args[3]! * 65536 + args[4]! * 16777216;

const LENGTHS: Readonly<Record<number, Readonly<Record<number, Length>>>> = {
  [ESC]: {
    12: 0,
    32: 1,
    33: 1,
    36: 2,
    37: 1,
    38: userCharacters,
    40: bracket,
    42: (args) => (args.length < 3 ? undefined : 3 + (args[1]! + args[2]! * 256) * (args[0]! >= 32 ? 3 : 1)),
    45: 1,
    50: 0,
    51: 1,
    61: 1,
    63: 1,
    64: 0,
    68: untilNul,
    69: 1,
    71: 1,
    74: 1,
    75: 1,
    76: 0,
    77: 1,
    82: 1,
    83: 0,
    84: 1,
    86: 1,
    87: 8,
    92: 2,
    97: 1,
    99: 2,
    100: 1,
    101: 1,
    105: 0,
    109: 0,
    112: 3,
    114: 1,
    116: 1,
    117: 1,
    118: 0,
    123: 1,
  },
  [GS]: {
    33: 1,
    36: 2,
    40: bracket,
    42: (args) => (args.length < 2 ? undefined : 2 + args[0]! * args[1]! * 8),
    47: 1,
    56: bigBracket,
    58: 0,
    66: 1,
    69: 1,
    72: 1,
    73: 1,
    76: 2,
    80: 2,
    84: 1,
    86: (args) => (args.length < 1 ? undefined : args[0]! >= 65 ? 2 : 1),
    87: 2,
    92: 2,
    94: 3,
    97: 1,
    98: 1,
    102: 1,
    103: 4,
    104: 1,
    107: (args) => {
      if (args.length < 2) return undefined;
      return args[0]! >= 65 ? 2 + args[1]! : args.at(-1) === NUL ? args.length : undefined;
    },
    114: 1,
    118: 6,
    119: 1,
  },
  [FS]: {
    33: 1,
    38: 0,
    40: bracket,
    45: 1,
    46: 0,
    50: 74,
    63: 2,
    67: 1,
    83: 2,
    87: 1,
    112: 2,
    113: storedPictures,
  },
  [DLE]: {
    4: (args) => (args.length < 1 ? undefined : args[0]! === 7 || args[0]! === 8 ? 2 : 1),
    5: 1,
    20: (args) => (args.length < 1 ? undefined : args[0]! === 8 ? 8 : 3),
  },
};

/** ESC &: y c1 c2, then for each character its width and y × width bytes. */
function userCharacters(args: readonly number[]): number | undefined {
  if (args.length < 3) return undefined;
  let at = 3;
  for (let c = args[1]!; c <= args[2]!; c++) {
    if (args.length <= at) return undefined;
    at += 1 + args[0]! * args[at]!;
  }
  return at;
}

/** FS q: n, then for each picture x and y (16 bits each) and x × y × 8 bytes. */
function storedPictures(args: readonly number[]): number | undefined {
  if (args.length < 1) return undefined;
  let at = 1;
  for (let i = 0; i < args[0]!; i++) {
    if (args.length < at + 4) return undefined;
    at += 4 + (args[at]! + args[at + 1]! * 256) * (args[at + 2]! + args[at + 3]! * 256) * 8;
  }
  return at;
}

const NO_ARGS = new Uint8Array(0);
const CLEAR_SEAL = [1, 3, 20, 1, 6, 2, 8];

export class EscposDecoder {
  readonly #onToken: (token: Token) => void;
  readonly #onRealTime: (command: RealTime, insideData: boolean) => void;
  #raw: number[] = [];
  #length: Length | undefined;
  #row: { bytes: number; left: number; collected: number[] } | undefined;
  #tail = [0, 0];

  /** `onRealTime` also hears look-alikes inside other commands' data; the printer decides whether it falls for them. */
  constructor(onToken: (token: Token) => void, onRealTime: (command: RealTime, insideData: boolean) => void) {
    this.#onToken = onToken;
    this.#onRealTime = onRealTime;
  }

  push(bytes: Uint8Array): void {
    for (const byte of bytes) this.#take(byte);
  }

  /** Bytes of a command that is not complete yet. */
  get partial(): number {
    return this.#raw.length + (this.#row?.collected.length ?? 0);
  }

  /** Forgets a command begun. */
  reset(): void {
    this.#raw = [];
    this.#length = undefined;
    this.#row = undefined;
    this.#tail = [0, 0];
  }

  #take(byte: number): void {
    if (this.#row !== undefined) this.#takeRow(byte);
    else if (this.#length !== undefined) this.#takeArgument(byte);
    else if (this.#raw.length === 1) this.#takeOperation(byte);
    else if (LENGTHS[byte] !== undefined) this.#raw = [byte];
    else this.#onToken({ code: byte, args: NO_ARGS, raw: new Uint8Array([byte]) });
  }

  #takeOperation(byte: number): void {
    const prefix = this.#raw[0]!;
    const length = LENGTHS[prefix]?.[byte];
    this.#raw.push(byte);
    // A command nobody knows: its two bytes go, and what follows prints as text, as on paper.
    if (length === undefined || length === 0) this.#emit();
    else this.#length = length;
  }

  #takeArgument(byte: number): void {
    if (this.#raw[0] !== DLE) this.#listen(byte);
    this.#raw.push(byte);
    const args = typeof this.#length === "number" ? undefined : this.#raw.slice(2);
    const needed =
      args === undefined ? (this.#length as number) : (this.#length as (args: readonly number[]) => number | undefined)(args);
    if (needed === undefined) return;
    if (this.#raw.length - 2 >= needed) this.#emit();
    else if (typeof this.#length !== "number" && needed > this.#raw.length) this.#fixLength(needed);
  }

  /** Once the length is known it need not be computed for every byte; but lists grow as they are read. */
  #fixLength(needed: number): void {
    const code = this.#raw[0]! * 256 + this.#raw[1]!;
    if (code !== 0x1b26 && code !== 0x1c71) this.#length = needed;
  }

  #emit(): void {
    const raw = new Uint8Array(this.#raw);
    const token = { code: raw[0]! * 256 + raw[1]!, args: raw.slice(2), raw };
    this.#raw = [];
    this.#length = undefined;
    this.#tail = [0, 0];
    if (raw[0] === DLE) {
      const command = realTime(raw);
      if (command !== undefined) this.#onRealTime(command, false);
      return;
    }
    this.#onToken(token);
    if (token.code !== GS_V0) return;
    const bytes = token.args[2]! + token.args[3]! * 256;
    const rows = token.args[4]! + token.args[5]! * 256;
    if (bytes > 0 && rows > 0) this.#row = { bytes, left: rows, collected: [] };
  }

  #takeRow(byte: number): void {
    const row = this.#row!;
    this.#listen(byte);
    row.collected.push(byte);
    if (row.collected.length < row.bytes) return;
    const raw = new Uint8Array(row.collected);
    row.collected = [];
    row.left -= 1;
    if (row.left === 0) this.#row = undefined;
    this.#onToken({ code: RASTER_ROW, args: raw, raw });
  }

  /** Data that looks like DLE EOT or DLE ENQ. */
  #listen(byte: number): void {
    const [first, second] = this.#tail as [number, number];
    if (first === DLE && (second === 0x04 || second === 0x05)) {
      const command = realTime(new Uint8Array([first, second, byte]));
      if (command !== undefined) this.#onRealTime(command, true);
    }
    this.#tail = [second, byte];
  }
}

function realTime(raw: Uint8Array): RealTime | undefined {
  const n = raw[2]!;
  if (raw[1] === 0x04 && n >= 1 && n <= 4) return { kind: "status", n };
  if (raw[1] === 0x05 && n >= 1 && n <= 2) return { kind: "recover", n };
  if (raw[1] !== 0x14) return undefined;
  if (n === 1) return { kind: "pulse", n: raw[3]! };
  const clears = n === 8 && CLEAR_SEAL.every((byte, i) => raw[3 + i] === byte);
  return clears ? { kind: "clear", n } : undefined;
}
