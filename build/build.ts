/** Builds everything the terminal and the desk need into dist/. Each part is skipped when its inputs have not changed. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { buildCa } from "./ca/ca.ts";
import { buildFirmware } from "./firmware.ts";
import { buildFonts } from "./fonts.ts";
import { buildGb18030 } from "./gb18030.ts";
import { buildNative } from "./native.ts";
import { buildPage } from "./page.ts";
import { buildWorker } from "./worker.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();

export async function buildAll(): Promise<void> {
  const dist = join(root, "dist");
  const assets = join(dist, "assets");
  mkdirSync(assets, { recursive: true });
  buildGb18030(assets);
  buildCa(dist);
  await Promise.all([
    buildFirmware(root, dist),
    buildWorker(root, dist),
    buildNative(root, dist),
    buildPage(root, join(dist, "page")),
    buildFonts(root, assets),
  ]);
}

if (process.argv[1]?.endsWith("build/build.ts")) await buildAll();
