/** Writes the printer's face: "TPF1", see build/README.md. */
import type { PRINT_FACE } from "./faces.ts";
import type { OutlineSource } from "./outlines.ts";
import { type Bitmap, rasterise } from "./raster.ts";

const ASCENT = 0.88;
/** Letters stand higher and a little smaller than hanzi, so that g, p and y keep their tails in the cell. */
const ASCII = { baseline: 19, scale: 0.93 };

export function printFace(face: typeof PRINT_FACE, source: OutlineSource): Uint8Array {
  const { size } = face;
  const glyphs = face.characters().flatMap((codePoint) => {
    const outline = source.outline(codePoint);
    if (outline === undefined) return [];
    // Two ASCII characters stand in the room of one hanzi, so that columns line up; wide letters are condensed to fit.
    const isAscii = codePoint < 0x7f;
    const cell = isAscii ? size / 2 : size;
    const em = isAscii ? size * ASCII.scale : size;
    const natural = outline.advance * em;
    const squeeze = Math.min(1, cell / natural);
    const scale = em / outline.unitsPerEm;
    const bitmap = rasterise(outline.commands, {
      scaleX: scale * squeeze,
      scaleY: scale,
      originX: (cell - natural * squeeze) / 2,
      originY: isAscii ? ASCII.baseline : Math.round(size * ASCENT),
    });
    return [{ codePoint, rows: bitmap === undefined ? new Uint8Array((size * size) / 8) : dots(bitmap, size, face.threshold) }];
  });
  const glyphBytes = (size * size) / 8;
  const bitmapStart = 8 + glyphs.length * 2;
  const bytes = new Uint8Array(bitmapStart + glyphs.length * glyphBytes);
  const view = new DataView(bytes.buffer);
  bytes.set([..."TPF1"].map((letter) => letter.charCodeAt(0)));
  view.setUint16(4, glyphs.length, true);
  bytes.set([size, size], 6);
  glyphs.forEach(({ codePoint, rows }, i) => {
    view.setUint16(8 + i * 2, codePoint, true);
    bytes.set(rows, bitmapStart + i * glyphBytes);
  });
  return bytes;
}

/** One bit a dot, most significant bit left; what sticks out of the cell is cut off. */
function dots({ left, top, width, height, coverage }: Bitmap, size: number, threshold: number): Uint8Array {
  const bytes = new Uint8Array((size * size) / 8);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = [left + x, top + y];
      const inside = column >= 0 && column < size && row >= 0 && row < size;
      if (!inside || (coverage[y * width + x] ?? 0) < threshold) continue;
      const at = (row * size + column) >> 3;
      bytes[at] = (bytes[at] ?? 0) | (0x80 >> (column % 8));
    }
  }
  return bytes;
}
