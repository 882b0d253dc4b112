/** A firmware package out of what the build has made: bundle, fonts and tables, a board, a profile; signed. The same sources and key give the same bytes. */
import type { KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { MESSAGE_SET } from "../../app/acquirer/messages.ts";
import { profileProblem } from "../../app/steps/profile.ts";
import { catalogues } from "../../app/text/index.ts";
import { readBoard } from "../../hal/boards/validate.ts";
import { ABI } from "../../platform/abi.ts";
import { BOARD, BUNDLE, type Money, PRODUCT, PROFILE } from "../../platform/node/loader/manifest.ts";
import { publicHex, sha256, writePackage } from "../../platform/node/loader/package.ts";
import { firmwareOptions } from "../firmware.ts";
import { PRINT_FACE, SCREEN_FACES } from "../fonts/faces.ts";
import { unfit } from "./unfit.ts";

export interface PackageOptions {
  root: string;
  /** A board profile, parsed. */
  board: unknown;
  /** The profile, parsed; a desk's may have test keys, which never get into a package. */
  profile: unknown;
  key: KeyObject;
  version: string;
  securityCounter: number;
  /** What must be closed on the terminal before it is installed. */
  closed: readonly Money[];
  /** Test keys, a demo profile and the debug channel are wanted. */
  development: boolean;
}

export interface MadePackage {
  bytes: Uint8Array;
  /** Of the bundle: keep it, it turns a crash report's places into lines. Not part of the package. */
  map: Uint8Array;
  name: string;
  /** What was left out, for the one who builds. */
  notes: string[];
}

/** Throws Error with words when something is wrong or unfit. `dist/assets` must be built. */
export async function makePackage(options: PackageOptions): Promise<MadePackage> {
  const { root, key, version, securityCounter, closed, development } = options;
  const notes: string[] = [];
  const board = development ? options.board : withoutDebug(options.board, notes);
  const { name } = readBoard(JSON.stringify(board));
  const profile = checkedProfile(options.profile);
  const { code, map } = await bundle(root, development);
  const assets = assetsOf(root);
  const files = { [BUNDLE]: code, [BOARD]: json(board), [PROFILE]: json(profile), ...assets };
  const problems = development ? [] : unfit(publicHex(key), options.profile as object, files);
  if (problems.length > 0) throw new Error(`not fit for production: ${problems.join("; ")} (or --dev, for a desk)`);
  const manifest = {
    format: 1 as const,
    product: PRODUCT,
    board: name,
    version,
    securityCounter,
    abi: { ...ABI },
    contents: {
      messages: MESSAGE_SET,
      parameters: `${profile.name} ${mark(json(profile))}`,
      fonts: mark(...Object.values(assets)),
      texts: mark(json(catalogues)),
    },
    development,
    closed: [...closed],
  };
  return { bytes: writePackage(manifest, files, key), map, name: `${PRODUCT}-${name}-${version}`, notes };
}

const json = (value: unknown): Uint8Array => new Uint8Array(Buffer.from(JSON.stringify(value), "utf8"));

/** Enough of a hash to see that something is another one. */
const mark = (...parts: Uint8Array[]): string => sha256(Buffer.concat(parts)).slice(0, 12);

/** By name, not whatever lies there: a build leaves what an earlier one made. */
const ASSETS: readonly string[] = [...SCREEN_FACES, PRINT_FACE].map(({ name }) => `${name}.bin`).concat("gb18030.bin");

function assetsOf(root: string): Record<string, Uint8Array> {
  const folder = join(root, "dist/assets");
  const names = [...ASSETS].sort();
  return Object.fromEntries(names.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]));
}

/** Without the desk's keys. */
function checkedProfile(given: unknown): { name: string } {
  const { testKeys: _testKeys, ...profile } = Object(given) as { testKeys?: unknown; name: string };
  const problem = profileProblem(profile);
  if (problem !== undefined) throw new Error(`profile: ${problem}`);
  return profile;
}

/** The debug channel tells the screen and the journal to whoever listens: production has none. */
function withoutDebug(given: unknown, notes: string[]): unknown {
  const board = structuredClone(given) as { devices?: Record<string, { port?: string }>; ports?: Record<string, unknown> };
  const debug = board.devices?.debug;
  if (debug === undefined) return board;
  delete board.devices?.debug;
  if (debug.port !== undefined) delete board.ports?.[debug.port];
  notes.push("the board's debug channel is left out: this is production firmware");
  return board;
}

async function bundle(root: string, development: boolean): Promise<{ code: Uint8Array; map: Uint8Array }> {
  const { outputFiles = [] } = await build({
    ...firmwareOptions(root),
    absWorkingDir: root,
    outfile: join(root, "dist", BUNDLE),
    write: false,
    plugins: development ? [] : [NO_DEBUG],
  });
  const ending = (end: string): Uint8Array => outputFiles.find(({ path }) => path.endsWith(end))?.contents ?? new Uint8Array();
  return { code: ending(".js"), map: ending(".map") };
}

/** Not only that no board names it: the code that would answer is not there. */
const ABSENT: Record<string, string> = {
  "hal/debug/json-lines.ts": `export function openJsonLines() { throw new Error("production firmware has no debug channel"); }`,
  "app/steps/debug.ts": "export function serveDebug() {}",
};

const NO_DEBUG: Plugin = {
  name: "no-debug",
  setup(plugin) {
    for (const [path, contents] of Object.entries(ABSENT)) {
      const filter = new RegExp(`/${path.replaceAll(".", "\\.")}$`);
      plugin.onLoad({ filter }, () => ({ contents, loader: "ts" }));
    }
  },
};
