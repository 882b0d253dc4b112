/** The port of input devices, with a named pipe where the kernel's device would be: it is read the same way. */
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventBytes, keyEvents } from "../../../platform/node/input-event.ts";
import { keyEvent } from "../../fakes/linux-input.ts";
import { bench, temporaryDirectory, until } from "./bench.ts";

const EV_KEY = 1;
const LOST = [0, 3, 0] as const;

/** As the kernel writes it: the time before the rest. */
type Told = readonly [type: number, code: number, value: number];
const inputEvent = (size: number, ...[type, code, value]: Told): Uint8Array => {
  const event = new Uint8Array(size).fill(0xee);
  event.set(keyEvent(type, code, value), size - 8);
  return event;
};

test.each([
  [true, 24],
  [false, 16],
])("of what the kernel tells, keys going down and up and word of lost ones are handed on (64 bits: %s)", (is64Bit, size) => {
  expect(eventBytes(is64Bit)).toBe(size);
  const told: Told[] = [[4, 4, 458_841], [EV_KEY, 79, 1], [0, 0, 0], [EV_KEY, 79, 2], LOST, [EV_KEY, 79, 0], [3, 1, 200]];
  const bytes = Buffer.concat(told.map((event) => inputEvent(size, ...event)));
  expect(keyEvents(bytes, size)).toEqual(
    new Uint8Array(Buffer.concat([keyEvent(EV_KEY, 79, 1), keyEvent(...LOST), keyEvent(EV_KEY, 79, 0)])),
  );
  // Half an event at the end is none.
  expect(keyEvents(bytes.subarray(0, size * 2 - 1), size)).toHaveLength(0);
});

const SCRIPT = `
  const keys = door.open("keypad", "{}");
  on.opened = () => { say("opened"); say(attempt(() => door.write(keys, bytes(1)))); say(attempt(() => door.control(keys, "{}"))); };
  on.data = (_, data) => say("keys " + [...new Uint8Array(data)]);
  on.closed = (_, why) => say("closed " + why);`;

test("keys come as they are pressed, nothing can be written, and the device's end is told", async () => {
  const path = join(temporaryDirectory(), "event0");
  execFileSync("mkfifo", [path]);
  // Both ways, so that the port finds somebody at the other end.
  const kernel = openSync(path, constants.O_RDWR);
  const { machine, said } = bench(SCRIPT, { board: { ports: { keypad: { kind: "evdev", device: path } } } });
  await machine.start();
  await until(machine, () => said.length === 3);
  expect(said).toEqual(["opened", expect.stringContaining("unsupported"), expect.stringContaining("unsupported")]);
  writeSync(kernel, Buffer.concat([inputEvent(24, EV_KEY, 28, 1), inputEvent(24, 0, 0, 0)]));
  await until(machine, () => said.length === 4);
  expect(said[3]).toBe("keys 1,0,28,0,1,0,0,0");
  closeSync(kernel);
  await until(machine, () => said.length === 5);
  expect(said[4]).toBe("closed unplugged");
  await machine.cut();
});

test.each([
  ["a path where nothing is", "/dev/input/tael-none"],
  ["a name that nothing has", "Tael's keypad of nowhere"],
])("%s is told as unplugged", async (_, device) => {
  const { machine, said } = bench(SCRIPT, { board: { ports: { keypad: { kind: "evdev", device } } } });
  await machine.start();
  await until(machine, () => said.length === 1);
  expect(said).toEqual(["closed unplugged"]);
  await machine.cut();
});
