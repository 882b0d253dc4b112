import { expect, test } from "vitest";
import { createFakeSystem, doorError } from "../../fakes/system.ts";

test("time moves only by advance, timer by timer, and work in between ends first", async () => {
  const system = createFakeSystem();
  const seen: string[] = [];
  system.scheduler.after(20, "dwell", () => seen.push(`b${system.scheduler.now()}`));
  system.scheduler.after(10, "work", () => {
    seen.push("a");
    system.scheduler.after(5, "work", () => seen.push("a2"));
  });
  expect(system.wake).toEqual({ atMs: 1010, patience: "work" });
  await system.advance(9);
  expect(seen).toEqual([]);
  await system.advance(100);
  expect(seen).toEqual(["a", "a2", "b1020"]);
  expect(system.scheduler.now()).toBe(1109);
  expect(system.wake).toBeUndefined();
});

test("a fake device answers after the firmware's present work", async () => {
  const system = createFakeSystem();
  const wire = system.fakePort("pinpad");
  wire.onWrite = (bytes) => wire.toTerminal(bytes.map((byte) => byte + 1));
  const port = system.openPort("pinpad", { baud: 9600 });
  const seen: string[] = [];
  port.onReadable = () => seen.push(`read ${port.read()}`);
  port.write(Uint8Array.from([1, 2]));
  seen.push("written");
  await system.settle();
  expect(seen).toEqual(["written", "read 2,3"]);
  expect(wire.options).toEqual({ baud: 9600 });
  expect([...wire.fromTerminal]).toEqual([1, 2]);
});

test("opening and writing can be refused as the door does", () => {
  const system = createFakeSystem();
  const wire = system.fakePort("printer");
  wire.onOpen = () => {
    throw doorError("unplugged", "no printer");
  };
  expect(() => system.openPort("printer")).toThrow(expect.objectContaining({ name: "PortError", code: "unplugged" }));
  wire.onOpen = undefined;
  const port = system.openPort("printer");
  expect(() => system.openPort("printer")).toThrow(expect.objectContaining({ code: "busy" }));
  wire.writeError = "io";
  expect(() => port.write(new Uint8Array(1))).toThrow(expect.objectContaining({ code: "io" }));
});

test("sealed bytes come back, altered ones do not; the same seed gives the same entropy", () => {
  const system = createFakeSystem({ seed: 7 });
  const sealed = system.seal(Uint8Array.from([1, 2, 3]));
  expect([...system.unseal(sealed)]).toEqual([1, 2, 3]);
  sealed[9] = (sealed[9] ?? 0) ^ 1;
  expect(() => system.unseal(sealed)).toThrow("corrupt");
  expect(system.entropy(2000)).toEqual(createFakeSystem({ seed: 7 }).entropy(2000));
});

test("the failure of a task nobody awaits is logged and reported", async () => {
  const system = createFakeSystem();
  system.scheduler.run("doomed", async () => {
    throw new Error("card 6222021234567890123 was eaten");
  });
  await system.settle();
  expect(system.taskFailures.map((failure) => failure.task)).toEqual(["doomed"]);
  expect(system.logs.at(-1)?.words).toContain("622202*********0123");
});

test("a restart on the same disk finds what was committed", () => {
  const system = createFakeSystem();
  system.store.commit([{ put: "trace", value: Uint8Array.from([7]) }]);
  system.disk.cut();
  system.disk.powerOn();
  const again = createFakeSystem({ disk: system.disk });
  expect(again.store.get("trace")).toEqual(Uint8Array.from([7]));
  expect(again.storeReport).toEqual({ failure: undefined, damage: [], tornBytes: 0 });
});
