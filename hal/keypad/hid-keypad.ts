/** The panel's keys as a USB boot keyboard (hal/HID.md): each report lists the keys held now; what is new in it was pressed. */
import type { System, Timer } from "../../platform/guest/system.ts";
import { attach } from "../attach.ts";
import { DeviceError } from "../errors.ts";
import type { Key, Keypad } from "./keypad.ts";

const REPORT_BYTES = 8;
const FIRST_USAGE = 2;
const ROLL_OVER = 0x01;
const BOUNCE_MS = 8;
const STUCK_MS = 30_000;

/** Usage page 07. */
const KEY_OF_USAGE: ReadonlyMap<number, Key> = new Map<number, Key>([
  [0x59, "1"],
  [0x5a, "2"],
  [0x5b, "3"],
  [0x5c, "4"],
  [0x5d, "5"],
  [0x5e, "6"],
  [0x5f, "7"],
  [0x60, "8"],
  [0x61, "9"],
  [0x62, "0"],
  [0xb0, "00"],
  [0xd8, "clear"],
  [0x29, "cancel"],
  [0x58, "enter"],
  [0x52, "up"],
  [0x51, "down"],
  [0x76, "menu"],
  [0x3a, "func"],
  [0x3b, "alpha"],
]);

export function openHidKeypad(system: System, portName: string): Keypad {
  const { scheduler, log } = system;
  const held = new Map<number, Timer>();
  const releasedAt = new Map<number, number>();

  const keypad: Keypad = {
    onKey: undefined,
    onError: undefined,
    close() {
      releaseAll();
      attachment.close();
    },
  };

  const releaseAll = () => {
    for (const stuck of held.values()) stuck.stop();
    held.clear();
    releasedAt.clear();
  };

  const pressed = (usage: number, atMs: number) => {
    held.set(
      usage,
      scheduler.after(STUCK_MS, "person", () => {
        const key = KEY_OF_USAGE.get(usage) ?? usage.toString(16);
        keypad.onError?.(
          new DeviceError("keypad", "stuck-key", `${key} has been down for ${STUCK_MS / 1000} s: free or clean the key`),
        );
      }),
    );
    const key = KEY_OF_USAGE.get(usage);
    const bounced = atMs - (releasedAt.get(usage) ?? Number.NEGATIVE_INFINITY) < BOUNCE_MS;
    if (key !== undefined && !bounced) keypad.onKey?.(key);
  };

  // By when the report came in: a terminal that was drawing meanwhile must not take two quick presses for a bounce.
  const report = (bytes: Uint8Array, atMs: number) => {
    if (bytes.length !== REPORT_BYTES) {
      log.warn(`keypad: report of ${bytes.length} bytes ignored, ${REPORT_BYTES} expected`);
      return;
    }
    const now = new Set(bytes.subarray(FIRST_USAGE).filter((usage) => usage !== 0));
    if (now.has(ROLL_OVER)) return;
    for (const [usage, stuck] of held) {
      if (now.has(usage)) continue;
      stuck.stop();
      held.delete(usage);
      releasedAt.set(usage, atMs);
    }
    for (const usage of now) if (!held.has(usage)) pressed(usage, atMs);
  };

  const attachment = attach(
    system,
    portName,
    { messages: true },
    (port) => {
      port.onReadable = () => {
        for (let bytes = port.read(); bytes !== undefined; bytes = port.read()) report(bytes, port.arrivedAtMs);
      };
    },
    (why) => {
      releaseAll();
      keypad.onError?.(new DeviceError("keypad", "unplugged", why));
    },
  );
  return keypad;
}
