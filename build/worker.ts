/** The Worker in which the engine runs (platform/node/worker.ts), as a file that Node can start. */
import { join } from "node:path";
import { build } from "esbuild";

export async function buildWorker(root: string, dist: string): Promise<void> {
  await build({
    entryPoints: [join(root, "platform/node/worker.ts")],
    outfile: join(dist, "worker.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: "inline",
    logLevel: "warning",
  });
}
