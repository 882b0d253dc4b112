/** Rectangles of a screen: what a display and whoever draws on it need of them. */
import type { Rect } from "./display.ts";

/** The part of `rect` inside `bounds`, in whole pixels; undefined when there is none. */
export function clipped(rect: Rect, bounds: Rect): Rect | undefined {
  const x = Math.max(Math.floor(rect.x), bounds.x);
  const y = Math.max(Math.floor(rect.y), bounds.y);
  const w = Math.min(Math.ceil(rect.x + rect.w), bounds.x + bounds.w) - x;
  const h = Math.min(Math.ceil(rect.y + rect.h), bounds.y + bounds.h) - y;
  return w > 0 && h > 0 ? { x, y, w, h } : undefined;
}

export function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/** Covers the same pixels with rectangles that do not overlap one another. */
export function merged(rects: readonly Rect[]): Rect[] {
  const apart: Rect[] = [];
  for (const rect of rects) {
    let grown = rect;
    for (
      let i = apart.findIndex((other) => overlap(grown, other));
      i >= 0;
      i = apart.findIndex((other) => overlap(grown, other))
    ) {
      grown = around(grown, apart[i] ?? grown);
      apart.splice(i, 1);
    }
    apart.push(grown);
  }
  return apart;
}

function around(a: Rect, b: Rect): Rect {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return { x, y, w: Math.max(a.x + a.w, b.x + b.w) - x, h: Math.max(a.y + a.h, b.y + b.h) - y };
}
