/** Linux between a USB boot keyboard and whoever reads its input device: reports in, key events out (drivers/hid/hid-input.c, usbkbd's table). */

/** Code by usage of page 07; what Linux knows no key for is KEY_UNKNOWN. */
const CODES: Readonly<Record<number, number>> = {
  ...{ 89: 79, 90: 80, 91: 81, 92: 75, 93: 76, 94: 77, 95: 71, 96: 72, 97: 73, 98: 82 },
  ...{ 216: 111, 41: 1, 88: 96, 82: 103, 81: 108, 118: 130, 58: 59, 59: 60 },
};
const KEY_UNKNOWN = 240;
const EV_KEY = 1;
const FIRST_USAGE = 2;
const ROLL_OVER = 1;

export const keyEvent = (type: number, code: number, value: number): Uint8Array => {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint16(0, type, true);
  view.setUint16(2, code, true);
  view.setInt32(4, value, true);
  return new Uint8Array(view.buffer);
};

export class LinuxInput {
  readonly #send: (events: Uint8Array) => void;
  #down = new Set<number>();

  constructor(send: (events: Uint8Array) => void) {
    this.#send = send;
  }

  report(report: Uint8Array): void {
    const now = new Set(report.subarray(FIRST_USAGE).filter((usage) => usage !== 0));
    if (now.has(ROLL_OVER)) return;
    const up = [...this.#down].filter((usage) => !now.has(usage)).map((usage) => [usage, 0] as const);
    const down = [...now].filter((usage) => !this.#down.has(usage)).map((usage) => [usage, 1] as const);
    this.#down = now;
    for (const [usage, value] of [...up, ...down]) this.#send(keyEvent(EV_KEY, CODES[usage] ?? KEY_UNKNOWN, value));
  }
}
