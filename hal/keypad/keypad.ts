import type { DeviceError } from "../errors.ts";

export const KEYS = [
  "0",
  "1",
  "2",
  "3",
  "4",
  "5",
  "6",
  "7",
  "8",
  "9",
  "00",
  "clear",
  "cancel",
  "enter",
  "up",
  "down",
  "menu",
  "func",
  "alpha",
] as const;
export type Key = (typeof KEYS)[number];

export type KeypadErrorCode = "unplugged" | "stuck-key";
export type KeypadError = DeviceError<KeypadErrorCode>;

/** The terminal's own keypad (UnifiedPOS POSKeyboard). PINs are never typed here. */
export interface Keypad {
  /** One call a key press; auto-repeat and bounce are removed by the driver. */
  onKey: ((key: Key) => void) | undefined;
  onError: ((error: KeypadError) => void) | undefined;
  close(): void;
}
