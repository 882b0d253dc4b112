/** Input devices of Linux: keys that go down and up, from /dev/input/event*. */
import { closeSync, constants, openSync, readdirSync, readFileSync } from "node:fs";
import type { LinuxPortBinding } from "@serialport/bindings-cpp";
import type { SpecOf } from "../board.ts";
import { DoorError, wordsOf } from "../errors.ts";
import { eventBytes, keyEvents } from "../input-event.ts";
import { loadBinding, openFault, readUntilGone } from "./descriptor.ts";
import { ClosingPort } from "./closing-port.ts";
import type { OpenPort } from "./port.ts";

const SYSFS = "/sys/class/input";
const MOST_EVENTS = 64;
const SIZE = eventBytes(!["arm", "ia32", "mips", "mipsel"].includes(process.arch));

const NO_LINE = { path: "", baudRate: 0 } as unknown as ConstructorParameters<typeof LinuxPortBinding>[1];

export const evdevPort: OpenPort = (request) => {
  const port = new EvdevPort(request);
  void port.run();
  return port;
};

class EvdevPort extends ClosingPort {
  #line: LinuxPortBinding | undefined;

  async run(): Promise<void> {
    const { events, name, spec, warn } = this.request;
    try {
      const { LinuxPortBinding: Binding } = await loadBinding();
      if (this.gone) return;
      const path = pathOf((spec as SpecOf<"evdev">).device);
      if (path === undefined) throw new DoorError("unplugged", `${name}: no such input device is there`);
      const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
      try {
        // Not as a line: only its way of waiting until there is something to read.
        this.#line = new Binding(fd, NO_LINE);
      } catch (error) {
        closeSync(fd);
        throw error;
      }
      events.opened();
      await readUntilGone(this.#line, SIZE * MOST_EVENTS, (bytes) => {
        const keys = keyEvents(bytes, SIZE);
        if (!this.gone && keys.length > 0) events.data(keys);
      });
      this.leave("unplugged");
    } catch (error) {
      if (this.gone) return;
      warn(`${name}: ${wordsOf(error)}`);
      this.leave(error instanceof DoorError ? error.code : openFault(error));
    }
  }

  write(): void {
    throw new DoorError("unsupported", `${this.request.name}: nothing can be written to an input device`);
  }

  control(): unknown {
    throw new DoorError("unsupported", `${this.request.name}: an input device has nothing to control`);
  }

  protected override shut(): void {
    const line = this.#line;
    this.#line = undefined;
    line?.close().catch(() => {});
  }
}

/** By path, or the first whose name the kernel has like this. */
function pathOf(device: string): string | undefined {
  if (device.startsWith("/")) return device;
  const name = namesBelow(SYSFS).find((each) => nameOf(`${SYSFS}/${each}/device/name`) === device);
  return name === undefined ? undefined : `/dev/input/${name}`;
}

function namesBelow(folder: string): string[] {
  try {
    return readdirSync(folder).filter((each) => /^event\d+$/.test(each));
  } catch {
    return [];
  }
}

function nameOf(file: string): string {
  try {
    return readFileSync(file, "utf8").trimEnd();
  } catch {
    return "";
  }
}
