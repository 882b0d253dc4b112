import { expect, test } from "vitest";
import { createFakeSystem, doorError } from "../../fakes/system.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

test("a byte port gives all that came in one piece, a message port one report a call", () => {
  const system = createFakeSystem();
  const serial = system.openPort("pinpad", { baud: 9600 });
  const hid = system.openPort("keypad", { messages: true });
  expect(system.fakePort("keypad").options, "messages is nothing the outside knows of").toEqual({});
  expect(serial.read()).toBeUndefined();
  for (const name of ["pinpad", "keypad"]) {
    system.fakePort(name).toTerminal(bytes(1, 2));
    system.fakePort(name).toTerminal(bytes(3));
  }
  expect(serial.read()).toEqual(bytes(1, 2, 3));
  expect(serial.read()).toBeUndefined();
  expect([hid.read(), hid.read(), hid.read()]).toEqual([bytes(1, 2), bytes(3), undefined]);
});

test("events reach their port: readable, opened, signal, closed", () => {
  const system = createFakeSystem();
  const port = system.openPort("host", { host: "h", port: 1 });
  const seen: unknown[] = [];
  port.onOpened = () => seen.push("opened");
  port.onReadable = () => seen.push(port.read());
  port.onSignal = (signal, level) => seen.push([signal, level]);
  port.onClosed = (why) => seen.push(why);
  const wire = system.fakePort("host");
  wire.accept();
  wire.toTerminal(bytes(7));
  wire.signal("dcd", false);
  wire.close("ended");
  expect(seen).toEqual(["opened", bytes(7), ["dcd", false], "ended"]);
});

test("whoever starts listening late still learns of what came before", async () => {
  const system = createFakeSystem();
  const port = system.openPort("printer");
  system.fakePort("printer").toTerminal(bytes(1));
  const seen: unknown[] = [];
  port.onReadable = () => seen.push(port.read());
  expect(seen).toEqual([]);
  await system.settle();
  expect(seen).toEqual([bytes(1)]);
});

test("what came before the far side left can still be read; nothing can be written", () => {
  const system = createFakeSystem();
  const port = system.openPort("host");
  system.fakePort("host").toTerminal(bytes(1));
  system.fakePort("host").close("unplugged");
  expect(port.read()).toEqual(bytes(1));
  expect(() => port.write(bytes(1))).toThrow(expect.objectContaining({ name: "PortError", code: "unplugged", port: "host" }));
  port.close();
  expect(system.openPort("host").name, "it can be opened anew").toBe("host");
});

test("silence after close, also in the middle of a callback; closing twice is once", () => {
  const system = createFakeSystem();
  const port = system.openPort("msr", { messages: true });
  const wire = system.fakePort("msr");
  let closes = 0;
  wire.onClose = () => closes++;
  let calls = 0;
  port.onReadable = () => {
    calls++;
    port.close();
  };
  port.onClosed = () => expect.unreachable();
  wire.toTerminal(bytes(1));
  wire.toTerminal(bytes(2));
  port.close();
  expect([calls, closes, port.read()]).toEqual([1, 1, undefined]);
  expect(() => port.control({ baud: 1 })).toThrow(expect.objectContaining({ code: "bad-handle" }));
  expect(system.openPort("msr").read()).toBeUndefined();
});

test("exclusive; refusals keep the door's code and words", () => {
  const system = createFakeSystem();
  const port = system.openPort("printer");
  expect(() => system.openPort("printer")).toThrow("printer: port printer has an owner");
  const wire = system.fakePort("printer");
  wire.onControl = (request) => ({ ...request, done: true });
  expect(port.control({ dtr: 1 })).toEqual({ dtr: 1, done: true });
  wire.onControl = () => {
    throw doorError("unsupported", "no such line");
  };
  expect(() => port.control({ rts: 1 })).toThrow(
    expect.objectContaining({ code: "unsupported", message: "printer: no such line" }),
  );
  wire.onControl = () => {
    throw new Error("anything else");
  };
  expect(() => port.control({})).toThrow(expect.objectContaining({ code: "io" }));
});

test("a driver that stops reading loses its port, not the memory", () => {
  const system = createFakeSystem();
  const port = system.openPort("scanner");
  const seen: string[] = [];
  port.onClosed = (why) => seen.push(why);
  for (let i = 0; i < 20; i++) system.fakePort("scanner").toTerminal(new Uint8Array(65_536));
  expect(seen).toEqual(["too-large"]);
  expect(system.fakePort("scanner").open).toBe(false);
});

test("a failing callback is logged and reported, and the port goes on", () => {
  const system = createFakeSystem();
  const port = system.openPort("keypad");
  port.onReadable = () => {
    throw new Error("driver broke");
  };
  system.fakePort("keypad").toTerminal(bytes(1));
  system.fakePort("keypad").toTerminal(bytes(2));
  expect(system.taskFailures.map((failure) => failure.task)).toEqual(["port keypad readable", "port keypad readable"]);
  expect(port.read()).toEqual(bytes(1, 2));
});
