/**
 * The fonts of the terminal: Noto Sans SC drawn into bitmaps, for the display and the printer. A cold build takes seconds, so each face is
 * kept in dist/cache under the hash of all it was made from, and made again only when that changes.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PRINT_FACE, SCREEN_FACES } from "./fonts/faces.ts";
import { type OutlineSource, openOutlines, type Weight } from "./fonts/outlines.ts";
import { printFace } from "./fonts/print-face.ts";
import { screenFace } from "./fonts/screen-face.ts";

interface Job {
  name: string;
  weight: Weight;
  characters: number[];
  make(source: OutlineSource): Uint8Array;
}

/** Puts `font-*.bin` into `assetsDir`; their layouts are in build/README.md. Throws when a file cannot be read or written. */
export async function buildFonts(root: string, assetsDir: string): Promise<void> {
  const cache = join(root, "dist", "cache", "fonts");
  mkdirSync(cache, { recursive: true });
  mkdirSync(assetsDir, { recursive: true });
  const ingredients = ingredientsHash(root);
  const sources = new Map<Weight, OutlineSource>();
  const sourceOf = (weight: Weight): OutlineSource => {
    const source = sources.get(weight) ?? openOutlines(root, weight);
    sources.set(weight, source);
    return source;
  };
  for (const job of jobs()) {
    const key = createHash("sha256").update(ingredients).update(job.characters.join()).digest("hex").slice(0, 20);
    const kept = join(cache, `${job.name}.${key}.bin`);
    if (!existsSync(kept)) writeWhole(kept, job.make(sourceOf(job.weight)));
    copyWhenDifferent(kept, join(assetsDir, `${job.name}.bin`));
  }
}

function jobs(): Job[] {
  const screen = SCREEN_FACES.map((face) => ({
    name: face.name,
    weight: face.weight,
    characters: face.characters(),
    make: (source: OutlineSource) => screenFace(face, source),
  }));
  const print = {
    name: PRINT_FACE.name,
    weight: PRINT_FACE.weight,
    characters: PRINT_FACE.characters(),
    make: (source: OutlineSource) => printFace(PRINT_FACE, source),
  };
  return [...screen, print];
}

/** The programs that draw, and the versions of what they draw from. */
function ingredientsHash(root: string): string {
  const hash = createHash("sha256");
  const folder = join(root, "build", "fonts");
  const files = readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
  const packages = ["@fontsource/noto-sans-sc", "@fontsource/unifont", "fontkit"].map((name) =>
    join(root, "node_modules", name, "package.json"),
  );
  for (const file of [...files, ...packages]) hash.update(readFileSync(file));
  return hash.digest("hex");
}

function copyWhenDifferent(from: string, to: string): void {
  const bytes = readFileSync(from);
  if (!existsSync(to) || !readFileSync(to).equals(bytes)) writeWhole(to, bytes);
}

/** Another build may run beside this one: a reader sees the old file or the new one, never half of it. */
function writeWhole(file: string, bytes: Uint8Array): void {
  const part = `${file}.${process.pid}.part`;
  writeFileSync(part, bytes);
  renameSync(part, file);
}
