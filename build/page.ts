/** The simulator's page: tools/sim/page as one script, one stylesheet and index.html. */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

export async function buildPage(root: string, outDir: string): Promise<void> {
  const source = join(root, "tools/sim/page");
  mkdirSync(outDir, { recursive: true });
  await build({
    entryPoints: { page: join(source, "main.tsx"), style: join(source, "style.css") },
    outdir: outDir,
    bundle: true,
    platform: "browser",
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    charset: "utf8",
    minify: true,
    sourcemap: "linked",
    logLevel: "warning",
  });
  copyFileSync(join(source, "index.html"), join(outDir, "index.html"));
}
