/** The firmware bundle: app/main.ts and all it imports, as one script for any QuickJS of the ES2023 age. */
import { join } from "node:path";
import { build, type BuildOptions } from "esbuild";
import { ABI_BANNER } from "../platform/abi.ts";

export const firmwareOptions = (root: string): BuildOptions => ({
  entryPoints: [join(root, "app/main.ts")],
  bundle: true,
  platform: "neutral",
  mainFields: ["module", "main"],
  format: "iife",
  target: "es2023",
  charset: "utf8",
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  sourcemap: "external",
  banner: { js: ABI_BANNER },
  logLevel: "warning",
});

export async function buildFirmware(root: string, dist: string): Promise<void> {
  await build({ ...firmwareOptions(root), outfile: join(dist, "firmware.js") });
}
