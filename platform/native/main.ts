/**
 * A terminal on native QuickJS, on real ports with the system's clock, or at a desk:
 *   qjs --no-unhandled-rejection --stack-size 1M --memory-limit 64M -m dist/native.js --board FILE --data DIR --assets DIR --bundle FILE
 * Exit status 0 after halt or a signal, 75 when it wants to be started again, 1 when the firmware failed or cannot run, 2 for wrong arguments.
 */
import * as os from "os";
import * as std from "std";
import { checkBundle } from "../node/loader/bundle.ts";
import { DoorError, wordsOf } from "../node/errors.ts";
import type { LogLine } from "../node/machine.ts";
import { makeFile, readBytes } from "./calls.ts";
import { serveDesk } from "./desk.ts";
import { makeDirectory } from "./files.ts";
import { readAssets } from "./package.ts";
import { Terminal, type TerminalEvents } from "./terminal.ts";

const USAGE = `usage: qjs -m native.js --board FILE --data DIR --assets DIR --bundle FILE [--profile FILE] [--serial NUMBER]
  --board FILE    board profile (JSON)
  --data DIR      where the terminal keeps its store, sealing key, log and crash reports
  --assets DIR    fonts and tables of the firmware package
  --bundle FILE   the firmware
  --profile FILE  merchant and terminal profile (JSON), the asset profile.json
  --serial N      machine number`;

const AGAIN = 75;
const NAMES = ["board", "data", "assets", "bundle", "profile", "serial"] as const;
type Arguments = Partial<Record<(typeof NAMES)[number], string>>;

/** Taken before the prelude takes them from everybody. */
const SystemDate = Date;
const { min, max } = Math;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function readArguments(given: readonly string[]): Arguments {
  const found: Arguments = {};
  for (let n = 0; n < given.length; n += 2) {
    const name = NAMES.find((each) => given[n] === `--${each}`);
    const value = given[n + 1];
    if (name === undefined || value === undefined) throw new Error(`${given[n]} is not known, or has no value`);
    found[name] = value;
  }
  for (const needed of ["board", "data", "assets", "bundle"] as const)
    if (found[needed] === undefined) throw new Error(`--${needed} is needed`);
  return found;
}

const stampOf = (at: number): string => new SystemDate(at).toISOString();

/** To the log file and to whoever started us. */
function logTo(dataDir: string): (line: LogLine) => void {
  makeDirectory(`${dataDir}/log`);
  const file = makeFile(`${dataDir}/log/terminal.log`, true);
  return ({ at, level, words }) => {
    const line = `${stampOf(at)} ${level} ${words.replaceAll("\n", "\\n")}\n`;
    std.err.puts(line);
    std.err.flush();
    file.write(line);
  };
}

function textOf(path: string): string {
  const text = std.loadFile(path);
  if (text === null) throw new Error(`${path} cannot be read`);
  return text;
}

function run(given: Arguments): void {
  const { board = "", data = "", assets = "", bundle = "", profile, serial } = given;
  checkBundle(textOf(bundle).slice(0, 200));
  makeDirectory(data);
  const package_ = readAssets(assets);
  const clock = { now: () => os.now(), wallMs: () => SystemDate.now() };
  package_["board.json"] = readBytes(board) ?? new Uint8Array(0);
  const profileBytes = profile === undefined ? undefined : readBytes(profile);
  if (profileBytes !== undefined) package_["profile.json"] = profileBytes;
  const log = logTo(data);
  let timer: object | undefined;
  const events: TerminalEvents = {
    log,
    settled: () => {
      if (timer !== undefined) os.clearTimeout(timer);
      timer = undefined;
      const { wake } = terminal.status;
      if (wake === undefined) return;
      timer = os.setTimeout(
        () => {
          terminal.wake();
          // Too early by a hair, or a wait longer than a timer takes: set again.
          events.settled();
        },
        min(max(0, Math.ceil(wake.atMs - os.now())), LONGEST_TIMER_MS),
      );
    },
    crashed: (words, stack) => {
      log({ at: SystemDate.now(), level: "error", words: `the firmware failed: ${words}` });
      makeDirectory(`${data}/crash`);
      makeFile(`${data}/crash/${stampOf(SystemDate.now()).replaceAll(/[:.]/g, "-")}.txt`, false).write(`${words}\n${stack}\n`);
      std.exit(1);
    },
    power: (action) => std.exit(action === "halt" ? 0 : AGAIN),
  };
  const terminal = new Terminal(
    {
      bundle: { path: bundle },
      board: JSON.parse(textOf(board)),
      assets: package_,
      dataDir: data,
      clock,
      facts: serial === undefined ? {} : { serial },
      sim: ({ name }) => {
        throw new DoorError("no-such-port", `${name}: there is no desk here`);
      },
    },
    events,
  );
  for (const signal of [os.SIGINT, os.SIGTERM]) os.signal(signal, () => std.exit(0));
  terminal.start();
}

const { scriptArgs } = globalThis as unknown as { scriptArgs: string[] };
os.signal(os.SIGPIPE, undefined);
if (scriptArgs[1] === "--desk") serveDesk();
else {
  let given: Arguments | undefined;
  try {
    given = readArguments(scriptArgs.slice(1));
  } catch (error) {
    std.err.puts(`${wordsOf(error)}\n${USAGE}\n`);
    std.exit(2);
  }
  try {
    run(given);
  } catch (error) {
    std.err.puts(`${wordsOf(error)}\n`);
    std.exit(1);
  }
}
