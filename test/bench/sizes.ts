/** How large the firmware package is. */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { firmware, root } from "../flow/in-process.ts";
import type { Section } from "./figures.ts";

const gzipped = (bytes: Uint8Array | string): number => gzipSync(bytes, { level: 9 }).length;

export async function sizes(): Promise<Section> {
  const { bundle, assets } = firmware();
  const plain = await build({
    entryPoints: [join(root, "app/main.ts")],
    bundle: true,
    write: false,
    platform: "neutral",
    mainFields: ["module", "main"],
    format: "iife",
    target: "es2023",
    charset: "utf8",
  });
  const files = Object.values(assets);
  const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    title: "Size of the firmware package",
    figures: [
      { what: "bundle, plain", value: sum(plain.outputFiles.map(({ contents }) => contents.length)), unit: "bytes" },
      { what: "bundle, minified as built", value: Buffer.byteLength(bundle.code), unit: "bytes" },
      { what: "bundle, as built, gzip -9", value: gzipped(bundle.code), unit: "bytes" },
      { what: "assets", value: sum(files.map(({ length }) => length)), unit: "bytes", note: `${files.length} files` },
      { what: "assets, gzip -9", value: sum(files.map(gzipped)), unit: "bytes" },
    ],
  };
}
