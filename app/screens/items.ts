/**
 * What is drawn, as a list: each item covers a rectangle, and its key says all that makes its pixels. Two items with the same key look the
 * same, so comparing two lists tells what has changed.
 */
import type { Rect } from "../../hal/display/display.ts";
import type { Canvas } from "./canvas.ts";
import type { Mask } from "./shapes.ts";
import { lineHeight, type Type, widthOf } from "./type.ts";

export interface Item {
  readonly rect: Rect;
  readonly key: string;
  paint(canvas: Canvas): void;
}

function item(kind: string, rect: Rect, looks: string, paint: (canvas: Canvas) => void): Item {
  return { rect, key: `${kind} ${rect.x},${rect.y} ${rect.w}x${rect.h} ${looks}`, paint };
}

export function filled(rect: Rect, color: number): Item {
  return item("fill", rect, String(color), (canvas) => canvas.fill(rect, color));
}

export function rounded(rect: Rect, radius: number, color: number): Item {
  return item("rounded", rect, `${radius} ${color}`, (canvas) => canvas.rounded(rect, radius, color));
}

export function framed(rect: Rect, radius: number, stroke: number, color: number, inside: number): Item {
  return item("framed", rect, `${radius} ${stroke} ${color} ${inside}`, (canvas) =>
    canvas.framed(rect, radius, stroke, color, inside),
  );
}

/** `name` says which mask it is. */
export function stamped(name: string, mask: Mask, x: number, y: number, color: number): Item {
  return item("stamp", { x, y, w: mask.width, h: mask.height }, `${name} ${color}`, (canvas) => canvas.stamp(mask, x, y, color));
}

/** One line of text; `y` is its top. */
export function lettered(type: Type, text: string, x: number, y: number, color: number): Item {
  // Some letters reach a pixel beyond their advance.
  const rect = { x: x - 1, y: y - 1, w: widthOf(type, text) + 2, h: lineHeight(type) + 2 };
  return item("text", rect, `${type.faces[0].name} ${color} ${text}`, (canvas) => canvas.text(type, text, x, y, color));
}
