/** A store that cannot be opened, set aside: its files are kept, and what stands in their place is empty and says so, wherever the power goes. */
import { expect, test } from "vitest";
import { equalBytes } from "../../../platform/guest/bytes.ts";
import { type FileCalls, setStoreAside, STORE_FILE, STORE_MARK } from "../../../platform/guest/store.ts";
import { type Change, StoreError } from "../../../platform/guest/system.ts";
import { FaultyDisk } from "./faulty-disk.ts";
import { open, quiet } from "./store-world.ts";

const put = (key: string, ...value: number[]): Change => ({ put: key, value: Uint8Array.from(value) });
const GARBAGE = new Uint8Array(300_000).fill(7);

function spoilt(how: "gone" | "unreadable" | "empty"): FaultyDisk {
  const disk = new FaultyDisk(1);
  open(disk).commit([put("a", 1)]);
  if (how === "gone") disk.fileReplace(STORE_FILE, "elsewhere");
  else disk.fileAppend(STORE_FILE, 0, how === "empty" ? new Uint8Array(0) : GARBAGE);
  disk.fileSync(STORE_MARK);
  return disk;
}

/** Of 300,000 bytes `toEqual` takes a second. */
const isGarbage = (bytes: Uint8Array | undefined): boolean => bytes !== undefined && equalBytes(bytes, GARBAGE);

const names = (disk: FileCalls): string[] => disk.fileList().map(({ name }) => name);

test("the files are kept as they are, a second time beside the first; the empty store counts as damaged until somebody accepts it", () => {
  const disk = spoilt("unreadable");
  expect(() => open(disk)).toThrow(StoreError);
  expect(setStoreAside(disk, quiet)).toBe("store-kept-1.log");
  expect(isGarbage(disk.fileRead("store-kept-1.log"))).toBe(true);
  expect(names(disk)).toContain("store-kept-1.mark");
  expect(open(disk).keys("")).toEqual([]);
  expect(open(disk).damage.map(({ kind }) => kind)).toEqual(["earlier"]);
  open(disk).commit([put("b", 2)]);
  expect(open(disk).damage).toHaveLength(1);
  open(disk).acceptDamage();
  expect(open(disk).damage).toEqual([]);
  disk.fileReplace(STORE_FILE, "elsewhere");
  expect(setStoreAside(disk, quiet)).toBe("store-kept-2.mark");
  expect(isGarbage(disk.fileRead("store-kept-1.log"))).toBe(true);
});

/** The power goes just before the n-th operation that changes the disk. */
function cutAt(disk: FaultyDisk, n: number): FileCalls {
  let left = n;
  const alive = (): void => {
    if (left-- === 0) throw new Error("power");
  };
  return {
    fileRead: (name) => disk.fileRead(name),
    fileList: () => disk.fileList(),
    fileAppend: (name, at, bytes) => {
      alive();
      disk.fileAppend(name, at, bytes);
    },
    fileSync: (name) => {
      alive();
      disk.fileSync(name);
    },
    fileReplace: (from, to) => {
      alive();
      disk.fileReplace(from, to);
    },
  };
}

test.each(["gone", "unreadable", "empty"] as const)(
  "%s: cut anywhere, it is still lost or damaged, never simply empty",
  (how) => {
    let cuts = 0;
    for (; ; cuts++) {
      const disk = spoilt(how);
      let done = true;
      try {
        setStoreAside(cutAt(disk, cuts), quiet);
      } catch {
        done = false;
      }
      let damage = 0;
      try {
        damage = open(disk).damage.length;
      } catch (error) {
        expect(error).toBeInstanceOf(StoreError);
        expect(setStoreAside(disk, quiet)).toMatch(/^store-kept-/);
        damage = open(disk).damage.length;
      }
      expect(damage).toBe(1);
      if (how === "unreadable")
        expect(names(disk).some((name) => name.startsWith("store-kept-") && name.endsWith(".log"))).toBe(true);
      if (done) break;
    }
    expect(cuts).toBeGreaterThan(4);
  },
);

test("nothing to keep: an empty name, and an empty store that says it is one", () => {
  const disk = new FaultyDisk(1);
  expect(setStoreAside(disk, quiet)).toBe("");
  expect(names(disk).filter((name) => name.startsWith("store-kept-"))).toEqual([]);
  expect(open(disk).damage).toMatchObject([{ kind: "earlier" }]);
});

test("names tell which copies belong together, and why they are kept", () => {
  const disk = spoilt("unreadable");
  const log: string[] = [];
  setStoreAside(disk, { ...quiet, warn: (words) => void log.push(words) });
  const words = "the store before this one could not be opened and is kept as store-kept-1.log and store-kept-1.mark";
  expect(log).toEqual([`store set aside: ${words}`]);
  expect(open(disk).damage).toHaveLength(1);
  // One of the two is enough for the number to be taken.
  disk.fileAppend(STORE_FILE, 0, GARBAGE);
  disk.fileReplace("store-kept-1.log", "elsewhere");
  expect(setStoreAside(disk, quiet)).toBe("store-kept-2.log");
});

test("a copy that reads back otherwise is none: nothing is put in the old store's place", () => {
  const disk = spoilt("unreadable");
  const lying: FileCalls = {
    ...cutAt(disk, Number.POSITIVE_INFINITY),
    fileRead: (name) => (name === "store-kept-1.log" ? disk.fileRead(name)?.fill(0, 0, 1) : disk.fileRead(name)),
  };
  expect(() => setStoreAside(lying, quiet)).toThrow("store-kept-1.log reads back otherwise than it was written");
  expect(isGarbage(disk.fileRead(STORE_FILE))).toBe(true);
});

test("what the disk refuses on the way is told with what was to be done", () => {
  const refusing = (call: "fileRead" | "fileAppend" | "fileList", name: string): FileCalls => {
    const disk = spoilt("unreadable");
    const files = cutAt(disk, Number.POSITIVE_INFINITY);
    return {
      ...files,
      [call]: (...args: [string, number, Uint8Array]) => {
        if (args[0] === name || call === "fileList") throw new Error("io: worn out");
        return (files[call] as (...all: unknown[]) => unknown)(...args);
      },
    };
  };
  expect(() => setStoreAside(refusing("fileRead", STORE_FILE), quiet)).toThrow("cannot read store.log: worn out");
  expect(() => setStoreAside(refusing("fileAppend", "store-kept-1.mark"), quiet)).toThrow("cannot copy store.mark: worn out");
  expect(() => setStoreAside(refusing("fileList", ""), quiet)).toThrow("cannot look at the store: worn out");
});
