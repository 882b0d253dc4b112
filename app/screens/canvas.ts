/** Drawing into the display's pixels, inside a clip. */
import type { Rect } from "../../hal/display/display.ts";
import { clipped } from "../../hal/display/rects.ts";
import { disc, type Mask, maskOf } from "./shapes.ts";
import { glyphOf, type Type } from "./type.ts";

export interface Canvas {
  /** Nothing outside it is touched. */
  clip: Rect;
  fill(rect: Rect, color: number): void;
  rounded(rect: Rect, radius: number, color: number): void;
  /** A rounded frame around what lies inside. */
  framed(rect: Rect, radius: number, stroke: number, color: number, inside: number): void;
  stamp(mask: Mask, x: number, y: number, color: number): void;
  /** `y` is the top of the line; the baseline is that of the type's first face. */
  text(type: Type, text: string, x: number, y: number, color: number): void;
}

export function createCanvas(pixels: Uint16Array, width: number, height: number): Canvas {
  const whole = { x: 0, y: 0, w: width, h: height };

  /** Sixteen steps from what lies there to the colour; text stands on few colours, so they are kept. */
  const ramps = new Map<number, Uint16Array>();
  const rampOf = (from: number, to: number): Uint16Array => {
    const key = from * 65536 + to;
    const kept = ramps.get(key);
    if (kept !== undefined) return kept;
    if (ramps.size > 256) ramps.clear();
    const ramp = new Uint16Array(16);
    for (let level = 0; level < 16; level++) ramp[level] = mixed(from, to, level);
    ramps.set(key, ramp);
    return ramp;
  };

  const blend = (at: number, color: number, level: number): void => {
    if (level === 15) pixels[at] = color;
    else if (level > 0) pixels[at] = rampOf(pixels[at] ?? 0, color)[level] ?? color;
  };

  const canvas: Canvas = {
    clip: whole,
    fill(rect, color) {
      const part = clipped(rect, canvas.clip);
      if (part === undefined) return;
      for (let y = part.y; y < part.y + part.h; y++) pixels.fill(color, y * width + part.x, y * width + part.x + part.w);
    },
    rounded(rect, radius, color) {
      const r = Math.min(radius, rect.w >> 1, rect.h >> 1);
      canvas.fill({ x: rect.x + r, y: rect.y, w: rect.w - 2 * r, h: rect.h }, color);
      canvas.fill({ x: rect.x, y: rect.y + r, w: r, h: rect.h - 2 * r }, color);
      canvas.fill({ x: rect.x + rect.w - r, y: rect.y + r, w: r, h: rect.h - 2 * r }, color);
      const [right, bottom] = [rect.x + rect.w - r, rect.y + rect.h - r];
      canvas.stamp(corner(r, "left", "top"), rect.x, rect.y, color);
      canvas.stamp(corner(r, "right", "top"), right, rect.y, color);
      canvas.stamp(corner(r, "left", "bottom"), rect.x, bottom, color);
      canvas.stamp(corner(r, "right", "bottom"), right, bottom, color);
    },
    framed(rect, radius, stroke, color, inside) {
      canvas.rounded(rect, radius, color);
      const inner = { x: rect.x + stroke, y: rect.y + stroke, w: rect.w - 2 * stroke, h: rect.h - 2 * stroke };
      canvas.rounded(inner, Math.max(0, radius - stroke), inside);
    },
    stamp(mask, x, y, color) {
      const part = clipped({ x, y, w: mask.width, h: mask.height }, canvas.clip);
      if (part === undefined) return;
      for (let row = part.y; row < part.y + part.h; row++) {
        const from = (row - y) * mask.width - x;
        for (let column = part.x; column < part.x + part.w; column++) {
          blend(row * width + column, color, mask.levels[from + column] ?? 0);
        }
      }
    },
    text(type, text, x, y, color) {
      const baseline = y + type.faces[0].baseline;
      let pen = x;
      for (const character of text) {
        const found = glyphOf(type, character.codePointAt(0) ?? 0);
        if (found === undefined) continue;
        const { glyph, face } = found;
        const left = pen + glyph.left;
        const top = baseline - face.baseline + glyph.top;
        pen += glyph.advance;
        const part = clipped({ x: left, y: top, w: glyph.width, h: glyph.height }, canvas.clip);
        if (part === undefined) continue;
        const stride = (glyph.width + 1) >> 1;
        for (let row = part.y; row < part.y + part.h; row++) {
          const line = glyph.offset + (row - top) * stride;
          for (let column = part.x; column < part.x + part.w; column++) {
            const packed = face.bytes[line + ((column - left) >> 1)] ?? 0;
            blend(row * width + column, color, (column - left) % 2 === 0 ? packed >> 4 : packed & 15);
          }
        }
      }
    },
  };
  return canvas;
}

function mixed(from: number, to: number, level: number): number {
  const mix = (shift: number, bits: number): number => {
    const [a, b] = [(from >> shift) & bits, (to >> shift) & bits];
    return Math.round(a + ((b - a) * level) / 15) << shift;
  };
  return mix(11, 31) | mix(5, 63) | mix(0, 31);
}

const corners = new Map<string, Mask>();

function corner(radius: number, side: "left" | "right", end: "top" | "bottom"): Mask {
  const key = `${radius} ${side} ${end}`;
  const mask =
    corners.get(key) ?? maskOf(disc(side === "left" ? radius : 0, end === "top" ? radius : 0, radius), radius, radius, 1);
  corners.set(key, mask);
  return mask;
}
