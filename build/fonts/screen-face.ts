/** Writes a face of the display: "TSF1", see build/README.md. */
import type { Face } from "./faces.ts";
import type { OutlineSource } from "./outlines.ts";
import { type Bitmap, rasterise } from "./raster.ts";

const HEADER_BYTES = 12;
const ENTRY_BYTES = 12;
/** Noto's ideographs stand between -0.12 and 0.88 em: lines are a whole em and a little air, the baseline at 0.88. */
const ASCENT = 0.88;
/** A bullet takes a whole hanzi's room in Noto; ours stand for hidden digits and must be as wide as one. */
const BULLET = 0x2022;
const BLANK: Bitmap = { left: 0, top: 0, width: 0, height: 0, coverage: new Float32Array(0) };

export function screenFace(face: Face, source: OutlineSource): Uint8Array {
  const baseline = Math.round(face.size * ASCENT);
  const glyphs = face.characters().flatMap((codePoint) => {
    const outline = source.outline(codePoint);
    if (outline === undefined) return [];
    const scale = face.size / outline.unitsPerEm;
    const advance = (codePoint === BULLET ? source.outline(0x30) : outline)?.advance ?? outline.advance;
    const originX = ((advance - outline.advance) / 2) * face.size;
    const bitmap = rasterise(outline.commands, { scaleX: scale, scaleY: scale, originX, originY: baseline }) ?? BLANK;
    return [{ codePoint, advance: Math.round(advance * face.size), bitmap, packed: packNibbles(bitmap, face.boost) }];
  });
  const bitmapStart = HEADER_BYTES + glyphs.length * ENTRY_BYTES;
  const bytes = new Uint8Array(bitmapStart + glyphs.reduce((total, glyph) => total + glyph.packed.length, 0));
  const view = new DataView(bytes.buffer);
  bytes.set([..."TSF1"].map((letter) => letter.charCodeAt(0)));
  view.setUint16(4, glyphs.length, true);
  bytes.set([face.size, 4, baseline, Math.round(face.size * 1.25)], 6);
  let at = HEADER_BYTES;
  let offset = bitmapStart;
  for (const { codePoint, advance, bitmap, packed } of glyphs) {
    view.setUint16(at, codePoint, true);
    view.setUint8(at + 2, advance);
    view.setInt8(at + 3, bitmap.left);
    view.setInt8(at + 4, bitmap.top);
    view.setUint8(at + 5, bitmap.width);
    view.setUint8(at + 6, bitmap.height);
    view.setUint32(at + 8, offset, true);
    bytes.set(packed, offset);
    at += ENTRY_BYTES;
    offset += packed.length;
  }
  return bytes;
}

/** Four bits a pixel, left pixel in the high half, rows padded to whole bytes. */
function packNibbles({ width, height, coverage }: Bitmap, boost: number): Uint8Array {
  const stride = Math.ceil(width / 2);
  const bytes = new Uint8Array(stride * height);
  for (let i = 0; i < width * height; i++) {
    const level = Math.min(15, Math.round((coverage[i] ?? 0) * boost * 15));
    const x = i % width;
    const at = Math.floor(i / width) * stride + (x >> 1);
    bytes[at] = (bytes[at] ?? 0) | (x % 2 === 0 ? level << 4 : level);
  }
  return bytes;
}
