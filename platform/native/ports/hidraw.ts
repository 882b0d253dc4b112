/** HID devices: /dev/hidrawN, found by what sysfs tells of each. One report a write, one report a read. */
import * as os from "os";
import type { SpecOf } from "../../node/board.ts";
import { DoorError } from "../../node/errors.ts";
import type { OpenPort } from "../../node/ports/port.ts";
import { asciiOf, done, readBytes } from "../calls.ts";
import { O_NONBLOCK, readFrom } from "../stream.ts";
import { DeviceFile } from "./device-file.ts";

const SYSFS = "/sys/class/hidraw";
const MAX_REPORT_BYTES = 4096;
const MAX_WAITING_REPORTS = 64;

export const hidrawPort: OpenPort = (request) => new HidrawPort(request);

class HidrawPort extends DeviceFile {
  #waiting: Uint8Array[] = [];

  write(bytes: Uint8Array): void {
    if (this.fd !== undefined) {
      this.#send(this.fd, bytes);
      return;
    }
    if (this.#waiting.length >= MAX_WAITING_REPORTS) throw new DoorError("busy", `${this.request.name}: still opening`);
    this.#waiting.push(bytes.slice());
  }

  control(): unknown {
    throw new DoorError("unsupported", `${this.request.name}: feature reports need what this platform does not have`);
  }

  protected override openFile(): number {
    const { name, spec } = this.request;
    const found = find(spec as SpecOf<"hid">);
    if (found === undefined) throw new DoorError("unplugged", `${name}: no such HID device is plugged in`);
    return done(os.open(found, os.O_RDWR | O_NONBLOCK), `${name}: open ${found}`);
  }

  protected override begin(fd: number): void {
    const { events } = this.request;
    readFrom(fd, { data: (report) => events.data(report), ended: () => this.leave("unplugged") }, MAX_REPORT_BYTES);
    for (const report of this.#waiting.splice(0)) this.#send(fd, report);
  }

  /** Report id 0: the devices of a panel have no report ids. */
  #send(fd: number, bytes: Uint8Array): void {
    const report = new Uint8Array(bytes.length + 1);
    report.set(bytes, 1);
    if (os.write(fd, report.buffer, 0, report.length) < 0) this.leave("unplugged");
  }
}

function find(spec: SpecOf<"hid">): string | undefined {
  const [names] = os.readdir(SYSFS);
  const name = names.filter((each) => each.startsWith("hidraw")).find((each) => matches(`${SYSFS}/${each}/device`, spec));
  return name === undefined ? undefined : `/dev/${name}`;
}

const textOf = (path: string): string => asciiOf(readBytes(path) ?? new Uint8Array(0));

function matches(device: string, spec: SpecOf<"hid">): boolean {
  const told = textOf(`${device}/uevent`);
  const [, vendor, product] = /^HID_ID=[0-9A-Fa-f]+:([0-9A-Fa-f]+):([0-9A-Fa-f]+)$/m.exec(told) ?? [];
  if (Number.parseInt(vendor ?? "", 16) !== spec.vendorId || Number.parseInt(product ?? "", 16) !== spec.productId) return false;
  if (spec.serial !== undefined && /^HID_UNIQ=(.*)$/m.exec(told)?.[1] !== spec.serial) return false;
  const { usagePage, usage } = usageOf(readBytes(`${device}/report_descriptor`) ?? new Uint8Array(0));
  return (spec.usagePage === undefined || spec.usagePage === usagePage) && (spec.usage === undefined || spec.usage === usage);
}

/** The first usage of a report descriptor (USB HID 1.11, 6.2.2): page and usage of the whole device. */
export function usageOf(descriptor: Uint8Array): { usagePage: number; usage: number } {
  let usagePage = 0;
  for (let at = 0; at < descriptor.length; ) {
    const item = descriptor[at] as number;
    const size = [0, 1, 2, 4][item & 3] as number;
    let value = 0;
    for (let n = size; n > 0; n--) value = value * 256 + (descriptor[at + n] ?? 0);
    if ((item & 0xfc) === 0x04) usagePage = value;
    if ((item & 0xfc) === 0x08) return { usagePage, usage: value };
    at += 1 + size;
  }
  return { usagePage, usage: 0 };
}
