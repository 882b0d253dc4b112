/** The outside on native `qjs` (platform/native/main.ts), as one module for it. */
import { join } from "node:path";
import { build, type Plugin } from "esbuild";

/** The loader's needs of Node give way to those of native QuickJS. */
export const nativeNeeds = (root: string): Plugin => ({
  name: "native-needs",
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/needs\.ts$/ }, () => ({ path: join(root, "platform/native/loader/needs.ts") })),
});

export async function buildNative(root: string, dist: string): Promise<void> {
  await build({
    entryPoints: [join(root, "platform/native/main.ts")],
    outfile: join(dist, "native.js"),
    bundle: true,
    // Anything of Node in there fails the build.
    platform: "neutral",
    mainFields: ["module", "main"],
    format: "esm",
    target: "es2023",
    charset: "utf8",
    external: ["std", "os"],
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    logLevel: "warning",
    plugins: [nativeNeeds(root)],
  });
}
