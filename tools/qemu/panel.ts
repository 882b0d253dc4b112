/** The counter's HID devices (hal/HID.md, hal/boards/counter.json) as reports and descriptors (USB HID 1.11, 6.2.2). */
import type { HidDevice } from "./uhid.ts";

const VENDOR_PAGE = [0x06, 0x00, 0xff, 0x09, 0x01];
const BYTES = [0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08];
const INPUT = [0x81, 0x02];
const OUTPUT = [0x91, 0x02];
const COLLECTION = [0xa1, 0x01];
const END = [0xc0];

const count = (bytes: number): number[] => [0x96, bytes & 0xff, bytes >> 8];

/** Six usages held, as a keyboard in its boot protocol. */
const KEYBOARD = [
  ...[0x05, 0x01, 0x09, 0x06, ...COLLECTION],
  ...[0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x08, ...INPUT],
  ...[0x95, 0x01, 0x75, 0x08, 0x81, 0x03],
  ...[0x95, 0x06, ...BYTES, 0x05, 0x07, 0x19, 0x00, 0x2a, 0xff, 0x00, 0x81, 0x00],
  ...END,
];

/** By wire, which is also the port's name on the board. */
export const HID_DEVICES: Record<string, HidDevice> = {
  keypad: { name: "Tael keypad", vendorId: 5824, productId: 1503, descriptor: KEYBOARD },
  msr: {
    name: "Tael stripe reader",
    vendorId: 2049,
    productId: 2,
    descriptor: [...VENDOR_PAGE, ...COLLECTION, ...BYTES, ...count(337), 0x09, 0x01, ...INPUT, ...END],
  },
  lights: {
    name: "Tael lights",
    vendorId: 5824,
    productId: 1503,
    descriptor: [0x05, 0x08, 0x09, 0x4b, ...COLLECTION, ...VENDOR_PAGE, ...BYTES, ...count(2), ...OUTPUT, ...END],
  },
  beeper: {
    name: "Tael beeper",
    vendorId: 5824,
    productId: 1503,
    descriptor: [...VENDOR_PAGE, ...COLLECTION, ...BYTES, ...count(5), 0x09, 0x01, ...OUTPUT, ...END],
  },
};
