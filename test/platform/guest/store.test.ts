import fc from "fast-check";
import { expect, test } from "vitest";
import { eraseStore, type FileCalls, STORE_FILE, STORE_MARK, STORE_SUCCESSOR } from "../../../platform/guest/store.ts";
import { encodeHeader } from "../../../platform/guest/store-format.ts";
import { type Change, type Logger, StoreError } from "../../../platform/guest/system.ts";
import { FaultyDisk } from "./faulty-disk.ts";
import { fileBytes, ModelStore, open, picture, quiet, workload } from "./store-world.ts";

const put = (key: string, ...value: number[]): Change => ({ put: key, value: Uint8Array.from(value) });
const filled = (key: string, bytes: number, value = 7): Change => ({ put: key, value: new Uint8Array(bytes).fill(value) });

function restarted(disk: FaultyDisk): ReturnType<typeof open> {
  disk.cut("none");
  disk.powerOn();
  return open(disk);
}

test("what was committed is there after a restart, in order, and only that", () => {
  const disk = new FaultyDisk();
  const store = open(disk);
  store.commit([put("b", 2), put("a", 1), put("ab", 3)]);
  store.commit([{ delete: "b" }, put("a", 9)]);
  const again = restarted(disk);
  expect(again.keys("")).toEqual(["a", "ab"]);
  expect(again.keys("ab")).toEqual(["ab"]);
  expect(again.keys("b")).toEqual([]);
  expect(again.get("a")).toEqual(Uint8Array.from([9]));
  expect(again.get("b")).toBeUndefined();
  expect(again.damage).toEqual([]);
});

test("bytes handed in or out are copies", () => {
  const store = open(new FaultyDisk());
  const value = Uint8Array.from([1]);
  store.commit([{ put: "k", value }]);
  value[0] = 2;
  (store.get("k") as Uint8Array)[0] = 3;
  expect(store.get("k")).toEqual(Uint8Array.from([1]));
});

test("within one commit the later change of a key stands", () => {
  const disk = new FaultyDisk();
  open(disk).commit([put("k", 1), { delete: "k" }, put("k", 2), put("gone", 1), { delete: "gone" }]);
  expect(restarted(disk).keys("")).toEqual(["k"]);
  expect(open(disk).get("k")).toEqual(Uint8Array.from([2]));
});

test("an empty commit touches nothing", () => {
  const disk = new FaultyDisk();
  const store = open(disk);
  const before = disk.operations;
  store.commit([]);
  expect(disk.operations).toBe(before);
});

test("any sequence of commits and restarts equals a plain table", () => {
  const key = fc.constantFrom("a", "b/1", "b/2", "交易", "𝛑", "z".repeat(255));
  const change: fc.Arbitrary<Change> = fc.oneof(
    fc.record({ put: key, value: fc.uint8Array({ maxLength: 300 }) }),
    fc.record({ delete: key }),
  );
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.array(change, { maxLength: 6 }) },
    { weight: 1, arbitrary: fc.constantFrom("restart", "compact") },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const disk = new FaultyDisk();
      const model = new ModelStore();
      let store = open(disk);
      for (const what of steps) {
        if (what === "restart") store = restarted(disk);
        else if (what === "compact") store.compact();
        else {
          store.commit(what as Change[]);
          model.commit(what as Change[]);
        }
        expect(picture(store)).toBe(picture(model));
        expect(store.keys("b/")).toEqual(model.keys("b/"));
      }
      expect(picture(restarted(disk))).toBe(picture(model));
    }),
    { numRuns: 150 },
  );
});

test("the store writes itself anew when most of a large file is garbage, and not before", () => {
  const disk = new FaultyDisk();
  const store = open(disk);
  for (let i = 0; i < 6; i++) store.commit([filled("same", 10_000, i)]);
  expect(store.figures.generation).toBe(1);
  store.commit([filled("same", 10_000, 99)]);
  expect(store.figures.generation).toBe(2);
  expect(store.figures.fileBytes).toBeLessThan(11_000);
  const growing = open(new FaultyDisk());
  for (let i = 0; i < 30; i++) growing.commit([filled(`k${i}`, 10_000)]);
  expect(growing.figures.generation, "all of it is live").toBe(1);
  expect([...(restarted(disk).get("same") ?? [])].slice(0, 1)).toEqual([99]);
});

test("a large table is written anew in several frames", () => {
  const disk = new FaultyDisk();
  const store = open(disk);
  for (let i = 0; i < 70; i++) store.commit([filled(`k${i}`, 10_000, i)]);
  store.commit([filled("one", 900_000)]);
  const before = picture(store);
  store.compact();
  expect(picture(restarted(disk))).toBe(before);
  expect(open(disk).damage).toEqual([]);
});

test("a full disk refuses the commit and changes nothing, and the store stays usable", () => {
  for (let room = 0; room < 400; room += 7) {
    const disk = new FaultyDisk();
    const store = open(disk);
    store.commit([filled("a", 100), put("b", 2)]);
    disk.capacityBytes = fileBytes(disk).length + 24 + room;
    const before = picture(store);
    let refused = false;
    try {
      store.commit([filled("c", 300), { delete: "a" }]);
    } catch (error) {
      refused = true;
      expect(error).toMatchObject({ name: "StoreError", code: "disk-full" });
      expect(picture(store)).toBe(before);
    }
    expect(refused, `room ${room}`).toBe(room < 24 + 4 + 7 + 1 + 300 + 4);
    if (!refused) continue;
    expect(picture(open(disk.clone()))).toBe(before);
    disk.capacityBytes = Number.POSITIVE_INFINITY;
    store.commit([put("after", 1)]);
    expect(restarted(disk).keys("")).toEqual(["a", "after", "b"]);
  }
});

test("what is too large is refused before anything is written", () => {
  const disk = new FaultyDisk();
  const store = open(disk);
  const before = disk.operations;
  const refusal = (changes: Change[]): void =>
    expect(() => store.commit(changes)).toThrow(expect.objectContaining({ code: "too-large" }));
  refusal([filled("big", 1_048_576)]);
  refusal([put("k".repeat(256), 1)]);
  refusal([put("键".repeat(86), 1)]);
  expect(disk.operations).toBe(before);
  for (let i = 0; i < 8; i++) store.commit([filled(`k${i}`, 1_000_000)]);
  refusal([filled("k8", 1_000_000)]);
  store.commit([{ delete: "k0" }]);
  store.commit([filled("k8", 1_000_000)]);
});

test("a key is text that has bytes of its own", () => {
  const store = open(new FaultyDisk());
  expect(() => store.commit([put("", 1)])).toThrow("should be true");
  expect(() => store.commit([put("\ud800", 1)])).toThrow("should be true");
});

test.each(["append", "sync"] as const)("a failing %s refuses the commit, and the next one stands", (what) => {
  for (const part of [0, 10, 60]) {
    const disk = new FaultyDisk();
    const store = open(disk);
    store.commit([put("a", 1)]);
    disk.failAt(disk.operations + (what === "append" ? 1 : 2), "io", part);
    expect(() => store.commit([put("b", 2)])).toThrow(expect.objectContaining({ code: "io" }));
    expect(store.keys("")).toEqual(["a"]);
    expect(restarted(disk.clone()).keys(""), "not even after a restart").toEqual(["a"]);
    store.commit([put("c", 3)]);
    expect(restarted(disk).keys("")).toEqual(["a", "c"]);
    expect(open(disk).damage).toEqual([]);
  }
});

test("after a failed sync nothing is added to the old file: the system may have forgotten to write it", () => {
  const disk = new FaultyDisk();
  const store = open(disk);
  store.commit([put("a", 1)]);
  disk.failAt(disk.operations + 2);
  expect(() => store.commit([put("b", 2)])).toThrow(StoreError);
  expect(store.figures.generation).toBe(2);
});

test("a disk that fails for a while leaves the store readable and lets it come back", () => {
  const disk = new FaultyDisk();
  const store = open(disk);
  store.commit([put("a", 1)]);
  for (let operation = 1; operation < 60; operation++) disk.failAt(disk.operations + operation);
  for (let i = 0; i < 5; i++) expect(() => store.commit([put("b", i)])).toThrow(StoreError);
  expect(store.get("a")).toEqual(Uint8Array.from([1]));
  disk.clearFaults();
  store.commit([put("c", 3)]);
  expect(restarted(disk).keys("")).toEqual(["a", "c"]);
});

test("a new file whose rename failed, done or not, is not built upon until it stands", () => {
  for (const done of [0, 1]) {
    for (let seed = 1; seed < 9; seed++) {
      const disk = new FaultyDisk(seed);
      const store = open(disk);
      store.commit([put("a", 1)]);
      disk.failAt(disk.operations + 3, "io", done);
      expect(() => store.compact()).toThrow("put the new store file in place");
      store.commit([put("b", 2)]);
      const again = restarted(disk);
      expect(again.keys("")).toEqual(["a", "b"]);
      expect(again.damage).toEqual([]);
    }
  }
});

test("a new file that reads back otherwise never takes the old one's place", () => {
  const disk = new FaultyDisk();
  const store = open(disk);
  store.commit([put("a", 1)]);
  const before = fileBytes(disk);
  disk.phantomAt(disk.operations + 1, "call");
  expect(() => store.compact()).toThrow(StoreError);
  expect(fileBytes(disk)).toEqual(before);
  store.commit([put("b", 2)]);
  expect(restarted(disk).keys("")).toEqual(["a", "b"]);
});

test("a file of a newer format is refused in clear words and left alone", () => {
  const disk = new FaultyDisk();
  open(disk).commit([put("a", 1)]);
  const header = encodeHeader({ generation: 1, base: 0, snapshotFrames: 0, damages: 0 });
  new DataView(header.buffer).setUint16(8, 2);
  disk.fileAppend(STORE_FILE, 0, header);
  expect(() => open(disk), "a wrong version with a wrong crc is damage").toThrow(expect.objectContaining({ code: "damaged" }));
  // CRC-32 of the header with version 2, so that the file is whole.
  disk.fileAppend(STORE_FILE, 0, newerHeader());
  const before = disk.operations;
  expect(() => open(disk)).toThrow(
    expect.objectContaining({ code: "newer", message: expect.stringContaining("newer firmware (format 2") }),
  );
  expect(disk.operations).toBe(before);
});

function newerHeader(): Uint8Array {
  const bytes = encodeHeader({ generation: 1, base: 0, snapshotFrames: 0, damages: 0 });
  const view = new DataView(bytes.buffer);
  view.setUint16(8, 2);
  let sum = 0xffffffff;
  for (const byte of bytes.subarray(0, 36)) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  view.setUint32(36, ~sum >>> 0);
  return bytes;
}

test("a file without anything in it that can be read is refused; service can erase it", () => {
  for (const content of [new Uint8Array(0), new Uint8Array(5000).fill(0x54), new Uint8Array(30)]) {
    const disk = new FaultyDisk();
    disk.fileAppend(STORE_FILE, 0, content);
    disk.fileSync(STORE_FILE);
    expect(() => open(disk)).toThrow(expect.objectContaining({ code: "damaged" }));
    expect(fileBytes(disk)).toEqual(content);
    eraseStore(disk, quiet).commit([put("a", 1)]);
    expect(restarted(disk).keys("")).toEqual(["a"]);
  }
});

test("a disk that is full at the first start is said so", () => {
  const disk = new FaultyDisk();
  disk.capacityBytes = 20;
  expect(() => open(disk)).toThrow(expect.objectContaining({ code: "disk-full" }));
  expect(disk.image()[STORE_SUCCESSOR]?.length ?? 0, "the attempt leaves no litter").toBe(0);
});

test("a torn tail is cut off with a line in the log; damage is a louder one", () => {
  const lines: string[] = [];
  const log: Logger = { ...quiet, info: (words) => lines.push(`info ${words}`), error: (words) => lines.push(`error ${words}`) };
  const disk = new FaultyDisk();
  const store = open(disk);
  for (const commit of workload(3, 5, 200)) store.commit(commit);
  disk.cutAt(disk.operations + 1, { torn: 40 });
  expect(() => store.commit([filled("x", 100)])).toThrow();
  disk.powerOn();
  expect(open(disk, log).tornBytes).toBe(40);
  expect(lines).toEqual(["info store: 40 bytes of an unfinished commit cut off"]);
  disk.flipBit(STORE_FILE, 8 * 80);
  lines.length = 0;
  open(disk, log);
  expect(lines[0]).toMatch(/^error store damaged: \d+ bytes from byte 40 cannot be read$/);
  expect(lines[1]).toBe("error store damaged: commit 1 was stored and is not there any more");
});

test("what a start finds is on the disk before anybody acts on it, also when only the program died and not the power", () => {
  for (const failing of ["fileSync", "fileList"] as const) {
    const disk = new FaultyDisk();
    open(disk).commit([put("a", 1)]);
    disk.fileSync(STORE_FILE);
    let dead = false;
    const call = <T>(name: string, action: () => T): T => {
      dead ||= name === failing;
      if (dead) throw new Error("io: the program is gone");
      return action();
    };
    const dying: FileCalls = {
      fileRead: (name) => call("fileRead", () => disk.fileRead(name)),
      fileAppend: (name, at, bytes) => call("fileAppend", () => disk.fileAppend(name, at, bytes)),
      fileSync: (name) => call("fileSync", () => disk.fileSync(name)),
      fileReplace: (from, to) => call("fileReplace", () => disk.fileReplace(from, to)),
      fileList: () => call("fileList", () => disk.fileList()),
    };
    expect(() => open(dying).commit([put("b", 2)])).toThrow(StoreError);
    const found = picture(open(disk));
    expect(open(disk).keys("")).toEqual(["a", "b"]);
    expect(picture(restarted(disk))).toBe(found);
  }
});

test("service erases a store whose mark is newer than the first file of the new one", () => {
  const disk = new FaultyDisk();
  const store = open(disk);
  for (let i = 0; i < 3; i++) store.compact();
  disk.fileSync(STORE_MARK);
  eraseStore(disk, quiet);
  const again = restarted(disk);
  expect(again.damage).toEqual([]);
  expect(again.keys("")).toEqual([]);
});

test("a new file that does not fit is not tried again at each commit", () => {
  const disk = new FaultyDisk();
  const store = open(disk);
  store.commit([filled("live", 30_000)]);
  for (let i = 0; i < 3; i++) store.commit([filled("same", 10_000, i)]);
  disk.capacityBytes = fileBytes(disk).length + 24 + 30_000;
  const attempts = (): number =>
    disk.history.filter((line) => line.includes("append store.new at 0") && !line.endsWith(": 0 bytes")).length;
  const before = attempts();
  for (let i = 0; i < 20; i++) store.commit([filled("same", 1000, i)]);
  expect(attempts() - before).toBe(1);
});
