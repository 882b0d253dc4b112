/** The firmware bundle: app/main.ts and all it imports, as one script for any QuickJS of the ES2023 age. */
import { join } from "node:path";
import { build } from "esbuild";
import { ABI_BANNER } from "../platform/abi.ts";

export async function buildFirmware(root: string, dist: string): Promise<void> {
  await build({
    entryPoints: [join(root, "app/main.ts")],
    outfile: join(dist, "firmware.js"),
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
}
