import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readBoard } from "../../hal/boards/validate.ts";
import { openDevices } from "../../hal/index.ts";
import { createFakeSystem, doorError } from "../fakes/system.ts";

const desk = readBoard(readFileSync("hal/boards/desk.json", "utf8"));

test("everything on the desk opens, message ports as message ports", () => {
  const system = createFakeSystem();
  const devices = openDevices(system, desk);
  expect(devices.failures).toEqual([]);
  for (const name of ["display", "keypad", "msr", "pinpad", "printer", "link", "beeper", "lights", "debug"] as const) {
    expect(devices[name], name).toBeDefined();
  }
  expect(devices.printer?.columns).toBe(32);
  expect(devices.board).toBe(desk);
});

test("a device that is not there is named; the others work; a device the board has not is no failure", () => {
  const system = createFakeSystem();
  system.fakePort("printer").onOpen = () => {
    throw doorError("unplugged", "no such file");
  };
  const { debug: _debug, ...devices } = desk.devices;
  const opened = openDevices(system, { ...desk, devices });
  expect(opened.printer).toBeUndefined();
  expect(opened.debug).toBeUndefined();
  expect(opened.failures).toEqual([{ device: "printer", words: expect.stringContaining("printer") }]);
  expect(opened.keypad).toBeDefined();
});

test("a link that should be secret never goes out on a plain port", async () => {
  const system = createFakeSystem();
  const { link } = openDevices(system, desk);
  const settings = { host: "h", port: 1, connectTimeoutMs: 1000, tls: true };
  await expect(link?.(settings).connect()).rejects.toMatchObject({ code: "tls" });
  expect(system.fakePort("host").open).toBe(false);
});
