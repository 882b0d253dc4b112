/**
 * The loader of a terminal: node build/run.mjs platform/node/loader/main.ts COMMAND [--config FILE]
 * Exit status 0 when it went well, 1 with words when not, 2 for wrong arguments.
 */
import { readFileSync, readSync } from "node:fs";
import { parseArgs } from "node:util";
import { wordsOf } from "../errors.ts";
import { serve } from "../service.ts";
import { CONFIG_FILE, type LoaderConfig, readConfig } from "./config.ts";
import { type Ask, answer, install, withReceiver } from "./console.ts";
import { Line, serveLine } from "./line.ts";
import { offerFactory } from "./factory.ts";
import { terminalOf } from "./terminal.ts";
import { tellSystemd } from "./systemd.ts";

const USAGE = `usage: loader COMMAND [--config FILE]   (default: ${CONFIG_FILE})
  run                       starts the firmware and stays: what the terminal's service runs
  install FILE              takes a package from a file; "-" reads it from stdin
  status                    slots, counter, what waits, as JSON
  have SHA256               how much of that package is here
  receive SHA256 AT         more of it, from stdin, beginning at byte AT
  finish SHA256             it is whole: judged, then installed or left to the firmware
  restart                   starts the terminal anew, as loader.json says
  line DEVICE [--baud N]    answers all this over a serial line, bytes by ZMODEM (default: 115200)`;

const PIECE_BYTES = 65_536;

/** Piece by piece, so that what arrived before the line broke is here. */
function receiveStdin(config: LoaderConfig, sum: string, from: number): { have: number } {
  return withReceiver(config, (receiver) => {
    const piece = Buffer.alloc(PIECE_BYTES);
    let at = from;
    for (let count = readSync(0, piece); count > 0; count = readSync(0, piece)) {
      at = receiver.add(sum, at, new Uint8Array(piece.subarray(0, count)));
    }
    return { have: at };
  });
}

async function run(config: LoaderConfig): Promise<void> {
  offerFactory(config);
  const machine = terminalOf(config);
  tellSystemd(machine, () => confirmed(config));
  await serve(machine);
}

/** Something is kept, and nothing on trial. */
const confirmed = (config: LoaderConfig): boolean =>
  withReceiver(config, ({ status: { active, trial } }) => active !== undefined && trial === undefined);

/** Prints JSON; a refused package is a failure. */
function print(value: unknown): void {
  console.log(JSON.stringify(value));
  if (value !== null && typeof value === "object" && "refused" in value) process.exitCode = 1;
}

async function perform(config: LoaderConfig, [command = "", first = "", second = ""]: string[], baud: number): Promise<void> {
  switch (command) {
    case "run":
      return run(config);
    case "install":
      return print(install(config, new Uint8Array(readFileSync(first === "-" ? 0 : first))));
    case "receive":
      return print(receiveStdin(config, first, Number(second)));
    case "line":
      return serveLine(config, new Line(first, baud));
    case "status":
    case "have":
    case "finish":
    case "restart":
      return print(answer(config, { ask: command, sha256: first } as Ask));
  }
}

const COMMANDS: Record<string, number> = { run: 0, install: 1, status: 0, have: 1, receive: 2, finish: 1, restart: 0, line: 1 };

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  options: { config: { type: "string", default: CONFIG_FILE }, baud: { type: "string", default: "115200" } },
  allowPositionals: true,
});
if (COMMANDS[positionals[0] ?? ""] !== positionals.length - 1) {
  console.error(USAGE);
  process.exit(2);
}
try {
  await perform(readConfig(values.config), positionals, Number(values.baud));
} catch (error) {
  console.error(wordsOf(error));
  process.exit(1);
}
