/** HID devices of our own making in a Linux guest: /dev/uhid (linux/uhid.h), one open file a device. */
import { closeSync, openSync, read, writeSync } from "node:fs";

export interface HidDevice {
  name: string;
  vendorId: number;
  productId: number;
  descriptor: readonly number[];
}

const EVENT_BYTES = 4380;
const DESTROY = 1;
const OUTPUT = 6;
const GET_REPORT = 9;
const GET_REPORT_REPLY = 10;
const CREATE2 = 11;
const INPUT2 = 12;
const SET_REPORT = 13;
const SET_REPORT_REPLY = 14;
const BUS_USB = 3;
const DATA_BYTES = 4096;
const EIO = 5;

export class Uhid {
  readonly #fd = openSync("/dev/uhid", "r+");
  readonly #onOutput: (report: Uint8Array) => void;
  #gone = false;

  /** `onOutput` gets what the terminal writes, without the report id. */
  constructor(device: HidDevice, onOutput: (report: Uint8Array) => void) {
    this.#onOutput = onOutput;
    const event = Buffer.alloc(4 + 128 + 64 + 64 + 2 + 2 + 16 + DATA_BYTES);
    event.writeUInt32LE(CREATE2, 0);
    event.write(device.name, 4, "latin1");
    let at = 4 + 128 + 64 + 64;
    at = event.writeUInt16LE(device.descriptor.length, at);
    at = event.writeUInt16LE(BUS_USB, at);
    for (const value of [device.vendorId, device.productId, 0, 0]) at = event.writeUInt32LE(value, at);
    Buffer.from(device.descriptor).copy(event, at);
    writeSync(this.#fd, event);
    this.#listen();
  }

  send(report: Uint8Array): void {
    if (this.#gone) return;
    const event = Buffer.alloc(4 + 2 + report.length);
    event.writeUInt32LE(INPUT2, 0);
    event.writeUInt16LE(report.length, 4);
    event.set(report, 6);
    writeSync(this.#fd, event);
  }

  /** Pulls it out. */
  destroy(): void {
    if (this.#gone) return;
    this.#gone = true;
    const event = Buffer.alloc(4);
    event.writeUInt32LE(DESTROY, 0);
    writeSync(this.#fd, event);
    closeSync(this.#fd);
  }

  #listen(): void {
    const event = Buffer.alloc(EVENT_BYTES);
    read(this.#fd, event, 0, EVENT_BYTES, null, (error, count) => {
      if (this.#gone || error !== null || count === 0) return;
      this.#happened(event);
      this.#listen();
    });
  }

  #happened(event: Buffer): void {
    const type = event.readUInt32LE(0);
    if (type === OUTPUT) {
      const size = event.readUInt16LE(4 + DATA_BYTES);
      this.#onOutput(Uint8Array.from(event.subarray(5, 4 + size)));
    } else if (type === GET_REPORT || type === SET_REPORT) {
      // These devices have no such reports.
      const reply = Buffer.alloc(12);
      reply.writeUInt32LE(type === GET_REPORT ? GET_REPORT_REPLY : SET_REPORT_REPLY, 0);
      event.copy(reply, 4, 4, 8);
      reply.writeUInt16LE(EIO, 8);
      writeSync(this.#fd, reply);
    }
  }
}
