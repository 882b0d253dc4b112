/**
 * A terminal on native QuickJS: from its slots, from files, or at a desk. README.md has the commands.
 * Exit status 0 after halt or a signal, 75 when it wants to be started again, 1 when the firmware failed or cannot run, 2 for wrong arguments.
 */
import * as os from "os";
import * as std from "std";
import { wordsOf } from "../node/errors.ts";
import { checkBundle } from "../node/loader/bundle.ts";
import { readBytes } from "./calls.ts";
import { serveDesk } from "./desk.ts";
import { makeDirectory } from "./files.ts";
import { LOADER_USAGE, type LoaderCommand, loaderCommand, perform } from "./loader/commands.ts";
import { readAssets } from "./package.ts";
import { logTo, serve } from "./serve.ts";

const USAGE = `usage: qjs -m native.js --board FILE --data DIR --assets DIR --bundle FILE [--profile FILE] [--serial NUMBER]
  --board FILE    board profile (JSON)
  --data DIR      where the terminal keeps its store, sealing key, log and crash reports
  --assets DIR    fonts and tables of the firmware package
  --bundle FILE   the firmware
  --profile FILE  merchant and terminal profile (JSON), the asset profile.json
  --serial N      machine number
${LOADER_USAGE}`;

const NAMES = ["board", "data", "assets", "bundle", "profile", "serial"] as const;
type Files = Partial<Record<(typeof NAMES)[number], string>>;

/** Throws Error with words. */
function readArguments(given: readonly string[]): () => void {
  if (given[0] === "--desk") return serveDesk;
  if (given[0]?.startsWith("-") === false) {
    const command: LoaderCommand = loaderCommand(given);
    return () => perform(command);
  }
  const found: Files = {};
  for (let n = 0; n < given.length; n += 2) {
    const name = NAMES.find((each) => given[n] === `--${each}`);
    const value = given[n + 1];
    if (name === undefined || value === undefined) throw new Error(`${given[n]} is not known, or has no value`);
    found[name] = value;
  }
  for (const needed of ["board", "data", "assets", "bundle"] as const)
    if (found[needed] === undefined) throw new Error(`--${needed} is needed`);
  return () => runFromFiles(found);
}

function textOf(path: string): string {
  const text = std.loadFile(path);
  if (text === null) throw new Error(`${path} cannot be read`);
  return text;
}

function runFromFiles({ board = "", data = "", assets = "", bundle = "", profile, serial }: Files): void {
  checkBundle(textOf(bundle).slice(0, 200));
  makeDirectory(data);
  const package_ = readAssets(assets);
  package_["board.json"] = readBytes(board) ?? new Uint8Array(0);
  const profileBytes = profile === undefined ? undefined : readBytes(profile);
  if (profileBytes !== undefined) package_["profile.json"] = profileBytes;
  const facts: Record<string, string> = serial === undefined ? {} : { serial };
  serve({ bundle: { path: bundle }, board: JSON.parse(textOf(board)), assets: package_, dataDir: data, facts }, logTo(data));
}

/** Does the work, or ends the program with what is wrong. */
function orEnd<T>(status: number, more: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    std.err.puts(`${wordsOf(error)}\n${more}`);
    std.exit(status);
  }
}

const { scriptArgs } = globalThis as unknown as { scriptArgs: string[] };
os.signal(os.SIGPIPE, undefined);
const run = orEnd(2, `${USAGE}\n`, () => readArguments(scriptArgs.slice(1)));
orEnd(1, "", run);
