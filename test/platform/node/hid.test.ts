/** The HID port against a fake library: a real one needs a kernel with uhid, which the daily tests do not have. */
import { beforeEach, expect, test, vi } from "vitest";
import { bench, quiet, until } from "./bench.ts";

const fake = vi.hoisted(() => ({
  opened: [] as { path: string; written: number[][]; closed: boolean; emit(event: string, value: unknown): boolean }[],
}));

vi.mock("node-hid", async () => {
  const { EventEmitter } = await import("node:events");
  class HID extends EventEmitter {
    readonly written: number[][] = [];
    closed = false;
    constructor(readonly path: string) {
      super();
      fake.opened.push(this);
    }
    write(report: number[]): number {
      if (this.path === "/dev/hidraw9") throw new Error("No such device");
      this.written.push(report);
      return report.length;
    }
    getFeatureReport(id: number, length: number): number[] {
      return [id, ...new Array<number>(length - 1).fill(9)];
    }
    sendFeatureReport(report: number[]): number {
      this.written.push(report);
      return report.length;
    }
    close(): void {
      this.closed = true;
    }
  }
  const device = { vendorId: 1, productId: 2, release: 0, interface: 0 };
  const hid = {
    HID,
    devices: () => [
      { ...device, usagePage: 8, usage: 1, path: "/dev/hidraw0" },
      { ...device, usagePage: 1, usage: 6, path: "/dev/hidraw1" },
      { ...device, usagePage: 2, usage: 6, path: "/dev/hidraw9" },
    ],
  };
  return { ...hid, default: hid };
});

const board = (usagePage: number) => ({ ports: { panel: { kind: "hid", vendorId: 1, productId: 2, usagePage } } });
const SCRIPT = `
  const panel = door.open("panel", "{}");
  door.write(panel, bytes(1, 2));
  on.opened = () => { say("opened"); say(door.control(panel, '{"getFeature":3,"length":4}')); door.control(panel, '{"setFeature":[3,7]}'); say(attempt(() => door.control(panel, '{"odd":1}'))); };
  on.data = (_, data) => say("report " + [...new Uint8Array(data)]);
  on.closed = (_, why) => say("closed " + why);`;

beforeEach(() => {
  fake.opened.length = 0;
});

test("finds the device by its usage, sends what was written meanwhile, and gives whole reports", async () => {
  const { machine, said } = bench(SCRIPT, { board: board(1) });
  await machine.start();
  await until(machine, () => machine.status.quiet && said.length === 3);
  const device = fake.opened[0];
  expect(device?.path).toBe("/dev/hidraw1");
  expect(said.slice(0, 2)).toEqual(["opened", '{"report":[3,9,9,9]}']);
  expect(said[2]).toMatch(/^DoorError bad-argument: panel: a HID device knows getFeature and setFeature/);
  expect(device?.written).toEqual([
    [0, 1, 2],
    [3, 7],
  ]);
  device?.emit("data", Buffer.of(0, 0, 89, 0, 0, 0, 0, 0));
  expect(said[3]).toBe("report 0,0,89,0,0,0,0,0");
  await machine.cut();
  expect(device?.closed).toBe(true);
});

test("an unplugged device is told once, and its late reports are not", async () => {
  const { machine, said } = bench(SCRIPT, { board: board(1) });
  await machine.start();
  await until(machine, () => machine.status.quiet && said.length === 3);
  fake.opened[0]?.emit("error", new Error("could not read from HID device"));
  fake.opened[0]?.emit("error", new Error("could not read from HID device"));
  fake.opened[0]?.emit("data", Buffer.of(1));
  await quiet(machine);
  expect(said.slice(3)).toEqual(["closed unplugged"]);
});

test("a device that takes no report is gone", async () => {
  const { machine, said } = bench(SCRIPT, { board: board(2) });
  await machine.start();
  await until(machine, () => said.length === 1);
  expect(said).toEqual(["closed unplugged"]);
});
