/**
 * The outside of the door on Node, as its users see it: power on, power off, wires, state. `LocalMachine` runs the engine on the
 * caller's thread (tests, replay), `WorkerMachine` in a Worker that a watchdog can end (simulator, terminal). Both do the same.
 */
import type { Patience } from "../guest/system.ts";
import type { EngineName } from "./engine.ts";
import type { FileLayer } from "./files.ts";
import type { SlotRun } from "./loader/calls.ts";

/** The far end of a `sim` port. Whoever stands there gets bytes and sends bytes. */
export interface SimWires {
  /** The firmware opened the wire. False: the desk has no such wire, and the firmware is told so. */
  opened(wire: string, options: Record<string, unknown>): boolean;
  fromTerminal(wire: string, bytes: Uint8Array): void;
  control(wire: string, request: Record<string, unknown>): void;
  closed(wire: string): void;
}

export interface MachineStatus {
  running: boolean;
  /** The guest has no runnable work and every event handed to it has been worked off. */
  quiet: boolean;
  /** The one next wake-up (monotonic ms) and what the guest waits for. */
  wake: { atMs: number; patience: Patience } | undefined;
  /**
   * Bytes through each port since power-on, to tell whether any are still under way: written by the firmware, and handed to it.
   * `connecting`: opened by the firmware, and neither `opened` nor `closed` has been handed to it yet.
   */
  ports: Readonly<Record<string, { fromTerminal: number; toTerminal: number; open: boolean; connecting: boolean }>>;
}

export interface LogLine {
  /** Wall clock ms. */
  at: number;
  level: "debug" | "info" | "warn" | "error";
  words: string;
}

/** Where the guest's time comes from. `shared` is read by the machine on every clock call: see ./clock.ts. */
export type MachineClock = { kind: "system" } | { kind: "driven"; shared: SharedArrayBuffer };

export interface MachineOptions {
  /** Text of the bundle and, for stack traces, its source map. */
  bundle: { code: string; map?: string };
  assets: Record<string, Uint8Array>;
  /** The board profile, already parsed JSON; only its `ports` are read here. */
  board: unknown;
  /** Directory for the guest's files (made when missing), sealing key, crash reports. */
  dataDir: string;
  /** File of the sealing key (32 bytes), where the platform keeps it elsewhere than in `dataDir`: it must be there. */
  sealKey?: string | undefined;
  clock: MachineClock;
  /** Entropy from a seed; undefined: the operating system's. */
  seed?: number;
  facts?: Record<string, string>;
  /** The engine's whole memory, itself included; default 64 MiB, at least 16 MiB. */
  memoryLimitBytes?: number;
  stackLimitBytes?: number;
  /** Longest run of the guest on one event before it is stopped as a runaway, ms of CPU. Infinity: it may take what it likes, unmeasured. */
  eventLimitMs?: number;
  /** Records every event and call result to this file. NativeMachine keeps none, and refuses. */
  recordTo?: string;
  /** What the firmware's link should reach, whatever the parameters say: the desk's network cable. */
  tcpOverride?: { host: string; port: number; callProgress?: boolean };
  wires?: SimWires;
  /** Default "quickjs"; see ENGINES in ./engine.ts. */
  engine?: EngineName;
  /** The firmware was started from a slot, in this directory: it may look after its slots. */
  slots?: SlotRun & { dir: string };
  /** LocalMachine only: stands in for the slots' directory on the disk. */
  slotFiles?: FileLayer;
  /** A restart, asked for or after a failure, is the owner's: the machine goes off and says so. */
  ownerRestarts?: boolean;
  /** Power-ons before those of this object, so that seeded entropy does not begin anew. */
  earlierPowerOns?: number;
  /** LocalMachine only: stands in for the directory on the disk. */
  files?: FileLayer;
  /** WorkerMachine only: how long the worker may leave the heartbeat unanswered before it is ended, ms of real time. */
  watchdogMs?: number;
}

export interface MachineEvents {
  /** Something changed: quiet reached or left, a wake-up set, bytes moved. */
  status(status: MachineStatus): void;
  log(line: LogLine): void;
  /** The guest failed; it is restarted unless it keeps failing. `stack` is mapped to the sources. */
  crash(report: { words: string; stack: string; restarting: boolean }): void;
  power(action: "restart" | "halt"): void;
}

export interface Machine {
  readonly status: MachineStatus;
  on<E extends keyof MachineEvents>(event: E, listener: MachineEvents[E]): () => void;
  /** Power on. Rejects with words when the bundle or the board is refused. */
  start(): Promise<void>;
  /** Power gone, in the middle of whatever it does. Resolves when nothing of the guest runs any more. */
  cut(): Promise<void>;
  /** Bytes from a device's end of a `sim` wire. */
  toTerminal(wire: string, bytes: Uint8Array): void;
  /** The device is gone (unplugged). */
  closeWire(wire: string, why: string): void;
  /** A driven clock has reached the wake-up asked for. */
  wake(): void;
  /** Engine memory in use, bytes, and a copy of the whole engine memory for the leak scanner. */
  memory(withImage?: boolean): Promise<{ usedBytes: number; image?: Uint8Array }>;
  /** CPU milliseconds spent inside the engine since power-on. */
  cpuMs(): Promise<number>;
}
