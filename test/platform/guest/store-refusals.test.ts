/** What the store says when a call is refused, and where exactly its limits are. */
import { expect, test } from "vitest";
import type { Door } from "../../../platform/abi.ts";
import { AssertionError } from "../../../platform/guest/assert.ts";
import {
  closedStore,
  doorFiles,
  type FileCalls,
  type OpenStore,
  openStore,
  STORE_FILE,
  STORE_MARK,
  STORE_SUCCESSOR,
} from "../../../platform/guest/store.ts";
import { encodeHeader, PAYLOAD_LIMIT } from "../../../platform/guest/store-format.ts";
import { type Change, type Logger, StoreError } from "../../../platform/guest/system.ts";
import { FaultyDisk } from "./faulty-disk.ts";
import { open, quiet } from "./store-world.ts";

const put = (key: string, ...value: number[]): Change => ({ put: key, value: Uint8Array.from(value) });
const filled = (key: string, bytes: number): Change => ({ put: key, value: new Uint8Array(bytes).fill(7) });

/** The disk, with some of its calls done otherwise. */
function withCalls(disk: FaultyDisk, otherwise: Partial<FileCalls>): FileCalls {
  return {
    fileRead: (name) => disk.fileRead(name),
    fileAppend: (name, at, bytes) => disk.fileAppend(name, at, bytes),
    fileSync: (name) => disk.fileSync(name),
    fileReplace: (from, to) => disk.fileReplace(from, to),
    fileList: () => disk.fileList(),
    ...otherwise,
  };
}
const refuse = (words: string) => (): never => {
  throw new Error(words);
};
function listening(): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  const at = (level: string) => (words: string) => lines.push(`${level} ${words}`);
  return { lines, log: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") } };
}

test("the door's five calls, in the guest's bytes", () => {
  const calls: unknown[] = [];
  const note =
    <T>(name: string, result: T) =>
    (...args: unknown[]): T => {
      calls.push([name, ...args]);
      return result;
    };
  const door = {
    fileRead: (name: string) => (name === "none" ? undefined : Uint8Array.of(1, 2).buffer),
    fileAppend: note("append", undefined),
    fileSync: note("sync", undefined),
    fileReplace: note("replace", undefined),
    fileList: () => '[{"name":"a","size":3}]',
  } as unknown as Door;
  const files = doorFiles(door);
  expect(files.fileRead("a")).toEqual(Uint8Array.of(1, 2));
  expect(files.fileRead("none")).toBeUndefined();
  expect(files.fileList()).toEqual([{ name: "a", size: 3 }]);
  // A part of a larger buffer goes as that part.
  files.fileAppend("a", 5, Uint8Array.of(9, 8, 7).subarray(1));
  files.fileSync("a");
  files.fileReplace("a", "b");
  expect(calls).toEqual([
    ["append", "a", 5, Uint8Array.of(8, 7).buffer],
    ["sync", "a"],
    ["replace", "a", "b"],
  ]);
});

test("a store that could not be opened gives nothing, takes nothing and says why", () => {
  const failure = new StoreError("io", "gone");
  const store = closedStore(failure);
  for (const call of [() => store.get("a"), () => store.keys(""), () => store.commit([put("a", 1)])])
    expect(call).toThrow(failure);
  expect(store.damage).toEqual([]);
});

test("the names on the disk stay: a later version looks for them", () => {
  expect([STORE_FILE, STORE_SUCCESSOR, STORE_MARK]).toEqual(["store.log", "store.new", "store.mark"]);
});

test.each([
  ["disk-full: no room", "disk-full"],
  ["too-large: 9 MiB", "too-large"],
  ["io: broken", "io"],
  ["no-such-file: x", "io"],
  ["whatever", "io"],
] as const)("the door says %s, the store %s", (words, code) => {
  const disk = new FaultyDisk();
  const store = openStore(
    withCalls(disk, { fileSync: (name) => (name === STORE_FILE ? refuse(words)() : disk.fileSync(name)) }),
    quiet,
  );
  expect(() => store.commit([put("a", 1)])).toThrow(expect.objectContaining({ name: "StoreError", code }));
});

test("each refusal says what could not be done", () => {
  const at = (call: keyof FileCalls, file: string, what: string, action: (files: FileCalls) => void): void => {
    const disk = new FaultyDisk();
    open(disk).commit([put("a", 1)]);
    const real = withCalls(disk, {});
    const broken = withCalls(disk, {
      [call]: (name: string, ...more: never[]) =>
        file === "" || name === file ? refuse("io: broken")() : (real[call] as (...all: unknown[]) => unknown)(name, ...more),
    });
    expect(() => action(broken), `${call} ${file}`).toThrow(`cannot ${what}: broken`);
  };
  at("fileRead", STORE_FILE, "read the store", open);
  at("fileRead", STORE_MARK, "read the store's mark", open);
  at("fileAppend", STORE_SUCCESSOR, "write a new store file", (files) => open(files).compact());
  at("fileReplace", STORE_SUCCESSOR, "put the new store file in place", (files) => open(files).compact());
  at("fileList", "", "look at the store", (files) => open(files).compact());
  at("fileAppend", STORE_FILE, "write to the store", (files) => open(files).commit([put("b", 2)]));
  at("fileSync", STORE_FILE, "sync the store", (files) => open(files).commit([put("b", 2)]));
});

test("a file that is gone though it was marked, and one that cannot be read, are told in words", () => {
  const disk = new FaultyDisk();
  open(disk).commit([put("a", 1)]);
  const gone = withCalls(disk, { fileRead: (name) => (name === STORE_FILE ? undefined : disk.fileRead(name)) });
  expect(() => open(gone)).toThrow(
    expect.objectContaining({
      code: "damaged",
      message: expect.stringContaining("store.log is gone, though commit 1 was in it"),
    }),
  );
  const nonsense = withCalls(new FaultyDisk(), { fileRead: (name) => (name === STORE_FILE ? new Uint8Array(33) : undefined) });
  expect(() => open(nonsense)).toThrow(
    /^store.log \(33 bytes\) holds nothing that can be read\. Nothing was changed: call service$/,
  );
});

test("a new file that reads back otherwise, or not at all, says so", () => {
  for (const back of [undefined, new Uint8Array(3)]) {
    const disk = new FaultyDisk();
    const store = open(
      withCalls(disk, { fileRead: (name) => (name === STORE_SUCCESSOR && disk.operations > 3 ? back : disk.fileRead(name)) }),
    );
    expect(() => store.compact()).toThrow(
      expect.objectContaining({ code: "io", message: "store.new reads back otherwise than it was written" }),
    );
  }
});

test("a file that is not as long as it should be, or not there, is found out", () => {
  for (const [list, has] of [
    [[], "none"],
    [[{ name: STORE_FILE, size: 41 }], "41"],
  ] as const) {
    const disk = new FaultyDisk();
    let lies = false;
    const store = open(withCalls(disk, { fileList: () => (lies ? [...list] : disk.fileList()) }));
    lies = true;
    expect(() => store.commit([put("a", 1)])).toThrow(
      expect.objectContaining({
        code: "io",
        message: `store.log should have 77 bytes and has ${has}: the disk did not keep what it took`,
      }),
    );
  }
});

test("what goes wrong and harms nothing is in the log", () => {
  const { log, lines } = listening();
  const disk = new FaultyDisk();
  const store = openStore(
    withCalls(disk, {
      fileAppend: (name, at, bytes) => (name === STORE_MARK ? refuse("disk-full: no room")() : disk.fileAppend(name, at, bytes)),
    }),
    log,
  );
  store.commit([put("a", 1)]);
  expect(lines).toEqual(["debug store: no mark written: no room", "debug store: no mark written: no room"]);
  expect(store.get("a")).toEqual(Uint8Array.of(1));
});

test("a disk that takes nothing back: the failure is told, and what is to be tried again", () => {
  const { log, lines } = listening();
  const disk = new FaultyDisk();
  const store = openStore(disk, log);
  for (let operation = 1; operation < 20; operation++) disk.failAt(disk.operations + operation);
  expect(() => store.commit([put("a", 1)])).toThrow("cannot write to the store");
  expect(lines).toEqual([
    "warn store: cannot cut the file at 40: set by the test",
    "error store: cannot write a new store file: set by the test; the next commit tries again",
  ]);
});

test("a contradiction of ours is no disk that refuses: it goes through", () => {
  for (const call of ["fileAppend", "fileSync", "fileList"] as const) {
    const disk = new FaultyDisk();
    let broken = false;
    const store = open(
      withCalls(disk, {
        [call]: (...args: never[]) => {
          if (broken) throw new AssertionError("ours");
          return (disk[call] as (...all: unknown[]) => unknown)(...args);
        },
      }),
    );
    broken = true;
    expect(() => store.commit([put("a", 1)]), call).toThrow(AssertionError);
    expect(() => store.compact(), call).toThrow(AssertionError);
  }
});

test("accepting damage where there is none touches nothing", () => {
  const disk = new FaultyDisk();
  const store = open(disk);
  const before = disk.operations;
  store.acceptDamage();
  expect(disk.operations).toBe(before);
});

test("one commit: exactly the limit is taken, a byte more is not, and the words say both", () => {
  const store = open(new FaultyDisk());
  const room = PAYLOAD_LIMIT - 4 - 7 - 1;
  expect(() => store.commit([filled("a", room + 1)])).toThrow("one commit takes 1048577 bytes; 1048576 are allowed");
  store.commit([filled("a", room)]);
  expect(store.get("a")).toHaveLength(room);
  expect(() => store.commit([put("k".repeat(256), 1)])).toThrow("a key takes 256 bytes; 255 are allowed");
  store.commit([put("k".repeat(255), 1)]);
});

test("the whole table: what would pass the limit is refused, also beside a delete; deletes alone never are", () => {
  const store = open(new FaultyDisk());
  for (let n = 0; n < 8; n++) store.commit([filled(`k${n}`, 1_048_000)]);
  const { liveBytes } = store.figures;
  expect(liveBytes).toBe(8 * (1_048_000 + 7 + 2));
  const left = 8_388_608 - liveBytes;
  const beyond = filled("x", left - 4 - 7 - 1 + 1);
  expect(() => store.commit([beyond])).toThrow(`the store would take ${8_388_608 + 1} bytes; 8388608 are allowed`);
  expect(() => store.commit([{ delete: "none" }, beyond])).toThrow("the store would take");
  store.commit([filled("x", left - 4 - 7 - 1)]);
  store.commit(Array.from({ length: 9 }, (_, n) => ({ delete: `k${n}` })));
  expect(store.keys("")).toEqual(["x"]);
});

test("a new file's frames hold a quarter of a MiB each; a value larger than that has one of its own", () => {
  const framesOf = (...changes: Change[]): number => {
    const store = open(new FaultyDisk());
    for (const change of changes) store.commit([change]);
    const { sequence } = store.figures;
    store.compact();
    return store.figures.sequence - sequence;
  };
  expect(framesOf()).toBe(0);
  expect(framesOf(put("a", 1), put("b", 2), put("c", 3))).toBe(1);
  const half = (262_144 - 4) / 2 - 7 - 1;
  expect(framesOf(filled("a", half), filled("b", half))).toBe(1);
  expect(framesOf(filled("a", half), filled("b", half + 1))).toBe(2);
  expect(framesOf(filled("a", 500_000), put("b", 1))).toBe(2);
  expect(framesOf(put("a", 1), filled("b", 500_000), put("c", 1), put("d", 1))).toBe(3);
});

test("the file is written anew when it is longer than 64 KiB and more of it is garbage than not", () => {
  /** A file of so many bytes of which `live` are live, then nothing more. */
  const generationOf = (live: number, garbage: number): number => {
    const store = open(new FaultyDisk());
    store.commit([filled("a", garbage - 24 - 4 - 8)]);
    store.commit([filled("b", live - 8 - 24 - 4), { delete: "a" }]);
    return store.figures.generation;
  };
  expect(generationOf(10_000, 50_000)).toBe(1);
  expect(generationOf(10_000, 60_000)).toBe(2);
  expect(generationOf(60_000, 50_000)).toBe(1);
  // What is not a value (headers, frames, the delete) counts as garbage.
  const exactly = (bytes: number): number => {
    const store = open(new FaultyDisk());
    store.commit([filled("a", 60_000)]);
    store.commit([filled("a", bytes - store.figures.fileBytes - 24 - 4 - 8)]);
    return store.figures.generation;
  };
  expect(exactly(65_536)).toBe(1);
  expect(exactly(65_537)).toBe(2);
});

test("an older file without frames is told by its header", () => {
  const disk = new FaultyDisk();
  disk.fileAppend(STORE_FILE, 0, encodeHeader({ generation: 3, base: 8, snapshotFrames: 0, damages: 0 }));
  const store = open(disk);
  expect(store.figures).toMatchObject({ generation: 3, sequence: 8, fileBytes: 40, liveBytes: 0 });
});

test("a store whose numbers are used up takes nothing more, and what it has can be read", () => {
  const at = (base: number): OpenStore => {
    const disk = new FaultyDisk();
    disk.fileAppend(STORE_FILE, 0, encodeHeader({ generation: 1, base, snapshotFrames: 0, damages: 0 }));
    return open(disk);
  };
  const last = 2 ** 52 - 2 ** 32;
  at(last).commit([put("a", 1)]);
  const after = at(last + 1);
  expect(() => after.commit([put("a", 1)])).toThrow(
    expect.objectContaining({ code: "damaged", message: `commit ${last + 1} is no number of this store's: call service` }),
  );
  expect(after.keys("")).toEqual([]);
});

test("a contradiction while the file is written anew is no reason to go on", () => {
  const disk = new FaultyDisk();
  const store = open(
    withCalls(disk, {
      fileReplace: (from, to) => {
        if (disk.operations > 5) throw new AssertionError("ours");
        disk.fileReplace(from, to);
      },
    }),
  );
  for (let n = 0; n < 6; n++) store.commit([filled("same", 10_000)]);
  expect(() => store.commit([filled("same", 10_000)])).toThrow(AssertionError);
});
