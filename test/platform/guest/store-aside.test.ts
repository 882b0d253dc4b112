/** A store that cannot be opened, set aside: its files are kept, and what stands in their place is empty and says so, wherever the power goes. */
import { expect, test } from "vitest";
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

const names = (disk: FileCalls): string[] => disk.fileList().map(({ name }) => name);

test("the files are kept as they are, a second time beside the first; the empty store counts as damaged until somebody accepts it", () => {
  const disk = spoilt("unreadable");
  expect(() => open(disk)).toThrow(StoreError);
  expect(setStoreAside(disk, quiet)).toBe("store-kept-1.log");
  expect(disk.fileRead("store-kept-1.log")).toEqual(GARBAGE);
  expect(names(disk)).toContain("store-kept-1.mark");
  expect(open(disk).keys("")).toEqual([]);
  expect(open(disk).damage.map(({ kind }) => kind)).toEqual(["earlier"]);
  open(disk).commit([put("b", 2)]);
  expect(open(disk).damage).toHaveLength(1);
  open(disk).acceptDamage();
  expect(open(disk).damage).toEqual([]);
  disk.fileReplace(STORE_FILE, "elsewhere");
  expect(setStoreAside(disk, quiet)).toBe("store-kept-2.mark");
  expect(disk.fileRead("store-kept-1.log")).toEqual(GARBAGE);
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
