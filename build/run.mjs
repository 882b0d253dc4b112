#!/usr/bin/env node
// Runs a TypeScript program of this repository: bundles it with esbuild into dist/run, then imports it. A bundle is used again while none of the
// files that went into it has changed.
// Usage: node build/run.mjs tools/sim/main.ts [arguments…]
import { mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const DAY_MS = 24 * 3_600_000;

const root = dirname(dirname(realpathSync(fileURLToPath(import.meta.url))));
const [entry, ...rest] = process.argv.slice(2);
if (entry === undefined) {
  console.error("usage: node build/run.mjs FILE.ts [arguments…]");
  process.exit(2);
}
const source = resolve(root, entry);
const folder = join(root, "dist", "run");
const name = relative(root, source)
  .replace(/[\\/]/g, "-")
  .replace(/\.tsx?$/, "");
/** Says which bundle is the newest, and of what it was made. */
const recipe = join(folder, `${name}.json`);

/** A file as it was; undefined when it is not there. @param {string} path */
function stampOf(path) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  return stat && `${stat.size} ${stat.mtimeMs} ${stat.ino}`;
}

/** The bundle made before, when it would be the same again. @returns {string | undefined} */
function madeBefore() {
  try {
    const { bundle, inputs } = /** @type {{ bundle: string, inputs: Record<string, string> }} */ (
      JSON.parse(readFileSync(recipe, "utf8"))
    );
    const same = Object.entries(inputs).every(([path, stamp]) => stampOf(path) === stamp);
    return same && statSync(join(folder, bundle), { throwIfNoEntry: false }) ? join(folder, bundle) : undefined;
  } catch {
    return undefined;
  }
}

/** Others may be at the same at the same time: every file gets a name of its own and takes its place whole. */
async function make() {
  const { build } = await import("esbuild");
  const begunMs = Date.now();
  const bundle = `${name}-${begunMs}-${process.pid}.mjs`;
  mkdirSync(folder, { recursive: true });
  const { metafile } = await build({
    entryPoints: [source],
    outfile: join(folder, bundle),
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: "inline",
    metafile: true,
    logLevel: "warning",
  });
  const paths = [...Object.keys(metafile.inputs), "build/run.mjs", "package-lock.json", "tsconfig.json"];
  const inputs = Object.fromEntries(paths.map((path) => [path, stampOf(path)]));
  // What was written while the bundle was made may be in it or not.
  const settled = paths.every((path) => (statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? begunMs) < begunMs);
  if (settled) {
    writeFileSync(`${recipe}.${process.pid}`, JSON.stringify({ bundle, inputs }));
    renameSync(`${recipe}.${process.pid}`, recipe);
  }
  clearAway(bundle);
  return join(folder, bundle);
}

/** Bundles of yesterday; a younger one may be another process's that has just begun. @param {string} newest */
function clearAway(newest) {
  const old = readdirSync(folder).filter((file) => file.startsWith(name) && file !== newest && file !== `${name}.json`);
  for (const file of old) {
    const path = join(folder, file);
    if (Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > DAY_MS) rmSync(path, { force: true });
  }
}

const bundle = madeBefore() ?? (await make());
// Programs find the repository through this, never through their own (bundled) place.
process.env.TAEL_ROOT = root;
process.setSourceMapsEnabled(true);
process.argv = [process.argv[0] ?? "node", source, ...rest];
await import(pathToFileURL(bundle).href);
