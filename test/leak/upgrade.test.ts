/** What an earlier version left in the clear is gone after the first start of this one: in the store's file, crash reports and logs (R2). */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { encodeUtf8 } from "../../platform/guest/bytes.ts";
import { writeCrash } from "../../platform/node/crash.ts";
import { createFakeSystem } from "../fakes/system.ts";
import { startInProcess } from "../flow/in-process.ts";
import { FaultyDisk } from "../platform/guest/faulty-disk.ts";
import { open } from "../platform/guest/store-world.ts";
import { scannerFor } from "./scanner.ts";

const PAN = "6222021739184625347";
const TRACK1 = `B${PAN}^ZHANG/SAN^3012201194627385056140000000`;
const TRACK2 = `${PAN}=30122011946273850561`;
const TRACK3 = `99${PAN}=1561560500050=851239517264801=`;
const scan = scannerFor([
  { name: "PAN", digits: PAN },
  { name: "track", digits: "30122011946273850561" },
  { name: "track", digits: "851239517264801" },
]);

function oldDisk(): FaultyDisk {
  const disk = new FaultyDisk();
  const store = open(disk);
  const text = (key: string, words: string) => ({ put: key, value: encodeUtf8(words) });
  store.commit([
    text("trace/last", `swipe 1 ${TRACK1} 2 ${TRACK2}`),
    text("settings", JSON.stringify({ language: "en", test: TRACK3 })),
  ]);
  // Changed since: what stands in the file behind the table is there as well.
  store.commit([
    text("trace/last", `swipe ${TRACK2}`),
    text("plain", "merchant 898110154110001"),
    { put: "sealed", value: Uint8Array.from([1, 200, 3]) },
  ]);
  return disk;
}

test("the store: tracks are gone from the table and from the file, and the rest stands", () => {
  const disk = oldDisk();
  expect(scan("before", disk.fileRead("store.log") as Uint8Array)).not.toEqual([]);
  const system = createFakeSystem({ disk });
  for (const [name, bytes] of Object.entries(disk.image())) expect(scan(name, bytes)).toEqual([]);
  const text = (key: string) => Buffer.from(system.store.get(key) ?? []).toString();
  expect(text("trace/last")).toBe("swipe ");
  expect(text("settings")).toContain('"language":"en"');
  expect(text("plain")).toBe("merchant 898110154110001");
  expect(system.store.get("sealed")).toEqual(Uint8Array.from([1, 200, 3]));
  expect(system.logs.map(({ words }) => words).join("\n")).toContain("an earlier version had left in 2 values");
  const before = disk.operations;
  createFakeSystem({ disk });
  expect(disk.operations, "nothing to do the next time").toBe(before);
});

test("a disk too full to be cleaned is used as it is, and cleaned when there is room", () => {
  const disk = oldDisk();
  disk.capacityBytes = 0;
  const { storeReport, store, logs } = createFakeSystem({ disk });
  expect(storeReport.failure).toBeUndefined();
  expect(store.keys("")).toHaveLength(4);
  expect(logs.map(({ words }) => words).join("\n")).toContain("could not be erased");
  disk.clearFaults();
  createFakeSystem({ disk });
  for (const [name, bytes] of Object.entries(disk.image())) expect(scan(name, bytes)).toEqual([]);
});

/** Words of an error, as a careless version would have written them into a report. */
const CARELESS = [
  PAN,
  "6222 0217 3918 4625 347",
  "6222-0217-3918-4625-347",
  TRACK1,
  TRACK2,
  `;${TRACK2.replace("=", "D")}?`,
  TRACK3,
].map((words) => `Error: cannot read ${words}`);
CARELESS.push(
  `Error: ${Buffer.from(PAN).toString("hex")}`,
  `Error: ${Buffer.from(TRACK2).toString("hex").replace(/../g, "$& ")}`,
);

test("a crash report has no card data, whatever the error said", () => {
  const folder = mkdtempSync(join(tmpdir(), "tael-crash-"));
  for (const words of CARELESS) {
    const path = writeCrash(folder, 0, words, `at say (${words})`) as string;
    expect(scan(words, readFileSync(path))).toEqual([]);
  }
  rmSync(folder, { recursive: true });
});

test("reports and logs of an earlier version are masked at the start", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tael-old-"));
  const folders = ["crash", "log"].map((name) => join(dataDir, "terminal", name));
  for (const folder of folders) {
    mkdirSync(folder, { recursive: true });
    for (const [n, words] of CARELESS.entries()) writeFileSync(join(folder, `old-${n}.txt`), `kept ${n}\n${words}\n`);
  }
  const { desk } = await startInProcess({ dataDir });
  await desk.close();
  for (const folder of folders)
    for (const name of readdirSync(folder)) expect(scan(name, readFileSync(join(folder, name)))).toEqual([]);
  expect(readFileSync(join(folders[0] as string, "old-3.txt"), "utf8")).toContain("kept 3\nError: cannot read");
  rmSync(dataDir, { recursive: true });
});
