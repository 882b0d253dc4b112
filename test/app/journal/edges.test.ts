/** Where the journal's rooms meet what should not be there: other terminals' values, records of earlier firmware, holds nobody has. */
import { describe, expect, test } from "vitest";
import { adopt } from "../../../app/journal/adoption.ts";
import { checkBackup, makeBackup, readItems } from "../../../app/journal/backup.ts";
import { DayBook } from "../../../app/journal/book.ts";
import type { ClosedBy } from "../../../app/journal/journal.ts";
import { type OpenJournal, openJournal } from "../../../app/journal/open.ts";
import { fromPage, toPage } from "../../../app/journal/page.ts";
import { ARCHIVE, LAST_KEY, META, pack, SETTLEMENT_KEY, unpack } from "../../../app/journal/records.ts";
import { planRestore, restoreDecision, stageRestore } from "../../../app/journal/restore.ts";
import { SealedTable } from "../../../app/journal/table.ts";
import type { TransactionRecord } from "../../../app/model/transaction.ts";
import { AssertionError } from "../../../platform/guest/assert.ts";
import { crc32 } from "../../../platform/guest/crc32.ts";
import { StoreError, type System } from "../../../platform/guest/system.ts";
import { createFakeSystem, type FakeSystem } from "../../fakes/system.ts";
import { FaultyDisk } from "../../platform/guest/faulty-disk.ts";
import { approvedOf, codeOf, declinedOf, EVER, journalOn, owedNext, postedNext, sell, settleAll, systemOn } from "./world.ts";

function deal(journal: OpenJournal, over: Partial<TransactionRecord>, voids?: number): TransactionRecord {
  const owed = owedNext(journal, over as object);
  journal.oweReversal(owed);
  const record = approvedOf(owed, over);
  journal.approve(record, voids === undefined ? {} : { voids });
  return record;
}

describe("sealed values", () => {
  /** A store that does this when it is written to, and a seal that does that. */
  const tableOn = (commit: () => void, seal: System["seal"] = (bytes) => bytes): SealedTable => {
    const system = createFakeSystem();
    return new SealedTable({ ...system, seal, store: { get: () => undefined, keys: () => [], commit } });
  };
  const failing = (error: unknown) => (): never => {
    throw error;
  };

  test.each([
    [new StoreError("disk-full", "no room"), "disk-full", "no room"],
    [new StoreError("io", "broken"), "io", "broken"],
    [new StoreError("too-large", "much"), "io", "much"],
    [new StoreError("damaged", "gone"), "damaged", "gone"],
    [new StoreError("newer", "later"), "damaged", "later"],
    [new TypeError("ours"), "io", "ours"],
    ["no error at all", "io", "the store refused"],
  ])("the store throws %s", (error, code, message) => {
    expect(() => tableOn(failing(error)).commit([])).toThrow(expect.objectContaining({ name: "JournalError", code, message }));
  });

  test("a contradiction goes through", () => {
    expect(() => tableOn(failing(new AssertionError("ours"))).commit([])).toThrow(AssertionError);
  });

  test("what cannot be sealed is told with its key", () => {
    const table = (error: unknown) => tableOn(() => {}, failing(error));
    expect(() => table(new Error("no key")).put("meta", {})).toThrow(
      expect.objectContaining({ code: "io", message: "meta could not be sealed: no key" }),
    );
    expect(() => table("?").put("meta", {})).toThrow("meta could not be sealed: unknown");
  });

  test("a value that is not there takes no bytes, and is gone when it is read", () => {
    const table = tableOn(() => {});
    expect(table.bytes("meta")).toBe(0);
    expect(table.has("meta")).toBe(false);
    expect(() => table.read("meta", META)).toThrow(expect.objectContaining({ code: "damaged", message: "meta is gone" }));
  });

  test("what is sealed under a key but is no record", () => {
    const system = createFakeSystem();
    const read = (value: unknown, key = "meta") => unpack(system, "meta", pack(system, key, value), META);
    for (const value of [5, null, [], "x"]) expect(read(value)).toEqual({ fault: "the whole does not fit" });
    expect(read({ batch: 1, nextTrace: 1, signedOn: "yes", nextOrder: 1 })).toEqual({ fault: "signedOn does not fit" });
    expect(read({ batch: 1, nextTrace: 1, signedOn: true, nextOrder: 1 }, "other")).toEqual({ fault: "belongs elsewhere" });
    expect(unpack(system, "meta", system.seal(Uint8Array.of(0x7b)), META)).toEqual({ fault: "is not JSON" });
    expect(unpack(system, "meta", Uint8Array.of(1, 2, 3), META)).toEqual({
      fault: "was altered, or sealed by another terminal",
    });
  });
});

describe("a backup", () => {
  const HEADER = { merchant: "898110154110001", terminal: "10000001", batch: 1, nextTrace: 2, at: "2026-11-21T18:00:00+08:00" };
  const whole = (): { bytes: Uint8Array; system: System; journal: OpenJournal } => {
    const system = systemOn(new FaultyDisk());
    const journal = openJournal(system);
    sell(journal);
    return { system, journal, bytes: makeBackup(system, HEADER).bytes };
  };
  /** With other bytes, and a checksum that is right again. */
  const resealed = (body: Uint8Array): Uint8Array => {
    const bytes = new Uint8Array(body.length + 4);
    bytes.set(body);
    new DataView(bytes.buffer).setUint32(body.length, crc32(body));
    return bytes;
  };
  const text = (words: string): Uint8Array => new TextEncoder().encode(words);

  test("is sound as it was made, and tells how much has changed since, either way", () => {
    const { system, journal, bytes } = whole();
    expect(checkBackup(system, bytes)).toEqual({ check: "sound", items: 2, differing: 0 });
    // Another record, and the counters.
    sell(journal);
    expect(checkBackup(system, bytes)).toEqual({ check: "sound", items: 2, differing: 2 });
    settleAll(journal);
    expect(checkBackup(system, bytes)).toMatchObject({ check: "sound", items: 2 });
  });

  test("of another terminal is told, naming the first item", () => {
    const { system, bytes } = whole();
    const other = {
      ...system,
      unseal: (): never => {
        throw new Error("not mine");
      },
    };
    expect(checkBackup(other, bytes)).toEqual({
      check: "foreign",
      words: "meta was altered, or sealed by another terminal",
    });
  });

  test.each([
    ["nothing", new Uint8Array(0), "is no backup"],
    ["something else", text("hello, world"), "is no backup"],
    ["no line's end", resealed(text("TAELBK1\nxyz")), "has no header"],
    ["a header that no line's end follows", resealed(text('TAELBK1\n{"terminal":"1","at":"x","batch":1}.')), "has no header"],
    ["a header that is no JSON", resealed(text("TAELBK1\n{\n")), "has no header"],
    ["a header that is null", resealed(text("TAELBK1\nnull\n")), "has no header"],
    ["a header without a batch", resealed(text('TAELBK1\n{"terminal":"1","at":"x"}\n')), "has no header"],
    ["a header without a terminal", resealed(text('TAELBK1\n{"batch":1,"at":"x"}\n')), "has no header"],
    ["half an item", resealed(text('TAELBK1\n{"terminal":"1","at":"x","batch":1}\n\0\u0004me')), "ends in the middle"],
  ])("that is %s", (_, bytes, words) => {
    expect(readItems(bytes)).toEqual({ words });
    expect(checkBackup(createFakeSystem(), bytes)).toEqual({ check: "altered", words });
  });

  test("with any byte wrong is altered, or no backup at all", () => {
    const { system, bytes } = whole();
    for (let at = 0; at < bytes.length; at += 7) {
      const spoilt = bytes.slice();
      spoilt[at]! ^= 1;
      expect(checkBackup(system, spoilt).check, `byte ${at}`).toBe("altered");
    }
    expect(checkBackup(system, bytes.subarray(0, -1))).toEqual({ check: "altered", words: "its checksum is wrong" });
  });

  test("with a length that lies ends in the middle", () => {
    const { bytes } = whole();
    const body = bytes.slice(0, -4);
    const first = body.indexOf(0x0a, 8) + 1;
    body[first] = 0xff;
    expect(readItems(resealed(body))).toEqual({ words: "ends in the middle" });
  });
});

describe("the day book's pages", () => {
  const kept = (journal: OpenJournal) => {
    const { pan: _, expiry: __, ...record } = sell(journal);
    return { order: 3, record: { ...record, masked: "622999*********0019" } };
  };

  test("come back as they were; a row that is not a record names its chunk", () => {
    const entry = kept(journalOn(new FaultyDisk()));
    const page = toPage([entry]);
    expect(JSON.parse(JSON.stringify(fromPage("day/x", page)))).toEqual(JSON.parse(JSON.stringify([entry])));
    expect(() => fromPage("day/x", { ...page, rows: [["not an order"]] })).toThrow(
      expect.objectContaining({ code: "damaged", message: expect.stringMatching(/^day\/x: .* does not fit$/) }),
    );
  });
});

describe("holds that nobody has", () => {
  const hold = { authCode: "P00001" };
  const heldOn = (journal: OpenJournal): TransactionRecord => deal(journal, { kind: "preauth", ...hold });
  const fen = (journal: OpenJournal): number[] => journal.holds("20261121").map(({ record }) => record.amountFen);

  test.each(["preauth-add", "preauth-void", "completion"] as const)("a %s of another hold, or of none that is named", (kind) => {
    const journal = journalOn(new FaultyDisk());
    heldOn(journal);
    for (const original of [
      { authCode: "P00002", date: "20261121" },
      { batch: 1, trace: 77 },
      { authCode: "P00001", date: "20261119" },
      {},
      undefined,
    ])
      deal(journal, { kind, ...(original === undefined ? {} : { original }) });
    deal(journal, { kind, original: { authCode: "P00001" }, pan: "6222021234567890128" });
    expect(fen(journal)).toEqual([10_000]);
  });

  test("a completion that is void opens what it closed, and nothing when it closed nothing", () => {
    const journal = journalOn(new FaultyDisk());
    const held = heldOn(journal);
    const completion = deal(journal, { kind: "completion", original: { authCode: "P00001", date: held.date } });
    expect(fen(journal)).toEqual([]);
    deal(journal, { kind: "completion-void" });
    expect(fen(journal)).toEqual([]);
    deal(journal, { kind: "completion-void", original: { trace: completion.trace } });
    expect(fen(journal)).toEqual([10_000]);
  });

  test("the last day of a hold is a day of it; the next is not", () => {
    const journal = journalOn(new FaultyDisk());
    heldOn(journal);
    expect(journal.holds("20261221").map(({ daysLeft }) => daysLeft)).toEqual([0]);
    expect(journal.holds("20261222")).toEqual([]);
  });
});

describe("records of earlier firmware", () => {
  const old = (system: FakeSystem, more: Parameters<System["store"]["commit"]>[0] = [], closedBy?: ClosedBy): void => {
    const totals = { debitFen: 0, debitCount: 0, creditFen: 0, creditCount: 0 };
    const summary = { batch: 1, totals: { domestic: totals, foreign: totals }, failed: [], closedBy };
    system.store.commit([
      { put: "meta", value: pack(system, "meta", { batch: 2, nextTrace: 5, signedOn: false, nextOrder: 9 }) },
      { put: LAST_KEY, value: pack(system, LAST_KEY, summary) },
      ...more,
    ]);
  };

  test("a settlement without records or a date is taken into the book all the same", () => {
    const system = createFakeSystem();
    old(system);
    expect(openJournal(system)).toMatchObject({ damage: [], letGo: "00000000" });
    expect(system.store.keys(LAST_KEY)).toEqual([]);
    expect(openJournal(system).lastSettlement()).toMatchObject({ batch: 1, records: [] });
  });

  test("its date is its first record's when nobody wrote it down", () => {
    const system = createFakeSystem();
    const { pan: _, expiry: __, ...rest } = approvedOf(owedNext(journalOn(new FaultyDisk())));
    const key = `${ARCHIVE}000000`;
    const entries = [{ order: 4, record: { ...rest, masked: "622999*********0019" } }];
    old(system, [{ put: key, value: pack(system, key, { entries }) }]);
    const journal = openJournal(system);
    expect(journal.letGo).toBe("20261121");
    expect(journal.booked(EVER)).toHaveLength(1);
    expect(system.store.keys(ARCHIVE)).toEqual([]);
  });

  test("its date is that of its closing, and what the book lacks that of its first record", () => {
    const system = createFakeSystem();
    const { pan: _, expiry: __, ...rest } = approvedOf(owedNext(journalOn(new FaultyDisk())));
    const key = `${ARCHIVE}000000`;
    const entries = [{ order: 4, record: { ...rest, masked: "622999*********0019" } }];
    const closedBy = { operator: "01", date: "20261123", time: "010000" };
    old(system, [{ put: key, value: pack(system, key, { entries }) }], closedBy);
    const journal = openJournal(system);
    expect(journal.letGo).toBe("20261121");
    expect(journal.closedBatches()).toMatchObject([{ date: "20261123" }]);
  });

  test("records whose sums are nowhere stay where they are", () => {
    const system = createFakeSystem();
    const key = `${ARCHIVE}000000`;
    const entries: unknown[] = [];
    system.store.commit([
      { put: "meta", value: pack(system, "meta", { batch: 2, nextTrace: 5, signedOn: false, nextOrder: 9 }) },
      { put: key, value: pack(system, key, { entries }) },
    ]);
    expect(openJournal(system).closedBatches()).toEqual([]);
    expect(system.store.keys("").filter((each) => each !== "meta")).toEqual([key]);
  });

  test("with damage about nothing is moved", () => {
    const system = createFakeSystem();
    old(system, [{ put: SETTLEMENT_KEY, value: Uint8Array.of(1) }]);
    const journal = openJournal(system);
    expect(journal.damage).toHaveLength(1);
    expect(system.store.keys(LAST_KEY)).toEqual([LAST_KEY]);
    expect(adopt).toBeDefined();
  });
});

describe("what cannot be done at the start", () => {
  const withStaged = (decided: boolean): FakeSystem => {
    const system = createFakeSystem();
    sell(openJournal(system));
    stageRestore(system, [{ put: "meta", value: system.store.get("meta") as Uint8Array }]);
    if (decided) system.store.commit([restoreDecision(system)]);
    system.disk.capacityBytes = 0;
    return createFakeSystem({ disk: system.disk });
  };

  test("what a restore left behind stays when the disk refuses, and harms nothing", () => {
    const system = withStaged(false);
    expect(openJournal(system)).toMatchObject({ damage: [], count: 1 });
    expect(system.logs.map(({ words }) => words).join("\n")).toContain("what a restore left behind could not be cleared away");
  });

  test("a restore that was decided and cannot be finished is no journal", () => {
    expect(() => openJournal(withStaged(true))).toThrow(expect.objectContaining({ code: "disk-full" }));
  });

  test("a contradiction on the way into the day book is not hidden", () => {
    const system = createFakeSystem();
    const totals = { debitFen: 0, debitCount: 0, creditFen: 0, creditCount: 0 };
    const summary = { batch: 1, totals: { domestic: totals, foreign: totals }, failed: [] };
    system.store.commit([
      { put: "meta", value: pack(system, "meta", { batch: 2, nextTrace: 5, signedOn: false, nextOrder: 9 }) },
      { put: LAST_KEY, value: pack(system, LAST_KEY, summary) },
    ]);
    const { get, keys } = system.store;
    const store = {
      get: get.bind(system.store),
      keys: keys.bind(system.store),
      commit: () => {
        throw new AssertionError("ours");
      },
    };
    expect(() => openJournal({ ...system, store })).toThrow(AssertionError);
  });
});

describe("a backup that is put back", () => {
  const OWN = { merchant: "898110154110001", terminal: "10000001" };
  const HEADER = { ...OWN, batch: 9, nextTrace: 400, at: "2026-11-21T18:00:00+08:00" };

  test("without the counters leaves those that are here", () => {
    const from = createFakeSystem();
    sell(openJournal(from));
    const store = {
      get: (key: string) => from.store.get(key),
      keys: (prefix: string) => (prefix === "meta" ? [] : from.store.keys(prefix)),
    };
    const { bytes } = makeBackup({ store: store as System["store"] }, HEADER);
    const plan = planRestore(createFakeSystem(), bytes, OWN, false);
    expect(plan).toMatchObject({ plan: "whole" });
    expect("changes" in plan && plan.changes.map((change) => ("put" in change ? change.put : change.delete))).toEqual([
      "txn/000001/000001",
    ]);
  });

  test("declines that cannot be read and are not in it go, those that can stay; a debt that cannot be read is unreadable", () => {
    const from = createFakeSystem();
    sell(openJournal(from));
    const { bytes } = makeBackup(from, HEADER);
    openJournal(from).decline(declinedOf());
    from.store.commit([{ put: "dec/000000000099/20261121", value: Uint8Array.of(1) }]);
    const plan = planRestore(from, bytes, OWN, false);
    expect("changes" in plan && plan.changes.flatMap((change) => ("delete" in change ? change.delete : []))).toEqual([
      "dec/000000000099/20261121",
    ]);
    from.store.commit([{ put: "debt", value: Uint8Array.of(1) }]);
    expect(planRestore(from, bytes, OWN, false)).toEqual({ refused: "unreadable", count: 1 });
  });

  test("a debt whose end the store has lost goes when the backup knows it as taken back", () => {
    const from = createFakeSystem();
    const journal = openJournal(from);
    journal.oweReversal(owedNext(journal));
    const before = createFakeSystem({ disk: from.disk.clone() });
    journal.reversed();
    const plan = planRestore(before, makeBackup(from, HEADER).bytes, OWN, false);
    expect("changes" in plan && plan.changes).toContainEqual({ delete: "debt" });
  });

  test("of a terminal that was sealed otherwise gives its counters; a batch the host has given stays", () => {
    const from = createFakeSystem();
    sell(openJournal(from));
    const store = { get: () => Uint8Array.of(1, 2, 3), keys: (prefix: string) => from.store.keys(prefix) };
    const { bytes } = makeBackup({ store: store as unknown as System["store"] }, HEADER);
    const batchAfter = (signedOn: boolean): number => {
      const system = createFakeSystem();
      if (signedOn) openJournal(system).signOn(3);
      const plan = planRestore(system, bytes, OWN, false);
      if (!("changes" in plan)) throw new Error(JSON.stringify(plan));
      system.store.commit(plan.changes);
      return openJournal(system).batch;
    };
    expect(batchAfter(false)).toBe(9);
    expect(batchAfter(true)).toBe(3);
  });
});

test("declines of earlier firmware, whose names say no day, are as young as any", () => {
  const system = createFakeSystem();
  const record = declinedOf({ date: "20261101" });
  const key = "dec/000000000001";
  system.store.commit([{ put: key, value: pack(system, key, { order: 1, record }) }]);
  const journal = openJournal(system);
  journal.decline({ ...record, date: "20261121" });
  expect(journal.declines().map(({ date }) => date)).toEqual(["20261101", "20261121"]);
});

test("what an advice was known by first stays; what its answer tells anew is taken", () => {
  const journal = journalOn(new FaultyDisk());
  const first = {
    reference: "000000000001",
    authCode: "A00001",
    settlementDate: "1122",
    organisation: "CUP",
    issuer: "0102",
    acquirer: "4802",
  };
  journal.post({ ...postedNext(journal), ...first });
  journal.advising(1);
  journal.advised(1, { state: "delivered", code: "00" });
  expect(journal.find(1)).toMatchObject(first);
  journal.post({ ...postedNext(journal), ...first });
  journal.advising(2);
  const told = {
    reference: "000000000002",
    authCode: "A00002",
    settlementDate: "1123",
    organisation: "VIS",
    issuer: "0103",
    acquirer: "4803",
  };
  journal.advised(2, { state: "delivered", code: "00", ...told });
  expect(journal.find(2)).toMatchObject({ ...first, settlementDate: "1123", issuer: "0103", acquirer: "4803" });
  expect(journal.find(77)).toBeUndefined();
  journal.post({ ...postedNext(journal), authCode: undefined });
  journal.advising(3);
  journal.advised(3, { state: "delivered", code: "00", authCode: "A00003" });
  expect(journal.find(3)?.authCode).toBe("A00003");
});

test("what has not reached the day book yet is found by its trace as well as by its day", () => {
  const system = createFakeSystem();
  let commits = Number.POSITIVE_INFINITY;
  const store = {
    get: (key: string) => system.store.get(key),
    keys: (prefix: string) => system.store.keys(prefix),
    commit: (changes: Parameters<System["store"]["commit"]>[0]) => {
      if (--commits < 0) throw new StoreError("io", "set by the test");
      system.store.commit(changes);
    },
  };
  const journal = openJournal({ ...system, store });
  sell(journal);
  sell(journal);
  journal.beginSettlement();
  journal.settlementAnswered({ domestic: 1, foreign: 1 });
  journal.uploadEnded();
  commits = 1;
  journal.closeBatch({ operator: "01", date: "20261121", time: "180000" });
  expect(system.store.keys("day/")).toEqual([]);
  expect(journal.booked({ trace: 2 }).map(({ trace }) => trace)).toEqual([2]);
  expect(journal.booked({ trace: 3 })).toEqual([]);
  expect(journal.booked(EVER)).toHaveLength(2);
});

test("an empty day book lets nothing go", () => {
  expect(new DayBook(new SealedTable(createFakeSystem()), { days: 90, mostBytes: 1 }).letGo()).toEqual({ changes: [] });
});

test("a settlement of another batch is damage", () => {
  const system = createFakeSystem();
  const journal = openJournal(system);
  sell(journal);
  journal.beginSettlement();
  const sealed = system.store.get(SETTLEMENT_KEY) as Uint8Array;
  expect(sealed.length).toBeGreaterThan(0);
  const totals = { debitFen: 0, debitCount: 0, creditFen: 0, creditCount: 0 };
  const other = { batch: 8, totals: { domestic: totals, foreign: totals }, uploaded: 0, rounds: 0, ended: false, failed: [] };
  system.store.commit([{ put: SETTLEMENT_KEY, value: pack(system, SETTLEMENT_KEY, other) }]);
  expect(openJournal(system).damage).toMatchObject([{ key: SETTLEMENT_KEY, words: "settles another batch" }]);
});

test("a debt outlives a new batch number, and its record belongs where it was asked", () => {
  const journal = journalOn(new FaultyDisk());
  const owed = owedNext(journal);
  journal.oweReversal(owed);
  journal.signOn(5);
  expect(journal.batch).toBe(5);
  journal.approve(approvedOf(owed));
  expect(journal.owed).toBeUndefined();
  expect(journal.list()).toEqual([]);
});

test("a debt whose record stands is a contradiction that is told", () => {
  const system = createFakeSystem();
  const journal = openJournal(system);
  const owed = owedNext(journal);
  journal.oweReversal(owed);
  const sealed = system.store.get("debt") as Uint8Array;
  journal.approve(approvedOf(owed));
  system.store.commit([{ put: "debt", value: sealed }]);
  const words = "owes the reversal of a transaction that stands as approved";
  expect(openJournal(system).damage).toEqual([{ key: "debt", words }]);
});

test("records without the counters are damage, whatever they are", () => {
  for (const [key, damaged] of [
    ["txn/000001/000001", true],
    ["rev/000001/000001", true],
    ["debt", true],
    [SETTLEMENT_KEY, true],
    ["set/000000000001/20261121/000001", true],
    ["dec/000000000001/20261121", false],
    ["audit/1", false],
  ] as const) {
    const system = createFakeSystem();
    system.store.commit([{ put: key, value: Uint8Array.of(1) }]);
    const found = openJournal(system).damage.filter((each) => each.key === "meta");
    expect(found, key).toEqual(damaged ? [{ key: "meta", words: "is gone, but records of money are there" }] : []);
  }
});

test("an advice that is taken without a code keeps what it had", () => {
  const journal = journalOn(new FaultyDisk());
  journal.post(postedNext(journal, { responseCode: "", acquirer: undefined, issuer: undefined }));
  journal.advising(1);
  journal.advised(1, { state: "delivered" });
  expect(journal.find(1)).toMatchObject({ state: "approved", responseCode: "", delivery: { state: "delivered" } });
});

test("a batch that nothing was in is closed without a date", () => {
  const journal = journalOn(new FaultyDisk());
  journal.beginSettlement();
  journal.settlementAnswered({ domestic: 1, foreign: 1 });
  journal.uploadEnded();
  journal.closeBatch();
  expect(journal.batch).toBe(2);
  expect(journal.lastSettlement()).toMatchObject({ batch: 1, records: [] });
  sell(journal);
  settleAll(journal);
  expect(journal.batch).toBe(3);
  expect(codeOf(() => journal.voidLocally(1))).toBe("not-found");
});
