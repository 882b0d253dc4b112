/** The loader as a program: the commands of platform/node/loader/main.ts, but for the serial line. */
import * as os from "os";
import * as std from "std";
import { CONFIG_FILE, type LoaderConfig, readConfig } from "../../node/loader/config.ts";
import { type Ask, answer, install, withReceiver } from "../../node/loader/console.ts";
import { done, readAll } from "../calls.ts";
import { readFile } from "./needs.ts";
import { runFromSlots } from "./run.ts";

export const LOADER_USAGE = `or:    qjs -m native.js COMMAND [--config FILE]   (default: ${CONFIG_FILE})
  run                       starts the firmware out of its slots
  install FILE              takes a package from a file; "-" reads it from stdin
  status                    slots, counter, what waits, as JSON
  have SHA256               how much of that package is here
  receive SHA256 AT         more of it, from stdin, beginning at byte AT
  finish SHA256             it is whole: judged, then installed or left to the firmware
  restart                   starts the terminal anew, as loader.json says`;

const STDIN = 0;
const PIECE_BYTES = 65_536;

type Work = (config: LoaderConfig, first: string, second: string) => unknown;
const asked: (ask: Ask["ask"]) => Work = (ask) => (config, sha256) => answer(config, { ask, sha256 } as Ask);

/** How many words each takes, and what it does. What it gives is printed. */
const COMMANDS: Record<string, { words: number; work: Work }> = {
  run: { words: 0, work: (config) => runFromSlots(config) },
  install: { words: 1, work: (config, file) => install(config, file === "-" ? readAll(STDIN, "stdin", 0) : readFile(file)) },
  status: { words: 0, work: asked("status") },
  have: { words: 1, work: asked("have") },
  receive: { words: 2, work: (config, sum, at) => receiveStdin(config, sum, Number(at)) },
  finish: { words: 1, work: asked("finish") },
  restart: { words: 0, work: asked("restart") },
};

export interface LoaderCommand {
  work: Work;
  words: readonly string[];
  config: string;
}

/** Throws Error with words when there is none such. */
export function loaderCommand([name = "", ...rest]: readonly string[]): LoaderCommand {
  const at = rest.indexOf("--config");
  const config = at < 0 ? CONFIG_FILE : rest[at + 1];
  const words = at < 0 ? rest : rest.toSpliced(at, 2);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new Error(`there is no command ${name}`);
  if (config === undefined || words.length !== command.words) throw new Error(`${name}: words are missing, or too many`);
  return { work: command.work, words, config };
}

/** Prints what comes of it as JSON, and ends with 1 when a package was refused; `run` stays. */
export function perform({ work, words: [first = "", second = ""], config }: LoaderCommand): void {
  const result = work(readConfig(config), first, second);
  if (result === undefined) return;
  std.out.puts(`${JSON.stringify(result)}\n`);
  std.out.flush();
  if (typeof result === "object" && result !== null && "refused" in result) std.exit(1);
}

/** Piece by piece, so that what arrived before the line broke is here. */
function receiveStdin(config: LoaderConfig, sum: string, from: number): { have: number } {
  return withReceiver(config, (receiver) => {
    const piece = new Uint8Array(PIECE_BYTES);
    const next = (): number => done(os.read(STDIN, piece.buffer, 0, PIECE_BYTES), "read stdin");
    let at = from;
    for (let count = next(); count > 0; count = next()) at = receiver.add(sum, at, piece.subarray(0, count));
    return { have: at };
  });
}
