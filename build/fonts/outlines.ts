/**
 * Glyph outlines of Noto Sans SC (npm @fontsource/noto-sans-sc, OFL-1.1), and of Unifont (npm @fontsource/unifont, OFL-1.1) for what Noto
 * lacks. Noto comes as a hundred numbered subsets; the single `chinese-simplified` file lacks a sixth of GB2312, so it is not used.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { create, type Font, type PathCommand } from "fontkit";

export interface Outline {
  /** In ems. */
  advance: number;
  /** Coordinates in ems, y up from the baseline. */
  commands: PathCommand[];
  /** Units of `commands` in an em. */
  unitsPerEm: number;
}

export type Weight = 300 | 400 | 500 | 700;

export interface OutlineSource {
  /** Undefined when no font has the character. */
  outline(codePoint: number): Outline | undefined;
}

/** Opens the subsets it needs, when it needs them. */
export function openOutlines(root: string, weight: Weight): OutlineSource {
  const folder = join(root, "node_modules/@fontsource/noto-sans-sc");
  const subsets = subsetIndex(folder);
  const opened = new Map<string, Font | undefined>();
  const open = (file: string): Font | undefined => {
    if (!opened.has(file)) opened.set(file, existsSync(file) ? create(readFileSync(file)) : undefined);
    return opened.get(file);
  };
  const unifont = join(root, "node_modules/@fontsource/unifont/files/unifont-latin-400-normal.woff2");
  return {
    outline(codePoint) {
      const names = [subsets.get(codePoint), "latin", "latin-ext", "cyrillic"].filter((name) => name !== undefined);
      const files = names.map((name) => join(folder, "files", `noto-sans-sc-${name}-${weight}-normal.woff2`));
      for (const file of [...files, unifont]) {
        const font = open(file);
        if (font?.hasGlyphForCodePoint(codePoint)) return read(font, codePoint);
      }
      return undefined;
    },
  };
}

function read(font: Font, codePoint: number): Outline {
  const glyph = font.glyphForCodePoint(codePoint);
  return { advance: glyph.advanceWidth / font.unitsPerEm, commands: glyph.path.commands, unitsPerEm: font.unitsPerEm };
}

/** Code point → numbered subset, from the package's own table of ranges ("[4]": "U+1f1e9-1f1f5,U+1f21a"). */
function subsetIndex(folder: string): Map<number, string> {
  const table = JSON.parse(readFileSync(join(folder, "unicode.json"), "utf8")) as Record<string, string>;
  const index = new Map<number, string>();
  for (const [name, ranges] of Object.entries(table)) {
    if (!name.startsWith("[")) continue;
    for (const range of ranges.split(",")) {
      const [first = 0, last = first] = range
        .replace("U+", "")
        .split("-")
        .map((hex) => Number.parseInt(hex, 16));
      for (let point = first; point <= last; point++) index.set(point, name.slice(1, -1));
    }
  }
  return index;
}
