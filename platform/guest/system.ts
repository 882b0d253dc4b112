/**
 * What the rooms above see of the platform. `hal` and `app` get a `System` handed to them and touch nothing else, so a
 * unit test hands them a fake one. `createSystem(door)` in ./index.ts builds the real one.
 */
import type { DoorErrorCode } from "../abi.ts";

/** What a wait is for: work in hand, a pause that ends by itself ("dwell"), or a person. See abi `wake`. */
export type Patience = "work" | "dwell" | "person";

export interface Timer {
  /** Stops the timer; harmless when it has fired. */
  stop(): void;
}

/** A request to stop, handed down to whatever may take long. */
export interface Cancel {
  readonly cancelled: boolean;
  /** The reason given to `CancelSource.cancel`. */
  readonly reason: unknown;
  /** Throws the reason when cancelled. */
  throwIfCancelled(): void;
  /** Calls back once, at once when already cancelled; the returned function takes the callback out again. */
  onCancel(callback: (reason: unknown) => void): () => void;
}

export interface Scheduler {
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls back once after `ms`. */
  after(ms: number, patience: Patience, callback: () => void): Timer;
  /** Resolves after `ms`; rejects with the cancel's reason. */
  sleep(ms: number, patience: Patience, cancel?: Cancel): Promise<void>;
  /** Runs a task that nobody awaits; its failure is logged and reported to `onTaskFailed`, never lost. */
  run(name: string, task: () => Promise<void>): void;
}

/** Bytes to and from one device. ECMA-419 manners: exclusive, writes all or throws, silence after close. */
export interface Port {
  readonly name: string;
  /** Message ports (HID) give one report a call; byte ports give all that came; undefined when nothing did. */
  read(): Uint8Array | undefined;
  /** When what `read` gave last came in at the port, monotonic ms: not when the firmware got round to it. */
  readonly arrivedAtMs: number;
  write(bytes: Uint8Array): void;
  control(request: Record<string, unknown>): unknown;
  /** Called when `read` has something to give. */
  onReadable: (() => void) | undefined;
  /** Called when a connecting port is ready (tcp, tls); other ports are ready when opened. */
  onOpened: (() => void) | undefined;
  onClosed: ((why: DoorErrorCode | "ended") => void) | undefined;
  onSignal: ((signal: string, level: boolean) => void) | undefined;
  close(): void;
}

/** Thrown by `openPort`, `Port.write` and `Port.control`. */
export class PortError extends Error {
  override readonly name = "PortError";
  constructor(
    readonly code: DoorErrorCode,
    readonly port: string,
    words: string,
  ) {
    super(`${port}: ${words}`);
  }
}

export type Change = { readonly put: string; readonly value: Uint8Array } | { readonly delete: string };

/** A small ordered table on the disk. `commit` is atomic and durable when it returns. See ./store.ts. */
export interface Store {
  get(key: string): Uint8Array | undefined;
  /** Keys that start with `prefix`, in order. */
  keys(prefix: string): string[];
  /** All changes or none. Throws StoreError and changes nothing when the disk is full or fails. */
  commit(changes: readonly Change[]): void;
}

/** newer: a later firmware wrote it, this one must not touch it. */
export type StoreFault = "disk-full" | "io" | "too-large" | "damaged" | "newer";
export class StoreError extends Error {
  override readonly name = "StoreError";
  constructor(
    readonly code: StoreFault,
    words: string,
  ) {
    super(words);
  }
}

/** Writes masked lines: runs of 12 or more digits lose their middle, whatever the caller passed. */
export interface Logger {
  debug(words: string): void;
  info(words: string): void;
  warn(words: string): void;
  error(words: string, error?: unknown): void;
}

export interface Facts {
  manager: string;
  loader: string;
  kernel: string;
  fileSystem: string;
  engine: string;
  app: string;
  abi: string;
  /** Machine number. */
  serial: string;
}

/** A firmware package that waits: staged by this firmware, flashed from outside, or on a memory stick. */
export interface FirmwareWaiting {
  name: string;
  /** Undefined: it is no package. */
  version?: string;
  board?: string;
  bytes: number;
}

export interface FirmwareState {
  slot: "a" | "b";
  version: string;
  securityCounter: number;
  /** Public key, hexadecimal. */
  signer: string;
  development: boolean;
  /** Not confirmed yet; starts left after this one. */
  trial: { left: number } | null;
  /** What the other slot holds; verdict: written · good · bad. */
  other: { version: string; verdict: string } | null;
  /** The last one that was taken back, until another is confirmed. */
  back: { version: string; why: string } | null;
  waiting: FirmwareWaiting[];
}

export interface FirmwareSummary {
  version: string;
  board: string;
  securityCounter: number;
  signer: string;
  development: boolean;
  /** What must be closed before it is installed: "reversal", "offline", "batch". */
  closed: string[];
  bytes: number;
}

/**
 * Why a loader takes no package; a closed set. not-a-package · damaged: altered or cut short · signer: signed by somebody else · board: for another one ·
 * abi: for another system-call table · incomplete: the bundle or the board is missing · older: than what is confirmed · same: it runs already · development:
 * not on a terminal of production · on-trial: the one before it is not confirmed yet · no-room: the disk · no-package: nothing of that name waits
 */
export const FIRMWARE_REFUSALS = [
  "not-a-package",
  "damaged",
  "signer",
  "board",
  "abi",
  "incomplete",
  "older",
  "same",
  "development",
  "on-trial",
  "no-room",
  "no-package",
] as const;

/** `refused`: one of these, or a newer loader's own; `words`: what is wrong, in English, as the log has it. */
export type FirmwareRefused = { refused: string; words: string };
export type FirmwareJudged = { package: FirmwareSummary };
export type FirmwareInstalled = { installed: FirmwareSummary; slot: "a" | "b" };

/** The slots this firmware was started from, and packages for them. Whatever is installed was verified by the loader, never here. */
export interface Firmware {
  /** Undefined: there are no slots; somebody started this bundle by hand. The calls below then throw. */
  state(): FirmwareState | undefined;
  /** A package was flashed from outside and waits; false without slots. */
  flashed(): boolean;
  /** Tells those outside what the flashed package waits for. */
  waitFor(reason: string): void;
  /** Hands a package over to the loader; gives the name it waits under. Throws when there is no room. */
  stage(bytes: Uint8Array): string;
  check(name: string): FirmwareJudged | FirmwareRefused;
  /** Into the other slot; the next restart tries it. */
  install(name: string): FirmwareInstalled | FirmwareRefused;
  /** This firmware works: it is kept. Harmless when it was confirmed before. */
  confirm(): void;
  /** This firmware does not work here: the next restart goes back to the one before. */
  reject(why: string): void;
}

export interface System {
  readonly scheduler: Scheduler;
  readonly store: Store;
  readonly log: Logger;
  /** Throws PortError. `options` are the port's own (baud, host, port …) and override the board's. */
  openPort(name: string, options?: Record<string, unknown>): Port;
  /** Wall clock, ms since 1970 UTC. */
  wallMs(): number;
  entropy(count: number): Uint8Array;
  seal(bytes: Uint8Array): Uint8Array;
  /** Throws when the bytes were altered or sealed elsewhere. */
  unseal(bytes: Uint8Array): Uint8Array;
  asset(name: string): Uint8Array | undefined;
  facts(): Facts;
  readonly firmware: Firmware;
  power(action: "restart" | "halt"): void;
}
