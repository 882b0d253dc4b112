/** The panel's keys as a USB boot keyboard (hal/HID.md): each report lists the keys held now; what is new in it was pressed. */
import type { System } from "../../platform/guest/system.ts";
import { openKeypad } from "./held-keys.ts";
import type { Key, Keypad } from "./keypad.ts";

const REPORT_BYTES = 8;
const FIRST_USAGE = 2;
const ROLL_OVER = 0x01;

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
  return openKeypad(system, portName, {
    keyOf: (usage) => KEY_OF_USAGE.get(usage),
    report(bytes, atMs, held) {
      if (bytes.length !== REPORT_BYTES) {
        system.log.warn(`keypad: report of ${bytes.length} bytes ignored, ${REPORT_BYTES} expected`);
        return;
      }
      const now = new Set(bytes.subarray(FIRST_USAGE).filter((usage) => usage !== 0));
      if (now.has(ROLL_OVER)) return;
      for (const usage of [...held.down.keys()]) if (!now.has(usage)) held.release(usage, atMs);
      for (const usage of now) held.press(usage, atMs);
    },
  });
}
