/** Closed batches while the last of them is still on its way into the day book: whole at every moment, each record in its own batch and on its own day. */
import { beforeEach, expect, test } from "vitest";
import { type OpenJournal, openJournal } from "../../../app/journal/open.ts";
import { META, META_KEY, pack, unpack } from "../../../app/journal/records.ts";
import { StoreError, type System } from "../../../platform/guest/system.ts";
import { FaultyDisk } from "../../platform/guest/faulty-disk.ts";
import { EVER, journalOn, sell, settleAll, systemOn } from "./world.ts";

let disk: FaultyDisk;
let journal: OpenJournal;

/** Batch 1 with 100 and 101, batch 2 with 200, both in the book; batch 3 with a day each of 300 to 303, closed and not moved. */
beforeEach(() => {
  disk = new FaultyDisk();
  const system = systemOn(disk);
  let left = Number.POSITIVE_INFINITY;
  const store: System["store"] = {
    get: (key) => system.store.get(key),
    keys: (prefix) => system.store.keys(prefix),
    commit: (changes) => {
      if (--left < 0) throw new StoreError("io", "set by the test");
      system.store.commit(changes);
    },
  };
  journal = openJournal({ ...system, store });
  sell(journal, 100, "20261118");
  sell(journal, 101, "20261119");
  settleAll(journal, "20261119");
  sell(journal, 200, "20261119");
  settleAll(journal, "20261119");
  for (let n = 0; n < 4; n++) sell(journal, 300 + n, `2026112${n}`);
  journal.beginSettlement();
  journal.settlementAnswered({ domestic: 1, foreign: 1 });
  journal.uploadEnded();
  left = 1;
  journal.closeBatch({ operator: "01", date: "20261124", time: "180000" });
  left = Number.POSITIVE_INFINITY;
  expect(system.store.keys("txn/")).toHaveLength(4);
});

/** As it is, and when the move is done. */
function both(see: (journal: OpenJournal) => unknown, expected: unknown): void {
  expect(see(journal)).toEqual(expected);
  expect(see(journalOn(disk))).toEqual(expected);
}

test("each batch has its own records", () => {
  const ofBatch = (now: OpenJournal): unknown =>
    now.closedBatches().map(({ batch, closing }) => [batch, now.closedBatch(closing)?.records.map((record) => record.amountFen)]);
  both(ofBatch, [
    [3, [300, 301, 302, 303]],
    [2, [200]],
    [1, [100, 101]],
  ]);
  both((now) => now.closedBatch(999), undefined);
  both((now) => now.lastSettlement()?.records.map((record) => record.amountFen), [300, 301, 302, 303]);
});

test("the dates of the closings, newest first", () => {
  both((now) => now.closedBatches().map(({ date }) => date), ["20261124", "20261119", "20261119"]);
});

test.each([
  ["20261120", "20261120", [300]],
  ["20261121", "20261122", [301, 302]],
  ["20261119", "20261120", [101, 200, 300]],
  ["20261123", "99999999", [303]],
  ["00000000", "20261118", [100]],
  ["20261124", "20261130", []],
])("from %s to %s: %o", (from, to, amounts) => {
  both((now) => now.booked({ from, to }).map(({ amountFen }) => amountFen), amounts);
});

test("one trace", () => {
  both((now) => now.booked({ trace: 5 }).map(({ amountFen }) => amountFen), [301]);
  both((now) => now.booked({ trace: 99 }), []);
});

test("the days with records, each once, in order", () => {
  both((now) => now.bookedDays(), ["20261118", "20261119", "20261120", "20261121", "20261122", "20261123"]);
});

test("once moved, nothing is twice", () => {
  expect(journalOn(disk).booked(EVER)).toHaveLength(7);
  expect(systemOn(disk).store.keys("txn/")).toEqual([]);
});

test("what was let go is told to the latest day of which something went", () => {
  const letGoAfter = (before: string | undefined): string | undefined => {
    const copy = disk.clone();
    const system = systemOn(copy);
    const read = unpack(system, META_KEY, system.store.get(META_KEY) as Uint8Array, META);
    if (!("value" in read)) throw new Error(read.fault);
    system.store.commit([{ put: META_KEY, value: pack(system, META_KEY, { ...read.value, letGo: before }) }]);
    // Three days are kept, counted from the newest record's.
    return openJournal(system, { bookDays: 3 }).letGo;
  };
  expect(letGoAfter(undefined)).toBe("20261119");
  expect(letGoAfter("20261101")).toBe("20261119");
  expect(letGoAfter("20261120")).toBe("20261120");
  expect(journalOn(disk).letGo).toBeUndefined();
});
