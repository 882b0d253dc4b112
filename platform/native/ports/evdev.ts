/** Input devices of Linux, as on platform/node: keys that go down and up. */
import * as os from "os";
import type { SpecOf } from "../../node/board.ts";
import { DoorError } from "../../node/errors.ts";
import { eventBytes, keyEvents } from "../../node/input-event.ts";
import type { OpenPort } from "../../node/ports/port.ts";
import { asciiOf, done, readBytes } from "../calls.ts";
import { O_NOCTTY, O_NONBLOCK, readFrom } from "../stream.ts";
import { DeviceFile } from "./device-file.ts";

const SYSFS = "/sys/class/input";
const MOST_EVENTS = 64;

export const evdevPort: OpenPort = (request) => new EvdevPort(request);

class EvdevPort extends DeviceFile {
  write(): void {
    throw new DoorError("unsupported", `${this.request.name}: nothing can be written to an input device`);
  }

  control(): unknown {
    throw new DoorError("unsupported", `${this.request.name}: an input device has nothing to control`);
  }

  protected override openFile(): number {
    const { name, spec } = this.request;
    const path = pathOf((spec as SpecOf<"evdev">).device);
    if (path === undefined) throw new DoorError("unplugged", `${name}: no such input device is there`);
    return done(os.open(path, os.O_RDONLY | O_NONBLOCK | O_NOCTTY), `${name}: open ${path}`);
  }

  protected override begin(fd: number): void {
    const size = eventBytes(is64Bit());
    const data = (bytes: Uint8Array): void => {
      const keys = keyEvents(bytes, size);
      if (keys.length > 0) this.request.events.data(keys);
    };
    readFrom(fd, { data, ended: () => this.leave("unplugged") }, size * MOST_EVENTS);
  }
}

/** By path, or the first whose name the kernel has like this. */
function pathOf(device: string): string | undefined {
  if (device.startsWith("/")) return device;
  const [names] = os.readdir(SYSFS);
  const name = names.find((each) => /^event\d+$/.test(each) && nameOf(`${SYSFS}/${each}/device/name`) === device);
  return name === undefined ? undefined : `/dev/input/${name}`;
}

const nameOf = (file: string): string => asciiOf(readBytes(file) ?? new Uint8Array(0)).trimEnd();

const ELF_CLASS_AT = 4;
const ELF_64 = 2;

/** Of this program, whose longs the kernel uses: its own first bytes say so. */
function is64Bit(): boolean {
  const fd = done(os.open("/proc/self/exe", os.O_RDONLY), "open /proc/self/exe");
  const head = new Uint8Array(ELF_CLASS_AT + 1);
  os.read(fd, head.buffer, 0, head.length);
  os.close(fd);
  return head[ELF_CLASS_AT] === ELF_64;
}
