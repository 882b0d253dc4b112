/** The firmware bundle: app/main.ts and all it imports, as one script for any QuickJS of the ES2023 age. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build, type BuildOptions } from "esbuild";
import { ABI_BANNER } from "../platform/abi.ts";

/** Of the chip kernel's sources: eight hex digits that change with any of them (shown under 版本). */
export function kernelChecksum(root: string): string {
  const room = join(root, "app/emv");
  const hash = createHash("sha256");
  for (const file of readdirSync(room).sort())
    if (file.endsWith(".ts")) hash.update(`${file}\0`).update(readFileSync(join(room, file)));
  return hash.digest("hex").slice(0, 8).toUpperCase();
}

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
  define: { EMV_CHECKSUM: JSON.stringify(kernelChecksum(root)) },
  logLevel: "warning",
});

export async function buildFirmware(root: string, dist: string): Promise<void> {
  await build({ ...firmwareOptions(root), outfile: join(dist, "firmware.js") });
}
