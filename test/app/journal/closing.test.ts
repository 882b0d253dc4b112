/** The end of a batch at its edges: which day it has, what goes with it, in how many commits, and what is cut off and goes on. */
import { beforeEach, describe, expect, test } from "vitest";
import { type OpenJournal, openJournal } from "../../../app/journal/open.ts";
import { ARCHIVE, CLOSINGS, HOLDS, LAST_KEY } from "../../../app/journal/records.ts";
import { AssertionError } from "../../../platform/guest/assert.ts";
import { StoreError, type System } from "../../../platform/guest/system.ts";
import { createFakeSystem } from "../../fakes/system.ts";
import { FaultyDisk } from "../../platform/guest/faulty-disk.ts";
import { approvedOf, EVER, journalOn, owedNext, pictureOf, sell, settleAll, systemOn } from "./world.ts";

let disk: FaultyDisk;
let journal: OpenJournal;

beforeEach(() => {
  disk = new FaultyDisk();
  journal = journalOn(disk);
});

const keys = (prefix: string): string[] => systemOn(disk).store.keys(prefix);
const spoil = (key: string): void => systemOn(disk).store.commit([{ put: key, value: Uint8Array.of(1) }]);

/** Up to where only the closing is left. */
function readyToClose(of: OpenJournal): void {
  of.beginSettlement();
  of.settlementAnswered({ domestic: 1, foreign: 1 });
  of.uploadEnded();
}

/** A journal whose store takes so many commits and then throws this. */
function journalTaking(commits: number, error: Error): { system: System; journal: OpenJournal; take(more: number): void } {
  let left = Number.POSITIVE_INFINITY;
  const system = systemOn(disk);
  const store: System["store"] = {
    get: (key) => system.store.get(key),
    keys: (prefix) => system.store.keys(prefix),
    commit: (changes) => {
      if (--left < 0) throw error;
      system.store.commit(changes);
    },
  };
  const limited = { ...system, store };
  const opened = openJournal(limited, { clearedAtOnce: 2 });
  left = commits;
  return { system: limited, journal: opened, take: (more) => void (left = more) };
}

describe("the day of a closing", () => {
  test.each([
    ["who closes it says", "20261121", "20261122", "20261122"],
    ["nobody says: its newest record's", "20261121", undefined, "20261121"],
    ["no record, but somebody says", undefined, "20261122", "20261122"],
    ["nothing says", undefined, undefined, "00000000"],
  ])("%s", (_, sold, closed, day) => {
    if (sold !== undefined) sell(journal, 100, sold);
    readyToClose(journal);
    journal.closeBatch(closed === undefined ? undefined : { operator: "01", date: closed, time: "180000" });
    expect(journal.closedBatches()).toMatchObject([{ batch: 1, date: day }]);
  });
});

describe("what goes with a batch", () => {
  test("its records, its reversals, the holds it completed; those that are open stay", () => {
    for (const authCode of ["P00001", "P00002"]) {
      const owed = owedNext(journal, { kind: "preauth" });
      journal.oweReversal(owed);
      journal.approve(approvedOf(owed, { authCode }));
    }
    const owed = owedNext(journal, { kind: "completion", original: { authCode: "P00001", date: "20261121" } });
    journal.oweReversal(owed);
    journal.approve(approvedOf(owed, { original: { authCode: "P00001", date: "20261121" } }));
    journal.oweReversal(owedNext(journal));
    journal.reversed();
    expect([keys("txn/").length, keys("rev/").length, keys(HOLDS).length]).toEqual([3, 1, 2]);
    settleAll(journal);
    expect([keys("txn/").length, keys("rev/").length, keys(HOLDS).length]).toEqual([0, 0, 1]);
    expect(journal.holds("20261121")).toMatchObject([{ record: { authCode: "P00002" } }]);
    expect(journal.lastSettlement()?.records).toHaveLength(3);
  });

  test("open holds that are sixty days old stay, older ones go", () => {
    for (const date of ["20260921", "20260922"]) {
      const owed = owedNext(journal, { kind: "preauth", date });
      journal.oweReversal(owed);
      journal.approve(approvedOf(owed));
    }
    sell(journal);
    settleAll(journal);
    expect(keys(HOLDS)).toEqual(["hold/000001/000002"]);
  });

  test("what earlier firmware kept and nobody can read", () => {
    spoil(LAST_KEY);
    spoil(`${ARCHIVE}000000`);
    const opened = journalOn(disk);
    sell(opened);
    settleAll(opened);
    expect([keys(LAST_KEY), keys(ARCHIVE), keys(CLOSINGS).length]).toEqual([[], [], 1]);
  });
});

test("with a reversal that nobody can read, no batch is closed: it would be cleared away unread", () => {
  journal.oweReversal(owedNext(journal));
  journal.reversed();
  readyToClose(journal);
  spoil("rev/000001/000001");
  expect(() => journalOn(disk).closeBatch()).toThrow(expect.objectContaining({ code: "damaged" }));
  expect(keys("rev/")).toEqual(["rev/000001/000001"]);
});

test("with damage about, no batch is closed", () => {
  const owed = owedNext(journal, { kind: "preauth" });
  journal.oweReversal(owed);
  journal.approve(approvedOf(owed));
  readyToClose(journal);
  spoil("hold/000001/000001");
  const opened = journalOn(disk);
  expect(() => opened.closeBatch()).toThrow(expect.objectContaining({ code: "damaged" }));
  expect(opened.settlement).toMatchObject({ ended: true });
});

describe("moving into the day book", () => {
  const refusal = new StoreError("io", "set by the test");

  test("two at once: each record and each reversal once", () => {
    const { journal: small } = journalTaking(Number.POSITIVE_INFINITY, refusal);
    for (let n = 0; n < 5; n++) sell(small, 100 + n);
    for (let n = 0; n < 3; n++) {
      small.oweReversal(owedNext(small));
      small.reversed();
    }
    readyToClose(small);
    const before = disk.operations;
    small.closeBatch({ operator: "01", date: "20261121", time: "180000" });
    expect(small.booked(EVER).map(({ amountFen }) => amountFen)).toEqual([100, 101, 102, 103, 104]);
    expect([keys("txn/"), keys("rev/")]).toEqual([[], []]);
    // Closed; three portions of records, two of reversals; cleared. Each write, sync and mark.
    expect((disk.operations - before) / 3).toBe(1 + 3 + 2 + 1);
  });

  test.each([1, 2, 3, 4, 5, 6])("cut after %i commits it goes on at the next start, and is whole at every moment", (commits) => {
    const { journal: small, take } = journalTaking(Number.POSITIVE_INFINITY, refusal);
    for (let n = 0; n < 5; n++) sell(small, 100 + n);
    small.oweReversal(owedNext(small));
    small.reversed();
    readyToClose(small);
    take(commits);
    small.closeBatch({ operator: "01", date: "20261121", time: "180000" });
    expect(small.batch).toBe(2);
    const amounts = (of: OpenJournal): number[] => of.booked(EVER).map(({ amountFen }) => amountFen);
    expect(amounts(small)).toEqual([100, 101, 102, 103, 104]);
    expect(small.lastSettlement()?.records).toHaveLength(5);
    expect(small.bookedDays()).toEqual(["20261121"]);
    const again = journalOn(disk);
    expect(amounts(again)).toEqual([100, 101, 102, 103, 104]);
    expect([keys("txn/"), keys("rev/")]).toEqual([[], []]);
  });

  test("with damage about, it waits", () => {
    const { journal: small, take } = journalTaking(Number.POSITIVE_INFINITY, refusal);
    sell(small);
    readyToClose(small);
    take(1);
    small.closeBatch();
    spoil("hold/000001/000009");
    const opened = journalOn(disk);
    expect(opened.damage).toHaveLength(1);
    expect(keys("txn/")).toHaveLength(1);
    expect(opened.lastSettlement()?.records).toHaveLength(1);
  });

  test("a contradiction on the way is not hidden", () => {
    const { journal: small, take } = journalTaking(Number.POSITIVE_INFINITY, new AssertionError("ours"));
    sell(small);
    readyToClose(small);
    take(1);
    expect(() => small.closeBatch()).toThrow(AssertionError);
  });

  test("the host gives a number while the last batch is still being moved: it is moved first", () => {
    const { journal: small, take } = journalTaking(Number.POSITIVE_INFINITY, refusal);
    sell(small);
    readyToClose(small);
    take(1);
    small.closeBatch();
    take(Number.POSITIVE_INFINITY);
    small.signOn(1);
    expect(keys("txn/")).toEqual([]);
    sell(small, 7);
    expect(
      journalOn(disk)
        .list()
        .map(({ amountFen }) => amountFen),
    ).toEqual([7]);
    expect(journalOn(disk).booked(EVER)).toHaveLength(1);
  });
});

describe("the host's batch number", () => {
  test("taken at once when nothing is open", () => {
    journal.signOn(7);
    for (const now of [journal, journalOn(disk)]) expect(now).toMatchObject({ batch: 7, signedOn: true, settleFirst: undefined });
  });

  test("an empty settlement under way keeps its own; the host's is next", () => {
    journal.beginSettlement();
    journal.signOn(7);
    expect(journal).toMatchObject({ batch: 1, signedOn: true, settleFirst: 7 });
    journal.settlementAnswered({ domestic: 1, foreign: 1 });
    journal.uploadEnded();
    journal.closeBatch();
    expect(journalOn(disk)).toMatchObject({ batch: 7, settleFirst: undefined });
  });

  test("the same number again takes back the other", () => {
    sell(journal);
    journal.signOn(7);
    expect(journal.settleFirst).toBe(7);
    journal.signOff();
    journal.signOn(1);
    for (const now of [journal, journalOn(disk)]) expect(now).toMatchObject({ batch: 1, signedOn: true, settleFirst: undefined });
    sell(journal);
  });

  test("one that has to wait is told in the log, the batch's own is not", () => {
    const system = createFakeSystem();
    const logged = openJournal(system);
    sell(logged);
    logged.signOn(1);
    expect(system.logs).toEqual([]);
    logged.signOn(7);
    expect(system.logs).toMatchObject([{ level: "warn", words: "the host is at batch 7; batch 1 is to be settled first" }]);
  });

  test.each([0, 1_000_000, 1.5])("%s is none", (batch) => {
    expect(() => journal.signOn(batch)).toThrow(AssertionError);
  });

  test("signed off, the rest stays", () => {
    journal.signOn(7);
    const before = JSON.parse(pictureOf(journal));
    journal.signOff();
    expect(JSON.parse(pictureOf(journalOn(disk)))).toEqual({ ...before, signedOn: false });
  });
});

test("a store of its own is opened without a word", () => {
  const system = createFakeSystem();
  openJournal(system);
  expect(system.logs).toEqual([]);
});
