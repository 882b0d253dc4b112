/** GB18030 for the printer and for text from the host. The table is the package's gb18030.bin (layout: build/gb18030.ts). */
import { DeviceError } from "../errors.ts";

const MAGIC = [0x47, 0x42, 0x31, 0x38];
const PAGE_OF_AT = 8;
const PAGES_AT = 264;
const PAGE_BYTES = 512;
const NO_PAGE = 0xff;
const RUN_BYTES = 6;
const SUPPLEMENTARY = 189_000;
const REPLACEMENT = 0xfffd;

export class Gb18030 {
  readonly #table: Uint8Array;
  readonly #runsAt: number;
  readonly #runCount: number;
  #points: Map<number, number> | undefined;

  /** Throws DeviceError "fault" when the table is damaged. */
  constructor(table: Uint8Array) {
    const pages = word(table, 4);
    this.#table = table;
    this.#runCount = word(table, 6);
    this.#runsAt = PAGES_AT + pages * PAGE_BYTES;
    const whole = this.#runsAt + this.#runCount * RUN_BYTES;
    if (MAGIC.some((byte, at) => table[at] !== byte) || table.length !== whole) {
      throw new DeviceError("printer", "fault", "gb18030.bin of the firmware package is damaged");
    }
  }

  /** The two-byte code of a code point, or undefined when it has none (ASCII, four-byte). */
  twoByte(cp: number): number | undefined {
    if (cp > 0xffff) return undefined;
    const page = this.#table[PAGE_OF_AT + (cp >> 8)] as number;
    if (page === NO_PAGE) return undefined;
    const code = word(this.#table, PAGES_AT + page * PAGE_BYTES + (cp & 0xff) * 2);
    return code === 0 ? undefined : code;
  }

  /** One character's bytes: one, two or four; undefined when GB18030 has no place for it (lone surrogates). */
  encodePoint(cp: number): number[] | undefined {
    if (cp < 0x80) return [cp];
    const code = this.twoByte(cp);
    if (code !== undefined) return [code >> 8, code & 0xff];
    const index = cp > 0xffff ? SUPPLEMENTARY + cp - 0x10000 : this.#fourByteIndex(cp);
    if (index === undefined) return undefined;
    const [a, b, c, d] = [Math.floor(index / 12_600), Math.floor(index / 1_260) % 10, Math.floor(index / 10) % 126, index % 10];
    return [0x81 + a, 0x30 + b, 0x81 + c, 0x30 + d];
  }

  /** What cannot be written becomes `?`. */
  encode(text: string): Uint8Array {
    const bytes: number[] = [];
    for (const char of text) bytes.push(...(this.encodePoint(char.codePointAt(0) as number) ?? [0x3f]));
    return Uint8Array.from(bytes);
  }

  /** Damaged sequences become U+FFFD. */
  decode(bytes: Uint8Array): string {
    let text = "";
    for (let at = 0; at < bytes.length; ) {
      const { cp, size } = this.#pointAt(bytes, at);
      text += String.fromCodePoint(cp);
      at += size;
    }
    return text;
  }

  #pointAt(bytes: Uint8Array, at: number): { cp: number; size: number } {
    const [a, b, c, d] = [bytes[at] as number, bytes[at + 1], bytes[at + 2], bytes[at + 3]];
    if (a < 0x80) return { cp: a, size: 1 };
    if (b === undefined) return { cp: REPLACEMENT, size: 1 };
    if (b >= 0x40) {
      const cp = this.#twoBytePoints().get((a << 8) | b);
      // A lead byte before ASCII took nothing with it.
      return cp === undefined ? { cp: REPLACEMENT, size: b < 0x80 ? 1 : 2 } : { cp, size: 2 };
    }
    const index = fourByteIndex(a, b, c, d);
    const cp = index === undefined ? undefined : this.#fourBytePoint(index);
    return cp === undefined ? { cp: REPLACEMENT, size: 1 } : { cp, size: 4 };
  }

  /** Made when the first text is decoded: printing alone never needs it. */
  #twoBytePoints(): Map<number, number> {
    if (this.#points !== undefined) return this.#points;
    this.#points = new Map();
    for (let cp = 0x80; cp <= 0xffff; cp++) {
      if (this.#table[PAGE_OF_AT + (cp >> 8)] === NO_PAGE) {
        cp |= 0xff;
        continue;
      }
      const code = this.twoByte(cp);
      if (code !== undefined) this.#points.set(code, cp);
    }
    return this.#points;
  }

  #run(at: number): { cp: number; index: number; count: number } {
    const from = this.#runsAt + at * RUN_BYTES;
    return { cp: word(this.#table, from), index: word(this.#table, from + 2), count: word(this.#table, from + 4) };
  }

  #fourByteIndex(cp: number): number | undefined {
    let low = 0;
    let high = this.#runCount - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const run = this.#run(middle);
      if (cp < run.cp) high = middle - 1;
      else if (cp >= run.cp + run.count) low = middle + 1;
      else return run.index + cp - run.cp;
    }
    return undefined;
  }

  #fourBytePoint(index: number): number | undefined {
    if (index >= SUPPLEMENTARY) {
      const cp = index - SUPPLEMENTARY + 0x10000;
      return cp <= 0x10ffff ? cp : undefined;
    }
    for (let at = 0; at < this.#runCount; at++) {
      const run = this.#run(at);
      if (index >= run.index && index < run.index + run.count) return run.cp + index - run.index;
    }
    return undefined;
  }
}

function fourByteIndex(a: number, b: number, c: number | undefined, d: number | undefined): number | undefined {
  const good =
    a >= 0x81 &&
    a <= 0xfe &&
    b >= 0x30 &&
    b <= 0x39 &&
    c !== undefined &&
    c >= 0x81 &&
    c <= 0xfe &&
    d !== undefined &&
    d >= 0x30 &&
    d <= 0x39;
  return good ? (a - 0x81) * 12_600 + (b - 0x30) * 1_260 + (c - 0x81) * 10 + (d - 0x30) : undefined;
}

const word = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
