/** The inside of the door, put together. `createSystem(door)` is all that app/main.ts needs. */
import type { Door } from "../abi.ts";
import { assert } from "./assert.ts";
import { concat, toBuffer } from "./bytes.ts";
import { createFirmware } from "./firmware.ts";
import { createLogger } from "./logger.ts";
import { createPorts } from "./ports.ts";
import { createScheduler } from "./scheduler.ts";
import { cleanStore } from "./store-clean.ts";
import {
  closedStore,
  type Damage,
  doorFiles,
  eraseStore,
  type FileCalls,
  type OpenStore,
  openStore,
  setStoreAside,
} from "./store.ts";
import { type Facts, type Logger, type Store, StoreError, type System } from "./system.ts";

/** Most random bytes the door gives in one call. */
const ENTROPY_CALL = 1024;

/** What the start found on the disk. */
export interface StoreReport {
  /** The store could not be opened: `system.store` throws this at each call. The terminal is faulted. */
  readonly failure: StoreError | undefined;
  /** What was lost. The store works with what is left, and goes on reporting this until `acceptStoreDamage`. */
  readonly damage: readonly Damage[];
  /** An unfinished commit was cut off: the power went while it was written. Nothing to worry about. */
  readonly tornBytes: number;
}

export interface GuestSystem extends System {
  /** With what was lost, as in `storeReport`. */
  readonly store: Store & Pick<OpenStore, "damage">;
  readonly storeReport: StoreReport;
  /** A person has seen the damage. Throws StoreError. */
  acceptStoreDamage(): void;
  /** Service only: puts an empty store in place of one that cannot be opened. Restart afterwards. Throws StoreError. */
  eraseStore(): void;
  /** A store that cannot be opened is kept under another name, which is told, and an empty one that counts as damaged stands in its place. Restart
   * afterwards. Throws StoreError. */
  setStoreAside(): string;
  /** A task given to `scheduler.run`, a timer or a driver's callback failed. Already logged. */
  onTaskFailed: ((task: string, error: unknown) => void) | undefined;
  /** The battery's milliseconds left. */
  onPowerWarning: ((batteryMs: number) => void) | undefined;
}

export type DoorEvent = (name: string, ...args: unknown[]) => void;

/** The firmware's own system on the machine's door. Never throws because of the store: see `storeReport`. */
export function createSystem(door: Door): GuestSystem {
  const { system, onDoorEvent } = assemble(door);
  globalThis.onDoorEvent = onDoorEvent;
  return system;
}

function tryToOpen(
  files: FileCalls,
  log: Logger,
): { store: GuestSystem["store"]; opened: OpenStore | undefined; failure: StoreError | undefined } {
  try {
    const opened = openStore(files, log);
    cleanStore(opened, log);
    return { store: opened, opened, failure: undefined };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log.error("the store cannot be opened", error);
    return { store: closedStore(error), opened: undefined, failure: error };
  }
}

/** The system and the function that takes the door's events, not yet registered anywhere. */
export function assemble(door: Door): { system: GuestSystem; onDoorEvent: DoorEvent } {
  const log = createLogger(door);
  const report = (task: string, error: unknown): void => {
    log.error(`${task} failed`, error);
    try {
      system.onTaskFailed?.(task, error);
    } catch (second) {
      log.error("onTaskFailed itself failed", second);
    }
  };
  const scheduler = createScheduler(door, report);
  const ports = createPorts(door, report);
  const files = doorFiles(door);
  const { store, opened, failure } = tryToOpen(files, log);

  function entropy(count: number): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let left = count; left > 0; left -= ENTROPY_CALL) parts.push(new Uint8Array(door.entropy(Math.min(left, ENTROPY_CALL))));
    const bytes = concat(...parts);
    assert(bytes.length === count, "the door gives as many random bytes as asked for");
    return bytes;
  }

  const system: GuestSystem = {
    scheduler,
    store,
    log,
    get storeReport() {
      return { failure, damage: opened?.damage ?? [], tornBytes: opened?.tornBytes ?? 0 };
    },
    acceptStoreDamage: () => opened?.acceptDamage(),
    eraseStore: () => {
      eraseStore(files, log);
    },
    setStoreAside: () => setStoreAside(files, log),
    onTaskFailed: undefined,
    onPowerWarning: undefined,
    openPort: (name, options) => ports.open(name, options),
    wallMs: () => door.clock(),
    entropy,
    seal: (bytes) => new Uint8Array(door.seal(toBuffer(bytes))),
    unseal: (bytes) => new Uint8Array(door.unseal(toBuffer(bytes))),
    asset: (name) => {
      const bytes = door.asset(name);
      return bytes === undefined ? undefined : new Uint8Array(bytes);
    },
    facts: () => JSON.parse(door.facts()) as Facts,
    firmware: createFirmware(door),
    power: (action) => door.power(action),
  };

  /** One row for each of abi.ts EVENTS. */
  const handlers: Record<string, (...args: never[]) => void> = {
    data: (handle: number, bytes: ArrayBuffer, atMs: number) => ports.onData(handle, bytes, atMs),
    opened: (handle: number) => ports.onOpened(handle),
    closed: (handle: number, why: string) => ports.onClosed(handle, why),
    signal: (handle: number, signal: string, level: number) => ports.onSignal(handle, signal, level),
    wake: () => scheduler.onWake(),
    power: (batteryMs: number) => system.onPowerWarning?.(batteryMs),
  };

  const onDoorEvent: DoorEvent = (name, ...args) => {
    const handler = handlers[name];
    if (handler === undefined) {
      // A newer outside of the same major version may tell of more than this bundle knows.
      log.debug(`event "${name}" is unknown here`);
      return;
    }
    try {
      handler(...(args as never[]));
    } catch (error) {
      report(`event ${name}`, error);
    }
  };

  return { system, onDoorEvent };
}
