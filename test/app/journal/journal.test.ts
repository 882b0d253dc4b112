import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { openJournal, type OpenJournal } from "../../../app/journal/open.ts";
import type { ReversalRecord, TransactionRecord } from "../../../app/model/transaction.ts";
import type { System } from "../../../platform/guest/system.ts";
import { FaultyDisk } from "../../platform/guest/faulty-disk.ts";
import { approvedOf, codeOf, journalOn, owedNext, PAN, pictureOf, sell, settleAll, systemOn } from "./world.ts";

let disk: FaultyDisk;
let journal: OpenJournal;

beforeEach(() => {
  disk = new FaultyDisk();
  journal = journalOn(disk);
});

describe("a new terminal", () => {
  test("starts with batch 1, trace 1, signed off, owing nothing", () => {
    expect(journal).toMatchObject({ batch: 1, nextTrace: 1, count: 0, owed: undefined, signedOn: false, damage: [] });
    expect([journal.list(), journal.reversals(), journal.last(), journal.unprinted()]).toEqual([[], [], undefined, undefined]);
  });
});

describe("a sale", () => {
  test("owed, then approved: the record stands, the debt is gone, after a restart too", () => {
    const owed = owedNext(journal);
    journal.oweReversal(owed);
    expect([journal.owed, journal.nextTrace, journal.count]).toEqual([owed, 2, 0]);
    const record = approvedOf(owed);
    journal.approve(record);
    for (const now of [journal, journalOn(disk)]) {
      expect([now.owed, now.nextTrace, now.count]).toEqual([undefined, 2, 1]);
      expect([now.find(1), now.last(), now.list(), now.unprinted()]).toEqual([record, record, [record], record]);
      expect(now.totals()).toEqual({ debitFen: 10_000, debitCount: 1, creditFen: 0, creditCount: 0 });
    }
  });

  test("declined: nothing stays but a used trace", () => {
    journal.oweReversal(owedNext(journal));
    journal.forgetDebt();
    expect(journal).toMatchObject({ owed: undefined, nextTrace: 2, count: 0 });
  });

  test("not answered: reason, code and attempts are kept until the host takes the reversal", () => {
    const owed = owedNext(journal);
    journal.oweReversal(owed);
    journal.giveReason("A0", "A00001");
    journal.giveReason("06", undefined, "9F2608");
    journal.giveReason("98");
    journal.countAttempt();
    const kept = { ...owed, reason: "98", authCode: "A00001", field55: "9F2608", attempts: 1 } as const;
    expect(journalOn(disk).owed).toEqual(kept);
    journal.reversed();
    expect([journal.owed, journal.reversals(), journal.count]).toEqual([undefined, [kept], 0]);
    expect(journalOn(disk).reversals()).toEqual([kept]);
  });

  test("a partial approval counts with what was approved", () => {
    const owed = owedNext(journal);
    journal.oweReversal(owed);
    journal.approve(approvedOf(owed, { approvedFen: 4_000, responseCode: "10" }));
    expect(journal.totals().debitFen).toBe(4_000);
  });
});

describe("refused, and nothing changed", () => {
  test("a second debt", () => {
    journal.oweReversal(owedNext(journal));
    expect(codeOf(() => journal.oweReversal(owedNext(journal)))).toBe("owed");
  });

  test("settling a debt that is none", () => {
    const record = approvedOf(owedNext(journal));
    for (const action of [() => journal.approve(record), () => journal.forgetDebt(), () => journal.reversed()]) {
      expect(codeOf(action)).toBe("not-found");
    }
    expect(codeOf(() => journal.giveReason("98"))).toBe("not-found");
    expect(codeOf(() => journal.countAttempt())).toBe("not-found");
    expect(codeOf(() => journal.markPrinted(1, 1))).toBe("not-found");
  });

  test("more than the batch holds", () => {
    const small = journalOn(disk, { maxRecords: 2 });
    sell(small);
    sell(small);
    expect(codeOf(() => small.oweReversal(owedNext(small)))).toBe("batch-full");
  });

  test("an approval of another request, or of more than was asked", () => {
    const owed = owedNext(journal);
    journal.oweReversal(owed);
    const wrong: Partial<TransactionRecord>[] = [
      { trace: 2 },
      { batch: 2 },
      { amountFen: 1 },
      { pan: "6229990000000000027" },
      { approvedFen: 10_001 },
    ];
    for (const over of wrong) expect(() => journal.approve(approvedOf(owed, over))).toThrow("should be true");
    expect(journal.owed).toEqual(owed);
  });

  test("a trace that is not the next, a batch that is not open", () => {
    expect(() => journal.oweReversal(owedNext(journal, { trace: 9 }))).toThrow("the next trace");
    expect(() => journal.oweReversal(owedNext(journal, { batch: 9 }))).toThrow("the open batch");
    expect(() => journal.signOn(0)).toThrow("should be true");
  });

  test("a full disk", () => {
    sell(journal);
    const owed = owedNext(journal);
    disk.capacityBytes = Object.values(disk.image()).reduce((sum, bytes) => sum + bytes.length, 0);
    const before = pictureOf(journal);
    expect(codeOf(() => journal.oweReversal(owed))).toBe("disk-full");
    expect(codeOf(() => journal.takeTrace())).toBe("disk-full");
    expect(pictureOf(journal)).toBe(before);
    disk.clearFaults();
    journal.oweReversal(owed);
    expect(journal.owed).toEqual(owed);
  });
});

describe("counters", () => {
  test("999999 is followed by 1", () => {
    const late = journalAt(999_998);
    expect([late.takeTrace(), late.takeTrace(), late.takeTrace()]).toEqual([999_998, 999_999, 1]);
  });

  test("records stay in the order of their writing over the wrap", () => {
    const late = journalAt(999_999);
    sell(late, 1);
    sell(late, 2);
    for (const now of [late, journalOn(disk)]) {
      expect(now.list().map(({ trace }) => trace)).toEqual([999_999, 1]);
      expect(now.last()?.trace).toBe(1);
    }
  });

  test("so do reversals", () => {
    const late = journalAt(999_998);
    for (let n = 0; n < 3; n++) {
      late.oweReversal(owedNext(late));
      late.reversed();
    }
    for (const now of [late, journalOn(disk)]) expect(now.reversals().map(({ trace }) => trace)).toEqual([999_998, 999_999, 1]);
  });

  test("are written when they have changed, and with whatever is written first", () => {
    const system = systemOn(disk);
    const written: string[][] = [];
    const store: System["store"] = {
      get: (key) => system.store.get(key),
      keys: (prefix) => system.store.keys(prefix),
      commit: (changes) => {
        written.push(changes.map((change) => ("put" in change ? change.put : change.delete)));
        system.store.commit(changes);
      },
    };
    const first = openJournal({ ...system, store });
    first.beginSettlement();
    first.abandonSettlement();
    sell(first);
    first.markPrinted(1, 1);
    expect(written).toEqual([
      ["settle", "meta"],
      ["settle"],
      ["debt", "meta"],
      ["txn/000001/000001", "debt", "meta"],
      ["txn/000001/000001"],
    ]);
  });

  test("a trace that a record of the batch has is stepped over", () => {
    const first = journalAt(1);
    sell(first);
    const late = journalAt(999_999);
    expect([late.takeTrace(), late.nextTrace]).toEqual([999_999, 2]);
  });

  /** As if so many messages had been sent: the counter is set by taking traces on a copy of the numbers. */
  function journalAt(trace: number): OpenJournal {
    const system = systemOn(disk);
    const meta = { key: "meta", value: { batch: 1, nextTrace: trace, signedOn: true, nextOrder: 10 } };
    system.store.commit([{ put: "meta", value: system.seal(Uint8Array.from(Buffer.from(JSON.stringify(meta)))) }]);
    return journalOn(disk);
  }
});

describe("sign-on", () => {
  test("survives a restart, and the host's batch is the one to use", () => {
    journal.signOn(7);
    for (const now of [journal, journalOn(disk)]) {
      expect(now).toMatchObject({ batch: 7, signedOn: true, count: 0, nextTrace: 1 });
      expect(now.list()).toEqual([]);
    }
  });

  test("records of this batch keep it open under its own number until they are settled", () => {
    const record = sell(journal);
    journal.signOn(7);
    for (const now of [journal, journalOn(disk)]) {
      expect([now.batch, now.signedOn, now.settleFirst, now.list()]).toEqual([1, true, 7, [record]]);
      expect(codeOf(() => now.oweReversal(owedNext(now)))).toBe("settle-first");
    }
    settleAll(journal);
    expect(journalOn(disk)).toMatchObject({ batch: 7, settleFirst: undefined, count: 0 });
    journal.oweReversal(owedNext(journal));
  });

  test("a host that is back at this batch asks for no settlement any more", () => {
    sell(journal);
    journal.signOn(7);
    journal.signOn(1);
    expect(journal.settleFirst).toBeUndefined();
    sell(journal);
  });

  test("ends with a sign-off, or when the keys are no good any more", () => {
    for (const end of ["signOff", "needSignOn"] as const) {
      journal.signOn(1);
      journal[end]();
      expect(journalOn(disk).signedOn).toBe(false);
    }
  });

  test("a debt of the old batch is kept and can be settled", () => {
    const owed = owedNext(journal);
    journal.oweReversal(owed);
    journal.signOn(2);
    expect(journal.owed).toEqual(owed);
    journal.reversed();
    expect(journalOn(disk)).toMatchObject({ owed: undefined, batch: 2 });
  });
});

describe("paper", () => {
  test("the newest slip that is not wholly on paper is remembered", () => {
    sell(journal);
    sell(journal);
    expect(journal.unprinted()?.trace).toBe(2);
    journal.markPrinted(2, 2);
    expect(journalOn(disk).unprinted()?.trace).toBe(1);
    journal.markPrinted(1, 1);
    expect(journal.unprinted()).toMatchObject({ trace: 1, copiesPrinted: 1 });
    expect(journalOn(disk, { copies: 3 }).unprinted()?.trace).toBe(2);
    journal.markPrinted(1, 2);
    expect(journalOn(disk).unprinted()).toBeUndefined();
  });
});

describe("what lies on the disk", () => {
  test("no card number, neither as text nor packed", () => {
    sell(journal);
    journal.oweReversal(owedNext(journal));
    const image = Buffer.concat(Object.values(disk.image()));
    for (const form of [
      Buffer.from(PAN),
      Buffer.from(`${PAN}0`, "hex"),
      Buffer.from(PAN.slice(6, 16)),
      Buffer.from(PAN, "utf16le"),
    ]) {
      expect(image.includes(form)).toBe(false);
    }
  });
});

describe("damage", () => {
  const spoil = (key: string, value: Uint8Array): void => systemOn(disk).store.commit([{ put: key, value }]);
  const stored = (key: string): Uint8Array => systemOn(disk).store.get(key) as Uint8Array;
  const altered = (key: string): Uint8Array => stored(key).map((byte, i) => (i === 20 ? byte ^ 1 : byte));

  test("a record: named when opened; what would need it is refused, the rest still works", () => {
    sell(journal);
    sell(journal);
    spoil("txn/000001/000001", altered("txn/000001/000001"));
    const hurt = journalOn(disk);
    expect(hurt.damage).toEqual([{ key: "txn/000001/000001", words: "was altered, or sealed by another terminal" }]);
    expect([hurt.count, hurt.find(2)?.trace]).toEqual([2, 2]);
    for (const action of [
      () => hurt.find(1),
      () => hurt.list(),
      () => hurt.totals(),
      () => hurt.last(),
      () => hurt.unprinted(),
    ]) {
      expect(codeOf(action)).toBe("damaged");
    }
    expect(codeOf(() => hurt.oweReversal(owedNext(hurt)))).toBe("damaged");
  });

  test("a record in another's place", () => {
    sell(journal);
    sell(journal);
    spoil("txn/000001/000002", stored("txn/000001/000001"));
    expect(journalOn(disk).damage).toEqual([{ key: "txn/000001/000002", words: "belongs elsewhere" }]);
  });

  test("the debt: nothing about it is believed", () => {
    journal.oweReversal(owedNext(journal));
    spoil("debt", altered("debt"));
    const hurt = journalOn(disk);
    expect(hurt.damage.map(({ key }) => key)).toEqual(["debt"]);
    expect(codeOf(() => hurt.owed)).toBe("damaged");
    expect(codeOf(() => hurt.forgetDebt())).toBe("damaged");
  });

  test("a record damaged beside a debt: the debt can still be settled", () => {
    sell(journal);
    const owed = owedNext(journal);
    journal.oweReversal(owed);
    spoil("txn/000001/000001", altered("txn/000001/000001"));
    const hurt = journalOn(disk);
    hurt.approve(approvedOf(owed));
    expect(hurt.find(2)).toEqual(approvedOf(owed));
  });

  test("the counters: nothing is known any more", () => {
    sell(journal);
    spoil("meta", altered("meta"));
    const hurt = journalOn(disk);
    expect(codeOf(() => hurt.batch)).toBe("damaged");
    expect(codeOf(() => hurt.takeTrace())).toBe("damaged");
  });

  test("the counters gone while records are there", () => {
    sell(journal);
    systemOn(disk).store.commit([{ delete: "meta" }]);
    expect(journalOn(disk).damage).toEqual([{ key: "meta", words: "is gone, but records of money are there" }]);
  });

  test("a record whose own number is not its key's", () => {
    const record = sell(journal);
    const system = systemOn(disk);
    const key = "txn/000001/000001";
    const ascii = JSON.stringify({ key, value: { order: 1, record: { ...record, trace: 5, remarks: [] } } });
    spoil(key, system.seal(Uint8Array.from(Buffer.from(ascii))));
    expect(journalOn(disk).damage).toEqual([{ key, words: "holds another transaction" }]);
  });

  test("a debt whose transaction stands as approved: two fates", () => {
    journal.oweReversal(owedNext(journal));
    const debt = stored("debt");
    journal.approve(approvedOf(journal.owed as ReversalRecord));
    spoil("debt", debt);
    const hurt = journalOn(disk);
    expect(hurt.damage.map(({ key }) => key)).toEqual(["debt"]);
    expect(codeOf(() => hurt.reversed())).toBe("damaged");
  });

  test("bytes that are sealed and no JSON", () => {
    sell(journal);
    const system = systemOn(disk);
    spoil("txn/000001/000001", system.seal(Uint8Array.from([1, 2, 3])));
    expect(journalOn(disk).damage).toEqual([{ key: "txn/000001/000001", words: "is not JSON" }]);
  });

  test("a record that goes bad while the journal is open", () => {
    const system = systemOn(disk);
    const open = openJournal(system);
    sell(open);
    system.store.commit([{ put: "txn/000001/000001", value: new Uint8Array(40) }]);
    expect(codeOf(() => open.find(1))).toBe("damaged");
    system.store.commit([{ delete: "txn/000001/000001" }]);
    expect(codeOf(() => open.list())).toBe("damaged");
  });

  test("a seal that refuses changes nothing", () => {
    let broken = false;
    const system = systemOn(disk);
    const seal = (bytes: Uint8Array): Uint8Array => {
      if (broken) throw new Error("no seal key");
      return system.seal(bytes);
    };
    const open = openJournal({ ...system, seal });
    sell(open);
    broken = true;
    expect(codeOf(() => open.oweReversal(owedNext(open)))).toBe("io");
    expect([open.owed, open.nextTrace]).toEqual([undefined, 2]);
  });

  test("a shape that is not the record's", () => {
    sell(journal);
    const system = systemOn(disk);
    const key = "txn/000001/000001";
    const wrong = { key, value: { order: 1, record: { ...approvedOf(owedNext(journal)), amountFen: 1.5 } } };
    spoil(key, system.seal(Uint8Array.from(Buffer.from(JSON.stringify(wrong).replace(/[^ -~]/g, "?")))));
    expect(journalOn(disk).damage).toEqual([{ key, words: "record does not fit" }]);
  });
});

describe("against a model", () => {
  /** What a journal should say, as simply as it can be said. */
  interface Model {
    owed: ReversalRecord | undefined;
    records: TransactionRecord[];
    reversals: ReversalRecord[];
    nextTrace: number;
    signedOn: boolean;
  }

  type Step = (model: Model, real: OpenJournal) => void;
  const STEPS: Record<string, Step> = {
    owe: (model, real) => {
      if (model.owed !== undefined) return void expect(codeOf(() => real.oweReversal(owedNext(real)))).toBe("owed");
      model.owed = owedNext(real, { amountFen: model.nextTrace * 7 });
      real.oweReversal(model.owed);
      model.nextTrace++;
    },
    approve: (model, real) => {
      if (model.owed === undefined) return;
      const record = approvedOf(model.owed);
      real.approve(record);
      model.records.push(record);
      model.owed = undefined;
    },
    forget: (model, real) => {
      if (model.owed === undefined) return;
      real.forgetDebt();
      model.owed = undefined;
    },
    reverse: (model, real) => {
      if (model.owed === undefined) return;
      real.countAttempt();
      real.reversed();
      model.reversals.push({ ...model.owed, attempts: model.owed.attempts + 1 });
      model.owed = undefined;
    },
    reason: (model, real) => {
      if (model.owed === undefined) return;
      real.giveReason("A0", "ABC123");
      model.owed = { ...model.owed, reason: "A0", authCode: "ABC123" };
    },
    trace: (model, real) => {
      expect(real.takeTrace()).toBe(model.nextTrace++);
    },
    signOn: (model, real) => {
      real.signOn(1);
      model.signedOn = true;
    },
    signOff: (model, real) => {
      real.signOff();
      model.signedOn = false;
    },
    print: (model, real) => {
      const record = model.records.at(-1);
      if (record === undefined) return;
      real.markPrinted(record.trace, 2);
      model.records[model.records.length - 1] = { ...record, copiesPrinted: 2 };
    },
  };

  test("any order of steps, with restarts in between", () => {
    const step = fc.constantFrom(...Object.keys(STEPS), "restart");
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const own = new FaultyDisk();
        let real = journalOn(own);
        const model: Model = { owed: undefined, records: [], reversals: [], nextTrace: 1, signedOn: false };
        for (const name of steps) {
          if (name === "restart") real = journalOn(own);
          else (STEPS[name] as Step)(model, real);
          expect(real).toMatchObject({ nextTrace: model.nextTrace, signedOn: model.signedOn, damage: [] });
          expect([real.owed, real.list(), real.reversals()]).toEqual([model.owed, model.records, model.reversals]);
          expect(real.totals().debitFen).toBe(model.records.reduce((sum, { amountFen }) => sum + amountFen, 0));
          expect(real.unprinted()).toEqual(model.records.findLast(({ copiesPrinted }) => copiesPrinted < 2));
        }
      }),
      { numRuns: 60, seed: 20_261_121 },
    );
  });
});
