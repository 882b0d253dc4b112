/**
 * A keypad that Linux drives itself (gpio-keys, matrix-keypad, a USB keyboard): key events of an input device, each 8 bytes, little endian: type (u16), code
 * (u16), value (s32). Which code is which key the board says where it differs from the usual.
 */
import type { System } from "../../platform/guest/system.ts";
import type { Settings } from "../boards/fields.ts";
import { openKeypad } from "./held-keys.ts";
import { KEYS, type Key, type Keypad } from "./keypad.ts";

const EVENT_BYTES = 8;
/** Types, codes and values: linux/input-event-codes.h. */
const EV_SYN = 0;
const SYN_DROPPED = 3;
const EV_KEY = 1;
const DOWN = 1;
const UP = 0;
/** KEY_MAX. */
export const MOST_CODE = 767;

/** Codes that keypads and keyboards give for these keys. "00" has none that is usual. */
const USUAL: Readonly<Record<Key, readonly number[]>> = {
  "0": [11, 82, 512],
  "1": [2, 79, 513],
  "2": [3, 80, 514],
  "3": [4, 81, 515],
  "4": [5, 75, 516],
  "5": [6, 76, 517],
  "6": [7, 77, 518],
  "7": [8, 71, 519],
  "8": [9, 72, 520],
  "9": [10, 73, 521],
  "00": [],
  clear: [14, 111, 355],
  cancel: [1, 223],
  enter: [28, 96, 353],
  up: [103],
  down: [108],
  menu: [139, 130],
  func: [59, 464],
  alpha: [60],
};

/** Code by code; what `settings` says of a key takes the place of all that is usual for it. */
function keyMap(settings: Settings): ReadonlyMap<number, Key> {
  const own = KEYS.filter((key) => settings[key] !== undefined);
  const usual = KEYS.filter((key) => settings[key] === undefined).flatMap((key) =>
    USUAL[key].map((code) => [code, key] as const),
  );
  // The board's own come last: a code that is usual for another key means what the board says.
  return new Map([...usual, ...own.map((key) => [Number(settings[key]), key] as const)]);
}

/** `settings`: the code of a key, by the key's name. */
export function openEvdevKeypad(system: System, portName: string, settings: Settings): Keypad {
  const keys = keyMap(settings);
  return openKeypad(system, portName, {
    keyOf: (code) => keys.get(code),
    report(bytes, atMs, held) {
      if (bytes.length % EVENT_BYTES !== 0) system.log.warn(`keypad: ${bytes.length} bytes are no whole number of events`);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      for (let at = 0; at + EVENT_BYTES <= bytes.length; at += EVENT_BYTES) {
        const [type, code, value] = [view.getUint16(at, true), view.getUint16(at + 2, true), view.getInt32(at + 4, true)];
        // Some were lost, and a key that came up meanwhile would be down for ever.
        if (type === EV_SYN && code === SYN_DROPPED) held.forget();
        else if (type === EV_KEY && value === DOWN) held.press(code, atMs);
        else if (type === EV_KEY && value === UP) held.release(code, atMs);
      }
    },
  });
}
