/** The printer's own character memory: 24×24 dots, Latin in the left 12 columns. Read from dist/assets/font-print-24.bin. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Bitmap } from "./bitmap.ts";

const CELL = 24;
const GLYPH_BYTES = (CELL * CELL) / 8;
const HEAD_BYTES = 8;
export const HALF = 12;

/** ASCII and its like take half a cell. */
export const isHalf = (character: string): boolean => character.codePointAt(0)! < 0x100;

export class PrintFont {
  readonly #file: Uint8Array;
  readonly #places: ReadonlyMap<number, number>;
  readonly #drawn = new Map<string, Bitmap>();
  #byDots: Map<string, string> | undefined;

  /** Without the file every character prints as a box: the words still reach `paper`. */
  constructor(path: string = defaultPath()) {
    this.#file = existsSync(path) ? new Uint8Array(readFileSync(path)) : new Uint8Array(0);
    this.#places = index(this.#file);
  }

  has(character: string): boolean {
    return this.#places.has(character.codePointAt(0)!);
  }

  /** 12 or 24 dots wide, 24 high; not to be drawn on. */
  glyph(character: string): Bitmap {
    let drawn = this.#drawn.get(character);
    if (drawn === undefined) this.#drawn.set(character, (drawn = this.#draw(character)));
    return drawn;
  }

  #draw(character: string): Bitmap {
    const width = isHalf(character) ? HALF : CELL;
    const at = this.#places.get(character.codePointAt(0)!);
    if (at === undefined) return character === " " || character === "\u3000" ? new Bitmap(width, CELL) : box(width);
    return crop(Bitmap.unpack(this.#file.subarray(at, at + GLYPH_BYTES), CELL, CELL), 0, width);
  }

  /** The character that looks exactly so, when `picture` is one cell or half a cell of this font. */
  recognise(picture: Bitmap): string | undefined {
    if (picture.height !== CELL) return undefined;
    this.#byDots ??= this.#allByDots();
    return this.#byDots.get(dotsKey(picture));
  }

  /** Of characters that look alike the one with the lowest code point wins. */
  #allByDots(): Map<string, string> {
    const all = new Map<string, string>();
    for (const [code, at] of this.#places) {
      const character = String.fromCodePoint(code);
      const rows = this.#file.subarray(at, at + GLYPH_BYTES);
      const key = isHalf(character) ? dotsKey(this.glyph(character)) : rowsKey(CELL, rows);
      if (!all.has(key)) all.set(key, character);
    }
    return all;
  }

  /** Reads a picture one line high that was drawn with this font; undefined when any part of it is something else. */
  readLine(picture: Bitmap): string | undefined {
    let text = "";
    for (let x = 0; x < picture.width; ) {
      const whole = crop(picture, x, CELL);
      const half = crop(picture, x, HALF);
      const character = half.blank ? " " : (this.recognise(whole) ?? this.recognise(half));
      if (character === undefined) return undefined;
      text += character;
      x += isHalf(character) ? HALF : CELL;
    }
    return text.trimEnd();
  }
}

let own: PrintFont | undefined;

/** The font in dist, read once for all printers of this process. */
export function ownFont(): PrintFont {
  own ??= new PrintFont();
  return own;
}

function defaultPath(): string {
  return join(process.env.TAEL_ROOT ?? process.cwd(), "dist", "assets", "font-print-24.bin");
}

/** Code point → offset of its rows. Magic "TPF1", count, cell size, code points, rows. */
function index(file: Uint8Array): Map<number, number> {
  const places = new Map<number, number>();
  if (file.length < HEAD_BYTES || Buffer.from(file.subarray(0, 4)).toString("latin1") !== "TPF1") return places;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const count = view.getUint16(4, true);
  const rowsAt = HEAD_BYTES + count * 2;
  for (let i = 0; i < count; i++) places.set(view.getUint16(HEAD_BYTES + i * 2, true), rowsAt + i * GLYPH_BYTES);
  return places;
}

function box(width: number): Bitmap {
  const bitmap = new Bitmap(width, CELL);
  for (let y = 3; y < CELL - 3; y++) {
    for (let x = 1; x < width - 1; x++) if (y === 3 || y === CELL - 4 || x === 1 || x === width - 2) bitmap.set(x, y);
  }
  return bitmap;
}

function crop(bitmap: Bitmap, at: number, width: number): Bitmap {
  return bitmap.map(width, bitmap.height, (x, y) => [at + x, y]);
}

function dotsKey(bitmap: Bitmap): string {
  return rowsKey(bitmap.width, bitmap.pack());
}

function rowsKey(width: number, rows: Uint8Array): string {
  return `${width}:${Buffer.from(rows).toString("latin1")}`;
}
