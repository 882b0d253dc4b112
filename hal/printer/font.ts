/** The printer's own glyphs for characters it does not have: font-print-24.bin, layout in build/README.md. */
const MAGIC = [0x54, 0x50, 0x46, 0x31];
const HEAD_BYTES = 8;
export const GLYPH_DOTS = 24;
export const HALF_DOTS = 12;
const ROW_BYTES = 3;
const GLYPH_BYTES = GLYPH_DOTS * ROW_BYTES;
export const BLANK_GLYPH = new Uint8Array(GLYPH_BYTES);

export class PrintFont {
  readonly #file: Uint8Array;
  readonly #count: number;

  /** Undefined when the file is no such font. */
  static open(file: Uint8Array | undefined): PrintFont | undefined {
    if (file === undefined || file.length < HEAD_BYTES) return undefined;
    const count = (file[4] as number) | ((file[5] as number) << 8);
    const whole = HEAD_BYTES + count * (2 + GLYPH_BYTES) === file.length;
    const size = file[6] === GLYPH_DOTS && file[7] === GLYPH_DOTS;
    return whole && size && MAGIC.every((byte, at) => file[at] === byte) ? new PrintFont(file, count) : undefined;
  }

  private constructor(file: Uint8Array, count: number) {
    this.#file = file;
    this.#count = count;
  }

  /** 24 rows of 3 bytes, most significant bit left. */
  glyph(cp: number): Uint8Array | undefined {
    let low = 0;
    let high = this.#count - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const at = HEAD_BYTES + middle * 2;
      const found = (this.#file[at] as number) | ((this.#file[at + 1] as number) << 8);
      if (found === cp) {
        const from = HEAD_BYTES + this.#count * 2 + middle * GLYPH_BYTES;
        return this.#file.subarray(from, from + GLYPH_BYTES);
      }
      if (found < cp) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }
}

export interface Picture {
  rows: number;
  rowBytes: number;
  bits: Uint8Array;
}

/** One line of text as dots; `glyphs` from left to right, a half-width one takes 12 columns. */
export function drawLine(glyphs: readonly { glyph: Uint8Array; half: boolean }[], rows: number, bold: boolean): Picture {
  const width = glyphs.reduce((sum, { half }) => sum + (half ? HALF_DOTS : GLYPH_DOTS), 0);
  const rowBytes = Math.ceil(width / 8);
  const bits = new Uint8Array(rowBytes * rows);
  let x = 0;
  for (const { glyph, half } of glyphs) {
    const columns = half ? HALF_DOTS : GLYPH_DOTS;
    for (let y = 0; y < GLYPH_DOTS; y++) {
      for (let column = 0; column < columns; column++) {
        const on = dot(glyph, y, column) || (bold && column > 0 && dot(glyph, y, column - 1));
        if (!on) continue;
        const at = x + column;
        const place = y * rowBytes + (at >> 3);
        bits[place] = (bits[place] as number) | (0x80 >> (at & 7));
      }
    }
    x += columns;
  }
  return { rows, rowBytes, bits };
}

const dot = (glyph: Uint8Array, y: number, column: number): boolean =>
  ((glyph[y * ROW_BYTES + (column >> 3)] as number) & (0x80 >> (column & 7))) !== 0;
