/** The inside of the door, put together. `createSystem(door)` is all that app/main.ts needs. */
import type { Door } from "../abi.ts";
import { assert } from "./assert.ts";
import { concat, toBuffer } from "./bytes.ts";
import { createLogger, describeError } from "./logger.ts";
import { createPorts } from "./ports.ts";
import { createScheduler } from "./scheduler.ts";
import type { Facts, Logger, Store, System } from "./system.ts";

/** Most random bytes the door gives in one call. */
const ENTROPY_CALL = 1024;

export interface GuestSystem extends System {
  /** A task given to `scheduler.run`, a timer or a driver's callback failed. Already logged. */
  onTaskFailed: ((task: string, error: unknown) => void) | undefined;
  /** The battery's milliseconds left. */
  onPowerWarning: ((batteryMs: number) => void) | undefined;
}

export type DoorEvent = (name: string, ...args: unknown[]) => void;

/** The system and the function that takes the door's events, not yet registered anywhere. */
export function assemble(
  door: Door,
  makeStore: (door: Door, log: Logger) => Store,
): { system: GuestSystem; onDoorEvent: DoorEvent } {
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
  const store = makeStore(door, log);

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
    power: (action) => door.power(action),
  };

  /** One row for each of abi.ts EVENTS. */
  const handlers: Record<string, (...args: never[]) => void> = {
    data: (handle: number, bytes: ArrayBuffer) => ports.onData(handle, bytes),
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

export { describeError };
