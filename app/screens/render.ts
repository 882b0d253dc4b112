/** Draws screens on the display, and only what changed. */
import type { Display, Rect } from "../../hal/display/display.ts";
import { clipped, merged, overlap } from "../../hal/display/rects.ts";
import { createCanvas } from "./canvas.ts";
import type { Fonts } from "./fonts.ts";
import type { Item } from "./items.ts";
import { layout } from "./layout.ts";
import { PALETTE } from "./palette.ts";
import type { Screen, StatusBar } from "./tree.ts";
import { typeSet } from "./type.ts";

export interface Renderer {
  /** Throws what the display's `flush` throws; the next draw then sends everything. */
  draw(screen: Screen, status: StatusBar): void;
  /** The next draw sends everything: the panel was replugged. */
  forget(): void;
}

export function createRenderer(display: Display, fonts: Fonts): Renderer {
  const types = typeSet(fonts);
  const bounds = { x: 0, y: 0, w: display.width, h: display.height };
  const canvas = createCanvas(display.pixels, display.width, display.height);
  let shown: Item[] | undefined;

  const paint = (items: readonly Item[], damage: Rect): void => {
    canvas.clip = damage;
    canvas.fill(damage, PALETTE.ground);
    for (const item of items) if (overlap(item.rect, damage)) item.paint(canvas);
  };

  return {
    draw(screen, status) {
      const next = layout(screen, status, types, display.width, display.height);
      const changed = shown === undefined ? [bounds] : differences(shown, next);
      const damage = merged(changed.map((rect) => clipped(rect, bounds)).filter((rect) => rect !== undefined));
      shown = undefined;
      for (const rect of damage) paint(next, rect);
      display.flush(damage);
      shown = next;
    },
    forget() {
      shown = undefined;
    },
  };
}

/** Where an item went or came. Items that stay keep their order, since every screen is stacked in the same one. */
function differences(before: readonly Item[], after: readonly Item[]): Rect[] {
  const was = new Set(before.map((item) => item.key));
  const is = new Set(after.map((item) => item.key));
  const gone = before.filter((item) => !is.has(item.key));
  const come = after.filter((item) => !was.has(item.key));
  return [...gone, ...come].map((item) => item.rect);
}
