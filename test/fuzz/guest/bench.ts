/**
 * What the checks of the firmware's parsers stand on: the real platform/guest on a door that fits on a page and knows no Node, so that the same check
 * runs in V8 (fast, with coverage) and inside QuickJS.
 */
import type { Door } from "../../../platform/abi.ts";
import { assemble, type DoorEvent, type GuestSystem } from "../../../platform/guest/index.ts";

/** Bytes in, nothing out. Whatever it throws is a defect: what may be thrown, the check has caught. */
export type Check = (bytes: Uint8Array) => void | Promise<void>;

/** A promise of the parser's that did not hold, though nothing was thrown. */
export class Broken extends Error {
  override readonly name = "Broken";
}

export function ensure(condition: boolean, promise: string): asserts condition {
  if (!condition) throw new Broken(promise);
}

type ErrorClass = abstract new (...args: never[]) => Error;

/** The action's value; undefined when it threw one of the errors it may throw. Any other goes on. */
export function only<T>(closed: readonly ErrorClass[], action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (closed.some((each) => error instanceof each)) return undefined;
    throw error;
  }
}

export async function onlyLater<T>(closed: readonly ErrorClass[], promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (closed.some((each) => error instanceof each)) return undefined;
    throw error;
  }
}

/**
 * The first byte says how the rest comes: 0 in one piece, up to 127 in pieces of that size, above in two pieces split at that place less 128. So the
 * fuzzer reaches every way of splitting, and a saved input keeps it.
 */
export function pieces(bytes: Uint8Array): Uint8Array[] {
  const [how = 0] = bytes;
  const rest = bytes.subarray(1);
  if (how === 0 || rest.length === 0) return [rest.slice()];
  if (how > 127) return [rest.slice(0, how - 128), rest.slice(how - 128)].filter(({ length }) => length > 0);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < rest.length; at += how) parts.push(rest.slice(at, at + how));
  return parts;
}

export interface Bench {
  system: GuestSystem;
  /** What came out of the port since the last look. */
  written(name: string): Uint8Array[];
  /** Bytes from the device; lost when the port is closed. */
  send(name: string, bytes: Uint8Array): void;
  event(...event: Parameters<DoorEvent>): void;
  handleOf(name: string): number | undefined;
  /** Moves time to the next wake-up asked for, if it is due within so long. False: there is none. */
  wake(withinMs?: number): boolean;
  files: Map<string, Uint8Array>;
  /** Errors that were reported and not thrown: a callback of a driver failed. */
  failures: unknown[];
}

let assets: (name: string) => Uint8Array | undefined = () => undefined;

/** Where the firmware package's files come from: the disk in V8, the real door inside QuickJS. */
export function useAssets(from: (name: string) => Uint8Array | undefined): void {
  assets = from;
}

export const asset = (name: string): Uint8Array | undefined => assets(name);

const buffer = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

/** `give`: files of the firmware package that this check makes up itself. */
export function makeBench(files = new Map<string, Uint8Array>(), give: Readonly<Record<string, Uint8Array>> = {}): Bench {
  const open = new Map<string, number>();
  const names = new Map<number, string>();
  const out = new Map<string, Uint8Array[]>();
  let handles = 0;
  let nowMs = 1_000;
  let wakeMs = -1;
  const door: Door = {
    open: (name) => {
      open.set(name, ++handles);
      names.set(handles, name);
      return handles;
    },
    write: (handle, bytes) => {
      const name = names.get(handle) ?? "";
      out.set(name, [...(out.get(name) ?? []), new Uint8Array(bytes.slice(0))]);
    },
    control: () => "{}",
    close: (handle) => void open.delete(names.get(handle) ?? ""),
    fileRead: (name) => {
      const bytes = files.get(name);
      return bytes && buffer(bytes);
    },
    fileAppend: (name, at, bytes) => {
      const before = files.get(name) ?? new Uint8Array(0);
      const after = new Uint8Array(at + bytes.byteLength);
      after.set(before.subarray(0, at));
      after.set(new Uint8Array(bytes), at);
      files.set(name, after);
    },
    fileSync: () => {},
    fileReplace: (from, to) => {
      const bytes = files.get(from);
      files.delete(from);
      if (bytes !== undefined) files.set(to, bytes);
    },
    fileList: () => JSON.stringify([...files].map(([name, { length }]) => ({ name, size: length }))),
    // Nothing is hidden: a check of what lies behind the seal gives the clear bytes.
    seal: (bytes) => bytes.slice(0),
    unseal: (bytes) => bytes.slice(0),
    clock: () => 1_795_194_000_000 + nowMs,
    monotonic: () => nowMs,
    wake: (atMs) => {
      wakeMs = atMs;
    },
    entropy: (count) => new Uint8Array(count).fill(7).buffer,
    log: () => {},
    power: () => {},
    stage: () => {},
    firmware: () => "null",
    facts: () => JSON.stringify({ engine: "fuzz", app: "0", abi: "1.0", serial: "TL00000001" }),
    asset: (name) => {
      const bytes = give[name] ?? assets(name);
      return bytes && buffer(bytes);
    },
  };
  const { system, onDoorEvent } = assemble(door);
  const failures: unknown[] = [];
  system.onTaskFailed = (_task, error) => void failures.push(error);
  return {
    system,
    files,
    failures,
    written: (name) => {
      const found = out.get(name) ?? [];
      out.delete(name);
      return found;
    },
    send: (name, bytes) => {
      const handle = open.get(name);
      if (handle !== undefined) onDoorEvent("data", handle, buffer(bytes), nowMs);
    },
    event: onDoorEvent,
    handleOf: (name) => open.get(name),
    wake: (withinMs = Number.POSITIVE_INFINITY) => {
      if (wakeMs < 0 || wakeMs - nowMs > withinMs) return false;
      nowMs = Math.max(nowMs, wakeMs);
      wakeMs = -1;
      onDoorEvent("wake");
      return true;
    },
  };
}

/** A driver's callback that failed is a failure here. */
export function noFailures({ failures }: Bench): void {
  if (failures.length > 0) throw failures[0];
}

/** Deeper than any chain of awaits a device's work sets off. */
const TURNS = 60;

/** Lets all promise jobs run, on any engine. */
export async function rest(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
}
