/** One power-on on native QuickJS: door, guest, the queue of events. A program lives as long as its guest. */
import * as os from "os";
import { ABI, type CallName } from "../abi.ts";
import { portsOf } from "../node/board.ts";
import { Door, type DoorEvent, type DoorOptions } from "../node/door.ts";
import { Stopped } from "../node/errors.ts";
import { FirmwareCalls, type SlotRun } from "../node/loader/calls.ts";
import type { LogLine, MachineStatus } from "../node/machine.ts";
import { masked } from "../node/mask.ts";
import type { TcpOverride } from "../node/ports/address.ts";
import type { OpenPort } from "../node/ports/port.ts";
import type { HostClock } from "../node/time.ts";
import type { FromGuest, ToGuest } from "../node/values.ts";
import { fileSystemAt } from "../node/mounts.ts";
import { asciiOf, readBytes } from "./calls.ts";
import { type Bundle, boot, deliver, inBundle, installDoor } from "./guest.ts";
import { NativeFiles } from "./files.ts";
import { portTable } from "./ports/index.ts";
import { sealerIn, seededEntropy, systemEntropy } from "./secrets.ts";

export interface TerminalOptions {
  bundle: Bundle;
  /** The board profile, parsed. */
  board: unknown;
  assets: Record<string, Uint8Array>;
  dataDir: string;
  /** File of the sealing key, where the platform keeps it elsewhere than in `dataDir`: it must be there. */
  sealKey?: string | undefined;
  /** The firmware was started from a slot, in this directory: it may look after its slots. */
  slots?: (SlotRun & { dir: string }) | undefined;
  clock: HostClock;
  /** Seed and name of this power-on's stream; undefined: the kernel's entropy. */
  seed?: { seed: number; stream: string };
  facts: Record<string, string>;
  tcpOverride?: TcpOverride | undefined;
  sim: OpenPort;
}

/** What the program around it does with what happens. */
export interface TerminalEvents {
  log(line: LogLine): void;
  /** All events are worked off. */
  settled(): void;
  /** The guest failed; nothing of it runs any more. */
  crashed(words: string, stack: string): void;
  power(action: "restart" | "halt"): void;
}

export class Terminal {
  readonly #options: TerminalOptions;
  readonly #events: TerminalEvents;
  readonly #door: Door;
  readonly #queue: DoorEvent[] = [];
  #working = true;
  #over = false;

  /** Throws Error with words when board or data directory are refused. */
  constructor(options: TerminalOptions, events: TerminalEvents) {
    this.#options = options;
    this.#events = events;
    this.#door = new Door(this.#doorOptions());
  }

  get status(): MachineStatus {
    const quiet = !this.#working && this.#queue.length === 0;
    return { running: !this.#over, quiet, wake: this.#door.wake, ports: this.#door.traffic };
  }

  /** Evaluates the bundle. Throws what it throws. */
  start(): void {
    installDoor((name, args) => this.#call(name, args));
    try {
      boot(this.#options.bundle);
    } catch (error) {
      // A firmware that switches off as its first deed has not failed.
      if (!this.#over) throw error;
    }
    this.#later();
  }

  /** The wake-up, when it is due. */
  wake(): void {
    if (this.#door.takeWake()) this.emit({ name: "wake", args: [] });
  }

  emit(event: DoorEvent): void {
    if (this.#over) return;
    this.#queue.push(event);
    if (this.#working) return;
    this.#working = true;
    this.#later();
  }

  log(level: LogLine["level"], words: string): void {
    this.#events.log({ at: this.#options.clock.wallMs(), level, words: masked(inBundle(words)) });
  }

  #call(name: CallName, args: readonly FromGuest[]): ToGuest {
    const result = this.#door.call(name, args);
    if (this.#over) throw new Stopped("the machine is off");
    return result;
  }

  /** After the guest's jobs, which run when this program has nothing else to do. */
  #later(): void {
    os.setTimeout(() => this.#step(), 0);
  }

  #step(): void {
    if (this.#over) return;
    const event = this.#queue.shift();
    if (event === undefined) {
      this.#working = false;
      this.#events.settled();
      return;
    }
    try {
      if (this.#door.delivers(event)) deliver(event);
    } catch (error) {
      if (!this.#over) this.#crashed(error);
    }
    this.#later();
  }

  #crashed(error: unknown): void {
    this.#over = true;
    this.#door.cut();
    const { name, message, stack } = Object(error) as { name?: unknown; message?: unknown; stack?: unknown };
    const words = typeof error === "object" ? `${String(name ?? "Error")}: ${String(message)}` : String(error);
    this.#events.crashed(masked(words), masked(inBundle(String(stack ?? ""))));
  }

  #doorOptions(): DoorOptions {
    const { board, assets, dataDir, sealKey, slots, clock, seed, facts, tcpOverride, sim } = this.#options;
    const entropy = seed === undefined ? systemEntropy : seededEntropy(seed.seed, seed.stream);
    return {
      board: portsOf(board),
      ports: portTable(sim, tcpOverride),
      files: new NativeFiles(`${dataDir}/store`),
      sealer: sealerIn(dataDir, entropy, sealKey),
      entropy,
      clock,
      facts: { ...factsOf(dataDir), ...facts },
      assets,
      firmware:
        slots &&
        new FirmwareCalls(
          slots,
          () => new NativeFiles(slots.dir),
          (words) => this.log("info", `loader: ${words}`),
        ),
      emit: (event) => this.emit(event),
      log: (level, words) => this.log(level, words),
      power: (action) => {
        this.#over = true;
        os.setTimeout(() => this.#events.power(action), 0);
      },
    };
  }
}

/** The kind of the file system on which `directory` lies, as the kernel tells. */
export const fileSystemOf = (directory: string): string =>
  fileSystemAt(os.realpath(directory)[0] ?? directory, textOf("/proc/self/mounts"));

const factsOf = (dataDir: string): Record<string, string> => ({
  manager: `tael-native ${ABI.major}.${ABI.minor}`,
  loader: "qjs",
  kernel: textOf("/proc/sys/kernel/osrelease").trim(),
  fileSystem: fileSystemOf(dataDir),
  engine: "QuickJS (native)",
  app: "unknown",
  abi: `${ABI.major}.${ABI.minor}`,
  serial: "unknown",
});

const textOf = (path: string): string => asciiOf(readBytes(path) ?? new Uint8Array(0));
