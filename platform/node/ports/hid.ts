/** HID devices through hidraw. One report a write, one report a `data`; the library is loaded when a board first opens one. */
import type { Device, HID } from "node-hid";
import { DoorError, wordsOf } from "../errors.ts";
import type { SpecOf } from "../board.ts";
import { option } from "./options.ts";
import { ClosingPort } from "./closing-port.ts";
import type { OpenPort } from "./port.ts";

const MAX_WAITING_REPORTS = 64;

export const hidPort: OpenPort = (request) => {
  const port = new HidPort(request);
  void port.run();
  return port;
};

class HidPort extends ClosingPort {
  #device: HID | undefined;
  #waiting: Uint8Array[] = [];

  async run(): Promise<void> {
    const { events, name, spec } = this.request;
    try {
      const { devices, HID } = await loadLibrary();
      if (this.gone) return;
      const found = devices.find((device) => matches(device, spec as SpecOf<"hid">));
      if (found?.path === undefined) throw new DoorError("unplugged", `${name}: no such HID device is plugged in`);
      const device = new HID(found.path);
      this.#device = device;
      device.on("data", (report: Buffer) => {
        if (!this.gone) events.data(Uint8Array.from(report));
      });
      device.on("error", () => this.leave("unplugged"));
      for (const report of this.#waiting.splice(0)) this.#send(report);
      if (!this.gone) events.opened();
    } catch (error) {
      this.request.warn(wordsOf(error));
      this.leave(error instanceof DoorError ? error.code : /permission|EACCES/i.test(wordsOf(error)) ? "refused" : "io");
    }
  }

  write(bytes: Uint8Array): void {
    if (this.#device !== undefined) {
      this.#send(bytes);
      return;
    }
    if (this.#waiting.length >= MAX_WAITING_REPORTS) throw new DoorError("busy", `${this.request.name}: still opening`);
    this.#waiting.push(bytes);
  }

  /** {getFeature: id, length} → {report: [bytes]}; {setFeature: [bytes with the report id first]} → {}. */
  control(asked: Record<string, unknown>): unknown {
    const { name } = this.request;
    if (this.#device === undefined) throw new DoorError("busy", `${name}: still opening`);
    const id = option({ name, options: asked }, "getFeature", "number");
    const report = asked.setFeature;
    try {
      if (id !== undefined) {
        const length = option({ name, options: asked }, "length", "number") ?? 64;
        if (!isByte(id) || !Number.isInteger(length) || length < 1 || length > 4096) {
          throw new DoorError("bad-argument", `${name}: getFeature wants a report id and a length up to 4096`);
        }
        return { report: [...this.#device.getFeatureReport(id, length)] };
      }
      if (Array.isArray(report) && report.length > 0 && report.every(isByte)) {
        this.#device.sendFeatureReport(report as number[]);
        return {};
      }
    } catch (error) {
      if (error instanceof DoorError) throw error;
      throw new DoorError("io", `${name}: ${wordsOf(error)}`);
    }
    throw new DoorError("bad-argument", `${name}: a HID device knows getFeature and setFeature`);
  }

  #send(bytes: Uint8Array): void {
    try {
      // Report id 0: the devices of a panel have no report ids.
      this.#device?.write([0, ...bytes]);
    } catch {
      this.leave("unplugged");
    }
  }

  protected override shut(): void {
    const device = this.#device;
    this.#device = undefined;
    try {
      device?.close();
    } catch {
      // Gone already.
    }
  }
}

const isByte = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 255;

function matches(device: Device, spec: SpecOf<"hid">): boolean {
  return (
    device.vendorId === spec.vendorId &&
    device.productId === spec.productId &&
    (spec.usagePage === undefined || device.usagePage === spec.usagePage) &&
    (spec.usage === undefined || device.usage === spec.usage) &&
    (spec.serial === undefined || device.serialNumber === spec.serial)
  );
}

type Library = Pick<typeof import("node-hid"), "HID" | "devices">;

/** The library and what is plugged in: its native part is loaded not before the first call, and that is where it fails. */
async function loadLibrary(): Promise<{ HID: Library["HID"]; devices: Device[] }> {
  try {
    const loaded = (await import("node-hid")) as Library & { default?: Library };
    const library = loaded.default ?? loaded;
    return { HID: library.HID, devices: library.devices() };
  } catch (error) {
    throw new DoorError(
      "missing-library",
      `HID devices need node-hid and its libraries: npm ci, then apt-get install libusb-1.0-0 libudev1 (${wordsOf(error)})`,
    );
  }
}
