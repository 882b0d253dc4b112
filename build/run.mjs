#!/usr/bin/env node
// Runs a TypeScript program of this repository: bundles it with esbuild into dist/run, then imports it.
// Usage: node build/run.mjs tools/sim/main.ts [arguments…]
import { mkdirSync, realpathSync, rmSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(realpathSync(fileURLToPath(import.meta.url))));
const [entry, ...rest] = process.argv.slice(2);
if (entry === undefined) {
  console.error("usage: node build/run.mjs FILE.ts [arguments…]");
  process.exit(2);
}
const source = resolve(root, entry);
const outfile = join(
  root,
  "dist",
  "run",
  `${relative(root, source)
    .replace(/[\\/]/g, "-")
    .replace(/\.tsx?$/, "")}-${process.pid}.mjs`,
);
mkdirSync(dirname(outfile), { recursive: true });
await build({
  entryPoints: [source],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  packages: "external",
  sourcemap: "inline",
  logLevel: "warning",
});
// Programs find the repository through this, never through their own (bundled) place.
process.env.TAEL_ROOT = root;
process.setSourceMapsEnabled(true);
process.argv = [process.argv[0] ?? "node", source, ...rest];
process.on("exit", () => {
  try {
    // The bundle was only a means; each run makes its own.
    rmSync(outfile, { force: true });
  } catch {}
});
await import(pathToFileURL(outfile).href);
