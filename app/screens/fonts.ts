/** The faces the build has drawn (layout "TSF1" in build/README.md), read in place. */
import type { System } from "../../platform/guest/system.ts";

export interface Glyph {
  advance: number;
  /** Of the bitmap, from the pen and the top of the line. */
  left: number;
  top: number;
  width: number;
  height: number;
  /** Four bits a pixel, rows padded to whole bytes, from `offset` of the face's bytes. */
  offset: number;
}

export interface Face {
  readonly name: string;
  readonly size: number;
  readonly baseline: number;
  readonly lineHeight: number;
  readonly bytes: Uint8Array;
  glyph(codePoint: number): Glyph | undefined;
}

export interface Fonts {
  /** 16 px: anything that data can bring. */
  text: Face;
  /** 20 px, medium. */
  title: Face;
  /** 28 px, medium: our own words only. */
  large: Face;
  /** 44 px: digits and the signs of money and time. */
  digits: Face;
  /** 54 px, light: a clock. */
  clock: Face;
  /** 13 px: digits. */
  status: Face;
}

/** Throws Error when the package lacks a face or one is not of this layout: without fonts there is nothing to show. */
export function loadFonts(system: Pick<System, "asset">): Fonts {
  const open = (name: string): Face => {
    const bytes = system.asset(`${name}.bin`);
    if (bytes === undefined) throw new Error(`the firmware package lacks ${name}.bin: build it again`);
    return openFace(name, bytes);
  };
  return {
    text: open("font-text-16"),
    title: open("font-title-20"),
    large: open("font-large-28"),
    digits: open("font-digits-44"),
    clock: open("font-clock-54"),
    status: open("font-status-13"),
  };
}

const HEADER_BYTES = 12;
const ENTRY_BYTES = 12;

export function openFace(name: string, bytes: Uint8Array): Face {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = String.fromCharCode(...bytes.subarray(0, 4));
  if (magic !== "TSF1" || bytes[7] !== 4 || bytes.length < HEADER_BYTES) throw new Error(`${name}.bin is not a 4-bit TSF1 face`);
  const count = view.getUint16(4, true);
  if (bytes.length < HEADER_BYTES + count * ENTRY_BYTES) throw new Error(`${name}.bin is cut short: build it again`);
  const known = new Map<number, Glyph | undefined>();

  const find = (codePoint: number): Glyph | undefined => {
    let [low, high] = [0, count - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const at = HEADER_BYTES + middle * ENTRY_BYTES;
      const found = view.getUint16(at, true);
      if (found === codePoint) {
        const glyph = {
          advance: view.getUint8(at + 2),
          left: view.getInt8(at + 3),
          top: view.getInt8(at + 4),
          width: view.getUint8(at + 5),
          height: view.getUint8(at + 6),
          offset: view.getUint32(at + 8, true),
        };
        // A picture that would lie beyond the file is none.
        return glyph.offset + ((glyph.width + 1) >> 1) * glyph.height <= bytes.length ? glyph : undefined;
      }
      if (found < codePoint) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  };

  return {
    name,
    size: view.getUint8(6),
    baseline: view.getUint8(8),
    lineHeight: view.getUint8(9),
    bytes,
    glyph(codePoint) {
      if (!known.has(codePoint)) known.set(codePoint, find(codePoint));
      return known.get(codePoint);
    },
  };
}
