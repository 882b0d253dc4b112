/** A terminal on native QuickJS as a program that stays: real ports, the system's clock, log and crash reports on the disk. */
import * as os from "os";
import * as std from "std";
import { DoorError } from "../node/errors.ts";
import type { LogLine } from "../node/machine.ts";
import { makeFile } from "./calls.ts";
import { makeDirectory } from "./files.ts";
import { Terminal, type TerminalEvents, type TerminalOptions } from "./terminal.ts";

/** Exit status: start me again. */
export const AGAIN = 75;
const FAILED = 1;

/** Taken before the prelude takes them from everybody. */
const SystemDate = Date;
const { min, max } = Math;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const stampOf = (at: number): string => new SystemDate(at).toISOString();

export type Log = (level: LogLine["level"], words: string) => void;

/** To the log file and to whoever started us. */
export function logTo(dataDir: string): Log {
  makeDirectory(`${dataDir}/log`);
  const file = makeFile(`${dataDir}/log/terminal.log`, true);
  return (level, words) => {
    const line = `${stampOf(SystemDate.now())} ${level} ${words.replaceAll("\n", "\\n")}\n`;
    std.err.puts(line);
    std.err.flush();
    file.write(line);
  };
}

export interface Keeper {
  /** The firmware failed, as is written down already. Whether to be started again at once. */
  failed?(words: string): boolean;
  /** It has come to rest. */
  settled?(): void;
}

/** Starts it and stays. Throws what the bundle throws at its start; ends the program when the firmware ends. */
export function serve(options: Omit<TerminalOptions, "clock" | "sim">, log: Log, keeper: Keeper = {}): void {
  const { dataDir } = options;
  let timer: object | undefined;
  const events: TerminalEvents = {
    log: ({ level, words }) => log(level, words),
    settled: () => {
      keeper.settled?.();
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
      log("error", `the firmware failed: ${words}`);
      makeDirectory(`${dataDir}/crash`);
      const name = stampOf(SystemDate.now()).replaceAll(/[:.]/g, "-");
      makeFile(`${dataDir}/crash/${name}.txt`, false).write(`${words}\n${stack}\n`);
      std.exit(keeper.failed?.(words) === true ? AGAIN : FAILED);
    },
    power: (action) => std.exit(action === "halt" ? 0 : AGAIN),
  };
  const terminal = new Terminal(
    {
      ...options,
      clock: { now: () => os.now(), wallMs: () => SystemDate.now() },
      sim: ({ name }) => {
        throw new DoorError("no-such-port", `${name}: there is no desk here`);
      },
    },
    events,
  );
  for (const signal of [os.SIGINT, os.SIGTERM]) os.signal(signal, () => std.exit(0));
  terminal.start();
}
