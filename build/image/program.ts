/** What the image runs of ours: the loader and its helpers as bundles, and the npm packages that cannot be in one because they bring native parts. */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync, chmodSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";

/** Name in the image's /usr/lib/tael, and source. */
const PROGRAMS: Readonly<Record<string, string>> = {
  loader: "platform/node/loader/main.ts",
  "dist/worker": "platform/node/worker.ts",
  key: "platform/node/system/key.ts",
  accept: "platform/node/system/accept.ts",
  stick: "platform/node/system/stick.ts",
};

/** Packages with native or WebAssembly files of their own, and what of them is needed. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "@jitl/quickjs-wasmfile-release-sync": ["package.json", "dist"],
  "@jitl/quickjs-ffi-types": ["package.json", "dist"],
  "@serialport/bindings-cpp": ["package.json", "dist", "prebuilds/linux-x64"],
  "@serialport/bindings-interface": ["package.json", "dist"],
  "@serialport/parser-readline": ["package.json", "dist"],
  "@serialport/parser-delimiter": ["package.json", "dist"],
  debug: ["package.json", "src"],
  ms: ["package.json", "index.js"],
  "node-gyp-build": ["package.json", "index.js", "node-gyp-build.js"],
  "node-hid": ["package.json", "nodehid.js", "binding-options.js", "prebuilds/HID_hidraw-linux-x64"],
  "pkg-prebuilds": ["package.json", "bindings.js", "lib"],
};

/** Engines that a terminal does not run: they load only when they are asked for. */
const NOT_NEEDED = ["@jitl/quickjs-ng-wasmfile-release-sync", "quickjs-wasi"];

/** The bundles and packages, below `target`. The same sources give the same bytes. */
export async function installProgram(root: string, target: string): Promise<void> {
  await build({
    entryPoints: Object.entries(PROGRAMS).map(([out, source]) => ({ in: join(root, source), out })),
    outdir: target,
    outExtension: { ".js": ".mjs" },
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    format: "esm",
    // So that what is imported when it is asked for is loaded then, and not at each start.
    splitting: true,
    chunkNames: "parts/[name]-[hash]",
    target: "node20",
    external: [...Object.keys(PACKAGES), ...NOT_NEEDED],
    // Packages in CommonJS ask for what Node brings.
    banner: { js: 'import { createRequire as tael$require } from "node:module"; const require = tael$require(import.meta.url);' },
    legalComments: "none",
    logLevel: "warning",
  });
  for (const [name, parts] of Object.entries(PACKAGES)) for (const part of parts) copy(root, target, name, part);
  makeRunnable(join(target, "accept.mjs"));
}

function copy(root: string, target: string, name: string, part: string): void {
  const nested = join(root, "node_modules/node-hid/node_modules", name);
  const from = join(existsSync(nested) ? nested : join(root, "node_modules", name), part);
  if (!existsSync(from)) throw new Error(`the image needs ${from}, which is not there: npm ci`);
  const to = join(target, "node_modules", name, part);
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, dereference: true });
}

/** esbuild puts the banner before the first line that says what runs the file. */
function makeRunnable(file: string): void {
  const text = readFileSync(file, "utf8").replace(/^#!.*\n/m, "");
  writeFileSync(file, `#!/usr/bin/node\n${text}`);
  chmodSync(file, 0o755);
}
