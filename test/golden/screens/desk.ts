/** Draws samples into memory, with the fonts of dist/assets. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Fonts, loadFonts } from "../../../app/screens/fonts.ts";
import { createRenderer } from "../../../app/screens/render.ts";
import type { Screen, StatusBar } from "../../../app/screens/tree.ts";
import type { Display, Rect } from "../../../hal/display/display.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();

export function builtFonts(): Fonts {
  return loadFonts({
    asset(name) {
      const file = join(root, "dist", "assets", name);
      return existsSync(file) ? new Uint8Array(readFileSync(file)) : undefined;
    },
  });
}

/** A display in memory that remembers what was flushed. */
export function memoryDisplay(width = 320, height = 240): Display & { flushed: Rect[] } {
  const flushed: Rect[] = [];
  return {
    width,
    height,
    pixels: new Uint16Array(width * height),
    flushed,
    flush: (damage) => void flushed.push(...damage),
    close: () => {},
  };
}

export function drawn(screen: Screen, status: StatusBar, fonts: Fonts): Uint16Array {
  const display = memoryDisplay();
  createRenderer(display, fonts).draw(screen, status);
  return display.pixels;
}
