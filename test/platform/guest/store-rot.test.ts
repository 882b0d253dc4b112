/** Bits that rot, writes that were acknowledged and never stored, or stored elsewhere: nothing of it passes in silence. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { eraseStore, type FileCalls, STORE_FILE, STORE_MARK, STORE_SUCCESSOR } from "../../../platform/guest/store.ts";
import { decodeHeader, encodeChanges, encodeFrame, type Header, scanFile } from "../../../platform/guest/store-format.ts";
import { type Change, StoreError } from "../../../platform/guest/system.ts";
import { FaultyDisk, SECTOR_BYTES } from "./faulty-disk.ts";
import { fileBytes, ModelStore, open, picture, pictures, quiet, workload } from "./store-world.ts";

const put = (key: string, ...value: number[]): Change => ({ put: key, value: Uint8Array.from(value) });

/** A disk after these commits and an orderly end. */
function diskWith(commits: readonly Change[][], seed = 1): FaultyDisk {
  const disk = new FaultyDisk(seed);
  const store = open(disk);
  for (const commit of commits) store.commit(commit);
  disk.fileSync(STORE_FILE);
  return disk;
}

/** The table without the commits of these numbers, counted from 0. */
function without(commits: readonly Change[][], missing: readonly number[]): string {
  const model = new ModelStore();
  commits.forEach((commit, i) => {
    if (!missing.includes(i)) model.commit(commit);
  });
  return picture(model);
}

/** Commits (from 0) that the bytes from `from` to `to` of the file belong to. */
function commitsAt(file: Uint8Array, from: number, to: number): number[] {
  const { frames } = scanFile(file, decodeHeader(file) as Header);
  return frames.filter((frame) => frame.at < to && frame.end > from).map((frame) => frame.sequence - 1);
}

test("every single bit of the file: a flip is noticed, and every other commit is still read", () => {
  const commits = workload(21, 10, 60);
  const whole = diskWith(commits);
  const file = fileBytes(whole);
  for (let bit = 0; bit < file.length * 8; bit++) {
    const disk = whole.clone();
    disk.flipBit(STORE_FILE, bit);
    const store = open(disk);
    const lost = commitsAt(file, bit >> 3, (bit >> 3) + 1);
    expect(picture(store), `bit ${bit}`).toBe(without(commits, lost));
    expect(store.damage.length, `bit ${bit}`).toBeGreaterThan(0);
  }
});

test("a worn sector is noticed, and what lies behind it is still read", () => {
  const commits = workload(22, 30, 300);
  const whole = diskWith(commits);
  const file = fileBytes(whole);
  for (let sector = 0; sector * SECTOR_BYTES < file.length; sector++) {
    const disk = whole.clone();
    disk.spoilSector(STORE_FILE, sector);
    const store = open(disk);
    expect(store.damage.length, `sector ${sector}`).toBeGreaterThan(0);
    const lost = commitsAt(file, sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES);
    expect(picture(store), `sector ${sector}`).toBe(without(commits, lost));
  }
});

test.each([0, 1, 9])(
  "no more left than would lie where the header was, %i bytes of it torn: it takes commits again, in a new file",
  (torn) => {
    const disk = new FaultyDisk();
    const frame = encodeFrame(1, 5, encodeChanges([{ put: "a", value: new Uint8Array(0) }]));
    disk.fileAppend(STORE_FILE, 0, frame);
    disk.fileAppend(STORE_FILE, frame.length, new Uint8Array(torn).fill(0xa0));
    disk.fileSync(STORE_FILE);
    open(disk).commit([put("b", 2)]);
    const store = open(disk);
    expect(store.keys("")).toEqual(["a", "b"]);
    expect(store.damage).toMatchObject([{ kind: "earlier" }]);
    expect(decodeHeader(fileBytes(disk))).toMatchObject({ damages: 1 });
  },
);

test("a commit that has lost its end makes none with the beginning of the next", () => {
  // Its last bytes are those that every frame of this file begins with.
  const lost = [0x54, 0x4c, 0x46, 0x52, 0, 0, 0, 1];
  const disk = diskWith([[put("a", 1, ...lost)]]);
  const file = fileBytes(disk);
  disk.fileAppend(STORE_FILE, file.length - lost.length, new Uint8Array(0));
  disk.fileSync(STORE_FILE);
  open(disk).commit([put("b", 2)]);
  const store = open(disk);
  expect(store.keys("")).toEqual(["b"]);
  expect(store.damage).toMatchObject([{ kind: "earlier" }]);
});

test("a file cut short anywhere, and a file gone, is noticed", () => {
  const commits = workload(23, 6, 80);
  const whole = diskWith(commits);
  whole.fileSync(STORE_FILE);
  const store = open(whole);
  store.compact();
  const file = fileBytes(whole);
  for (let length = 0; length < file.length; length++) {
    const disk = whole.clone();
    disk.fileAppend(STORE_FILE, length, new Uint8Array(0));
    let noticed: boolean;
    try {
      noticed = open(disk).damage.length > 0;
    } catch (error) {
      noticed = error instanceof StoreError && error.code === "damaged";
    }
    expect(noticed, `cut at ${length} of ${file.length}`).toBe(true);
  }
});

test("any change of any bytes is noticed, or changes nothing", () => {
  const commits = workload(24, 12, 100);
  const whole = diskWith(commits);
  const size = fileBytes(whole).length;
  const full = pictures(commits).at(-1);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: size - 1 }), fc.uint8Array({ minLength: 1, maxLength: 400 }), (at, noise) => {
      const disk = whole.clone();
      const file = fileBytes(disk);
      const changed = file.slice();
      changed.set(noise.subarray(0, size - at), at);
      disk.fileAppend(STORE_FILE, 0, changed);
      disk.fileSync(STORE_FILE);
      let store: ReturnType<typeof open>;
      try {
        store = open(disk);
      } catch (error) {
        expect((error as StoreError).code).toBe("damaged");
        return;
      }
      const noticed = store.damage.length > 0;
      expect(noticed || picture(store) === full).toBe(true);
    }),
    { numRuns: 400 },
  );
});

test("a mark that cannot be read costs nothing", () => {
  const commits = workload(27, 5, 100);
  const whole = diskWith(commits);
  for (let bit = 0; bit < 24 * 8; bit++) {
    const disk = whole.clone();
    disk.flipBit(STORE_MARK, bit);
    const store = open(disk);
    expect(store.damage).toEqual([]);
    expect(picture(store)).toBe(pictures(commits).at(-1));
  }
});

test("an older file that comes back is noticed, until somebody accepts it", () => {
  const disk = diskWith([[put("a", 1)]]);
  const old = fileBytes(disk);
  const store = open(disk);
  store.compact();
  store.commit([put("b", 2)]);
  disk.fileAppend(STORE_FILE, 0, old);
  disk.fileSync(STORE_FILE);
  expect(open(disk).damage.map((damage) => damage.kind)).toEqual(["lost"]);
  open(disk).commit([put("c", 3)]);
  expect(open(disk).damage.map((damage) => damage.kind)).toEqual(["earlier"]);
  open(disk).acceptDamage();
  expect(open(disk).damage).toEqual([]);
  expect(open(disk).keys("")).toEqual(["a", "c"]);
});

test("a store file that is gone is not taken for a first start", () => {
  const disk = diskWith([[put("a", 1)]]);
  disk.fileReplace(STORE_FILE, "elsewhere");
  expect(() => open(disk)).toThrow("store.log is gone, though commit 1 was in it");
  eraseStore(disk, quiet).commit([put("b", 2)]);
  expect(open(disk).damage).toEqual([]);
  expect(open(disk).keys("")).toEqual(["b"]);
});

test("a frame of the file's beginning is never taken for a torn tail, mark or no mark", () => {
  const disk = diskWith([[put("a", 1)], [put("b", 2)]]);
  open(disk).compact();
  disk.fileAppend(STORE_MARK, 0, new Uint8Array(0));
  disk.flipBit(STORE_FILE, 8 * (fileBytes(disk).length - 1));
  expect(open(disk).damage.map((damage) => damage.kind)).toEqual(["unreadable", "lost"]);
});

test("whole commits in the wrong places are put in order, and reported", () => {
  const commits = [[put("k", 1)], [put("k", 2)], [put("k", 3)]];
  const disk = diskWith(commits);
  const { generation } = open(disk).figures;
  const frame = (sequence: number): Uint8Array =>
    encodeFrame(generation, sequence, encodeChanges(commits[sequence - 1] as Change[]));
  for (const order of [
    [1, 3, 2],
    [1, 2, 2, 3],
  ]) {
    const copy = disk.clone();
    let at = 40;
    for (const sequence of order) {
      copy.fileAppend(STORE_FILE, at, frame(sequence));
      at += frame(sequence).length;
    }
    const store = open(copy);
    expect(store.damage.map((damage) => damage.kind)).toEqual(["misplaced"]);
    expect(store.get("k")).toEqual(Uint8Array.from([3]));
  }
});

test("a frame of another generation is none of this file's", () => {
  const disk = diskWith([[put("a", 1)]]);
  const { generation, sequence } = open(disk).figures;
  disk.fileAppend(
    STORE_FILE,
    fileBytes(disk).length,
    encodeFrame(generation + 1, sequence + 1, encodeChanges([put("stranger", 1)])),
  );
  disk.fileSync(STORE_FILE);
  const store = open(disk);
  expect(store.keys("")).toEqual(["a"]);
  expect(store.tornBytes).toBeGreaterThan(24);
});

test("a new file of which one bit was written wrong never takes the old one's place", () => {
  for (const bit of [3, 100, 330, 500]) {
    const disk = diskWith([[put("a", 1)], [put("b", 2)]]);
    const files: FileCalls = {
      fileRead: (name) => disk.fileRead(name),
      fileAppend: (name, at, bytes) => {
        disk.fileAppend(name, at, bytes);
        if (name === STORE_SUCCESSOR && bytes.length > 0) disk.flipBit(name, bit);
      },
      fileSync: (name) => disk.fileSync(name),
      fileReplace: (from, to) => disk.fileReplace(from, to),
      fileList: () => disk.fileList(),
    };
    const before = fileBytes(disk);
    expect(() => open(files).compact()).toThrow("store.new reads back otherwise than it was written");
    expect(fileBytes(disk)).toEqual(before);
  }
});

test("damage goes on being reported, through commits, restarts and a new file, until somebody accepts it", () => {
  const disk = diskWith([[put("a", 1)], [put("b", 2)], [put("c", 3)]]);
  disk.flipBit(STORE_FILE, 8 * (40 + 30));
  const kinds = (): string[] => open(disk).damage.map((damage) => damage.kind);
  expect(kinds()).toEqual(["unreadable", "lost"]);
  open(disk).commit([put("d", 4)]);
  expect(kinds()).toEqual(["unreadable", "lost"]);
  expect(open(disk).keys("")).toEqual(["b", "c", "d"]);
  open(disk).compact();
  expect(kinds()).toEqual(["earlier"]);
  open(disk).compact();
  expect(kinds()).toEqual(["earlier"]);
  const store = open(disk);
  store.acceptDamage();
  expect(store.damage).toEqual([]);
  expect(kinds()).toEqual([]);
  expect(open(disk).keys("")).toEqual(["b", "c", "d"]);
});

test("a damaged last commit is damage, not a torn tail, once it was acknowledged", () => {
  const disk = diskWith([[put("a", 1)], [put("b", 2)]]);
  const at = fileBytes(disk).length - 1;
  disk.flipBit(STORE_FILE, 8 * at);
  const store = open(disk);
  expect(store.damage.map((damage) => damage.kind)).toEqual(["unreadable", "lost"]);
  expect(store.tornBytes).toBe(0);
  store.commit([put("c", 3)]);
  expect(open(disk).keys("")).toEqual(["a", "c"]);
});

test("a write acknowledged and not done at all is found out at once", () => {
  const disk = diskWith([[put("a", 1)]]);
  const store = open(disk);
  disk.phantomAt(disk.operations + 1, "call");
  expect(() => store.commit([put("b", 2)])).toThrow("the disk did not keep what it took");
  expect(store.keys("")).toEqual(["a"]);
  store.commit([put("c", 3)]);
  expect(open(disk).keys("")).toEqual(["a", "c"]);
  expect(open(disk).damage).toEqual([]);
});

test("a write that readers see and the disk never gets is found out by what follows it", () => {
  const commits = workload(25, 8, 200).map((commit, i) => [...commit, put("number", i)]);
  for (let phantom = 0; phantom < commits.length; phantom++) {
    const disk = new FaultyDisk();
    const store = open(disk);
    commits.forEach((commit, i) => {
      if (i === phantom) disk.phantomAt(disk.operations + 1, "disk");
      store.commit(commit);
    });
    // The last mark reached the disk, as it does when the power holds for a moment.
    disk.cut("all");
    disk.powerOn();
    const again = open(disk);
    expect(
      again.damage.some((damage) => damage.words.includes(`commit ${phantom + 1} was stored`)),
      `phantom ${phantom}`,
    ).toBe(true);
    expect(picture(again)).toBe(without(commits, [phantom]));
  }
});

test("a write that lands elsewhere is found out, and what it did not hit is still read", () => {
  const commits = workload(26, 8, 200).map((commit, i) => [...commit, put("number", i)]);
  const size = fileBytes(diskWith(commits)).length;
  for (let to = 0; to < size - 300; to += 97) {
    const disk = new FaultyDisk();
    const store = open(disk);
    commits.forEach((commit, i) => {
      if (i === 6) disk.misdirectAt(disk.operations + 1, to);
      store.commit(commit);
    });
    disk.cut("all");
    disk.powerOn();
    const again = open(disk);
    expect(again.damage.length, `to ${to}`).toBeGreaterThan(0);
    expect([...(again.get("number") ?? [])]).toEqual([7]);
  }
});

test("a disk that lies about syncing may lose the newest commits, but never mixes them, and a hole is reported", () => {
  let clean = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const commits = workload(seed, 12, 400);
    const expected = pictures(commits);
    const disk = new FaultyDisk(seed);
    const store = open(disk);
    disk.lyingSync = true;
    for (const commit of commits) store.commit(commit);
    disk.cut(seed % 2 === 0 ? "sectors" : "spoiled");
    disk.powerOn();
    disk.lyingSync = false;
    const again = open(disk);
    if (again.damage.length > 0) continue;
    clean++;
    expect(expected, `seed ${seed}`).toContain(picture(again));
  }
  expect(clean).toBeGreaterThan(0);
});
