import { expect, test } from "vitest";
import { encodeUtf8 } from "../../../platform/guest/bytes.ts";
import { openStore, type OpenStore } from "../../../platform/guest/store.ts";
import { cleanStore } from "../../../platform/guest/store-clean.ts";
import { FaultyDisk } from "./faulty-disk.ts";
import { quiet } from "./store-world.ts";

function storeWith(values: Record<string, string | Uint8Array>): { store: OpenStore; disk: FaultyDisk } {
  const disk = new FaultyDisk();
  const store = openStore(disk, quiet);
  store.commit(
    Object.entries(values).map(([put, value]) => ({ put, value: typeof value === "string" ? encodeUtf8(value) : value })),
  );
  return { store, disk };
}

const cleaned = (words: string): string => {
  const { store } = storeWith({ key: words });
  cleanStore(store, quiet);
  return Buffer.from(store.get("key") as Uint8Array).toString();
};

test.each([
  ["track 2", 'a "6222021739184625347=30122011946273850561" b', 'a "" b'],
  ["track 2 as packed digits say it", "6222021739184625D3012201194", ""],
  ["its shortest", "x6222021739184=3012201y", "xy"],
  ["track 3", "996222021739184625347=1561560500050=851239517264801=.", "."],
  ["track 1", '"B6222021739184625347^ZHANG/SAN^30122011946273850561"', '"B"'],
  ["track 1 up to its end", "%B622202173918^LI^3012?;", "%B?;"],
  ["two of them", "6222021739184625=3012201194 6222021739184625=3012201194", " "],
])("%s is taken out, and what stands round it stays", (_, words, left) => {
  expect(cleaned(words)).toBe(left);
});

test.each([
  "merchant 898110154110001 = shop",
  "6222021739184625347",
  "trace=000123 amount=000000010000",
  "622202173918=3012201",
  "6222021739184=301220",
  "8981101541^name^1",
])("what is no track stays: %s", (words) => {
  expect(cleaned(words)).toBe(words);
});

test("sealed values, text in Chinese and control characters are left alone, and nothing is written when nothing is found", () => {
  const track = "6222021739184625347=3012201194";
  const { store, disk } = storeWith({
    sealed: Uint8Array.from([...encodeUtf8(track), 0x7f]),
    low: Uint8Array.from([0x1f, ...encodeUtf8(track)]),
    chinese: `店 ${track}`,
    plain: " ~",
  });
  const before = disk.operations;
  cleanStore(store, quiet);
  expect(disk.operations).toBe(before);
});

test("every value of the table is read, and the file is written anew once", () => {
  const track = "6222021739184625347=3012201194";
  const { store, disk } = storeWith({ a: track, b: "plain", c: `~ ${track}` });
  const { generation } = store.figures;
  cleanStore(store, quiet);
  expect(store.keys("").map((key) => Buffer.from(store.get(key) as Uint8Array).toString())).toEqual(["", "plain", "~ "]);
  expect(store.figures.generation).toBe(generation + 1);
  expect(Buffer.from(disk.fileRead("store.log") as Uint8Array).includes("=3012")).toBe(false);
});

test("a disk that refuses is told of in the log, and the store goes on; another failure is not hidden", () => {
  const { store, disk } = storeWith({ a: "6222021739184625347=3012201194" });
  const errors: string[] = [];
  disk.failAt(disk.operations + 1, "disk-full");
  cleanStore(store, { ...quiet, error: (words) => errors.push(words) });
  expect(errors).toHaveLength(1);
  expect(store.get("a")?.length).toBe(30);
  const broken = { ...store, keys: () => ["a"], get: () => encodeUtf8("6222021739184625347=3012201194") } as unknown as OpenStore;
  broken.commit = () => {
    throw new TypeError("a fault of ours");
  };
  expect(() => cleanStore(broken, quiet)).toThrow(TypeError);
});
