/** The outside on native `qjs` (platform/native/main.ts), as one module for it. */
import { join } from "node:path";
import { build, type Plugin } from "esbuild";

/** The loader's needs of Node give way to those of native QuickJS. */
const nativeNeeds = (root: string): Plugin => ({
  name: "native-needs",
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/needs\.ts$/ }, () => ({ path: join(root, "platform/native/loader/needs.ts") })),
});

export const buildNative = (root: string, dist: string): Promise<void> =>
  nativeModule(root, join(root, "platform/native/main.ts"), join(dist, "native.js"));

/** One module for native `qjs`, out of whatever of this outside `entry` asks for. */
export async function nativeModule(root: string, entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
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
