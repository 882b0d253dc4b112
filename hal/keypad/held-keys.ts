/** What keypad drivers share: a key counts once when it goes down, not when its contact bounces, and is told of when it never comes up. */
import type { System, Timer } from "../../platform/guest/system.ts";
import { attach } from "../attach.ts";
import { DeviceError } from "../errors.ts";
import type { Key, Keypad } from "./keypad.ts";

const BOUNCE_MS = 8;
const STUCK_MS = 30_000;

/** By code, whatever the keypad calls its keys. Times are those at which the reports came in: a terminal that was drawing meanwhile must not take two quick
 * presses for a bounce. */
export interface HeldKeys {
  readonly down: ReadonlyMap<number, Timer>;
  press(code: number, atMs: number): void;
  release(code: number, atMs: number): void;
  /** Nothing is known of any key any more. */
  forget(): void;
}

export interface KeypadOf {
  /** What a code means on this keypad; undefined for a key that means nothing here. */
  keyOf(code: number): Key | undefined;
  /** Takes what the device has sent apart into keys that went down and up. */
  report(bytes: Uint8Array, atMs: number, held: HeldKeys): void;
}

/** A keypad whose port carries whole reports. Throws PortError when it cannot be opened now; later it comes and goes by itself. */
export function openKeypad(system: System, portName: string, { keyOf, report }: KeypadOf): Keypad {
  const keypad: Keypad = {
    onKey: undefined,
    onError: undefined,
    close() {
      held.forget();
      attachment.close();
    },
  };
  const held = heldKeys(system, keypad, keyOf);
  const attachment = attach(
    system,
    portName,
    { messages: true },
    (port) => {
      port.onReadable = () => {
        for (let bytes = port.read(); bytes !== undefined; bytes = port.read()) report(bytes, port.arrivedAtMs, held);
      };
    },
    (why) => {
      held.forget();
      keypad.onError?.(new DeviceError("keypad", "unplugged", why));
    },
  );
  return keypad;
}

function heldKeys({ scheduler }: System, keypad: Keypad, keyOf: KeypadOf["keyOf"]): HeldKeys {
  const down = new Map<number, Timer>();
  const releasedAt = new Map<number, number>();
  const stuck = (code: number) => {
    const key = keyOf(code) ?? code.toString(16);
    const words = `${key} has been down for ${STUCK_MS / 1000} s: free or clean the key`;
    keypad.onError?.(new DeviceError("keypad", "stuck-key", words));
  };
  return {
    down,
    press(code, atMs) {
      if (down.has(code)) return;
      down.set(
        code,
        scheduler.after(STUCK_MS, "person", () => stuck(code)),
      );
      const key = keyOf(code);
      const bounced = atMs - (releasedAt.get(code) ?? Number.NEGATIVE_INFINITY) < BOUNCE_MS;
      if (key !== undefined && !bounced) keypad.onKey?.(key);
    },
    release(code, atMs) {
      down.get(code)?.stop();
      if (down.delete(code)) releasedAt.set(code, atMs);
    },
    forget() {
      for (const timer of down.values()) timer.stop();
      down.clear();
      releasedAt.clear();
    },
  };
}
