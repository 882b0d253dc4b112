/** What a trading day adds to the journal: voids, advices, adjustments, holds, declines, settlement. */
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import type { OpenJournal } from "../../../app/journal/open.ts";
import { contribution, noTotals, regionOf } from "../../../app/model/ledger.ts";
import type { DeclinedRecord, ReversalRecord, TransactionRecord } from "../../../app/model/transaction.ts";
import { FaultyDisk } from "../../platform/guest/faulty-disk.ts";
import { approvedOf, codeOf, declinedOf, journalOn, owedNext, PAN, postedNext, sell, settleAll } from "./world.ts";

let disk: FaultyDisk;
let journal: OpenJournal;

beforeEach(() => {
  disk = new FaultyDisk();
  journal = journalOn(disk);
});

/** An approved request of any kind. */
function deal(over: Partial<ReversalRecord>, voids?: number, answer: Partial<TransactionRecord> = {}): TransactionRecord {
  const owed = owedNext(journal, over);
  journal.oweReversal(owed);
  const record = { ...approvedOf(owed, answer), original: owed.original };
  journal.approve(record, { voids });
  return record;
}

function post(over: Partial<TransactionRecord> = {}): TransactionRecord {
  const record = postedNext(journal, over);
  journal.post(record);
  return record;
}

const DELIVERED = { state: "delivered", code: "00", reference: "000000000009", settlementDate: "1122" } as const;

describe("void", () => {
  test("the void stands and its original is voided, both counted", () => {
    sell(journal);
    deal({ kind: "void", original: { batch: 1, trace: 1 } }, 1);
    for (const now of [journal, journalOn(disk)]) {
      expect(now.find(1)?.state).toBe("voided");
      expect(now.totals()).toEqual({ debitFen: 10_000, debitCount: 1, creditFen: 10_000, creditCount: 1 });
    }
  });

  test("refused before it leaves when the original does not stand, or not with this amount", () => {
    sell(journal);
    deal({ kind: "void", original: { batch: 1, trace: 1 } }, 1);
    sell(journal);
    for (const original of [
      { batch: 1, trace: 1 },
      { batch: 1, trace: 9 },
    ])
      expect(codeOf(() => journal.oweReversal(owedNext(journal, { kind: "void", original })))).toBe("not-found");
    const part = owedNext(journal, { kind: "void", original: { batch: 1, trace: 3 }, amountFen: 1 });
    expect(codeOf(() => journal.oweReversal(part))).toBe("not-found");
    expect([journal.owed, journal.nextTrace]).toEqual([undefined, 4]);
  });

  test("a second void of it, or of nothing, is not taken; the debt stays and is reversed", () => {
    sell(journal);
    deal({ kind: "void" }, 1);
    for (const voids of [1, 77]) {
      const owed = owedNext(journal, { kind: "void" });
      journal.oweReversal(owed);
      expect(codeOf(() => journal.approve(approvedOf(owed), { voids }))).toBe("not-found");
      expect(journal.owed).toEqual(owed);
      journal.reversed();
    }
    expect(journal.totals().creditCount).toBe(1);
  });
});

describe("advices", () => {
  test("posted, tried, delivered: it counts from the beginning and keeps what the host says of it", () => {
    const record = post();
    expect([journal.nextTrace, journal.pendingAdvices(), journal.totals().debitFen]).toEqual([2, [record], 10_000]);
    journal.advising(1);
    journal.advised(1, { state: "unanswered" });
    expect(journalOn(disk).pendingAdvices()).toMatchObject([
      { state: "pending", delivery: { state: "unanswered", attempts: 1 } },
    ]);
    journal.advising(1);
    journal.advised(1, DELIVERED);
    expect(journalOn(disk).find(1)).toMatchObject({
      ...{ state: "approved", reference: "000000000009", settlementDate: "1122", responseCode: "00" },
      delivery: { state: "delivered", attempts: 2, code: "00" },
    });
    expect([journal.pendingAdvices(), journal.totals().debitFen]).toEqual([[], 10_000]);
    expect(codeOf(() => journal.advised(1, DELIVERED))).toBe("not-found");
  });

  test("refused: it counts no more and never goes again", () => {
    post({ kind: "refund" });
    journal.advised(1, { state: "refused", code: "61" });
    expect([journal.pendingAdvices(), journal.totals(), journal.count]).toEqual([[], noTotals(), 1]);
    expect(journal.find(1)).toMatchObject({ state: "refused", delivery: { code: "61" } });
  });

  test("oldest first", () => {
    post();
    post();
    post();
    journal.advised(2, DELIVERED);
    journal.advised(1, { state: "unanswered" });
    expect(journal.pendingAdvices().map(({ trace }) => trace)).toEqual([1, 3]);
  });

  test("only advices are posted, whole and undelivered", () => {
    expect(() => post({ kind: "sale" })).toThrow("only advices");
    expect(() => journal.post({ ...postedNext(journal), state: "approved" })).toThrow("before it is delivered");
    expect(() => post({ approvedFen: 1 })).toThrow("whole");
    expect(() => post({ trace: 9 })).toThrow("next trace");
  });

  test("cash is kept, counts nowhere and is told to nobody", () => {
    const cash = {
      kind: "cash",
      pan: "",
      expiry: undefined,
      entry: "manual",
      cash: { receivedFen: 20_000, changeFen: 10_000 },
    } as const;
    journal.post(approvedOf(owedNext(journal), { ...cash }));
    expect([journalOn(disk).find(1)?.cash, journal.totals(), journal.pendingAdvices()]).toEqual([cash.cash, noTotals(), []]);
  });

  test("an offline sale that never left is voided here and counts no more", () => {
    post();
    journal.voidLocally(1);
    expect(journalOn(disk).find(1)).toMatchObject({ state: "voided", delivery: { state: "withdrawn" } });
    expect([journal.totals(), journal.pendingAdvices()]).toEqual([noTotals(), []]);
  });

  test("one that left and was changed since is not voided here either: the host may have it", () => {
    post();
    journal.advising(1);
    journal.adjust(1, { amountFen: 12_000, as: "adjustment" });
    expect(codeOf(() => journal.voidLocally(1))).toBe("sent");
  });

  test("one that left, a refund, a sale: not voided here", () => {
    post();
    journal.advising(1);
    expect(codeOf(() => journal.voidLocally(1))).toBe("sent");
    post({ kind: "refund" });
    sell(journal);
    for (const trace of [2, 3, 9])
      expect(
        codeOf(() => journal.voidLocally(trace)),
        String(trace),
      ).toBe("not-found");
  });
});

describe("adjustment and tip", () => {
  test("a tip: the whole amount counts at once; its message has a trace of its own", () => {
    sell(journal);
    journal.adjust(1, { amountFen: 11_500, tipFen: 1_500, as: "tip" });
    expect(journal.nextTrace).toBe(3);
    expect(journalOn(disk).find(1)).toMatchObject({
      ...{ kind: "sale", state: "pending", amountFen: 11_500, approvedFen: 11_500, tipFen: 1_500, copiesPrinted: 0 },
      delivery: { state: "pending", as: "tip", trace: 2, before: { amountFen: 10_000, approvedFen: 10_000 } },
    });
    journal.advised(1, DELIVERED);
    // The sale keeps the reference it is known by.
    expect(journal.find(1)).toMatchObject({ state: "approved", reference: "000000000001", approvedFen: 11_500 });
  });

  test("refused: the amount is again what the host knows", () => {
    sell(journal);
    journal.adjust(1, { amountFen: 11_500, tipFen: 1_500, as: "tip" });
    journal.advised(1, { state: "refused", code: "64" });
    const record = journal.find(1);
    expect(record).toMatchObject({
      state: "approved",
      amountFen: 10_000,
      approvedFen: 10_000,
      delivery: { state: "refused", code: "64" },
    });
    expect([record?.tipFen, journal.totals().debitFen]).toEqual([undefined, 10_000]);
  });

  test("adjusted twice before the host answers, then refused: what the host knew at first", () => {
    post();
    journal.advised(1, DELIVERED);
    journal.adjust(1, { amountFen: 11_000, as: "adjustment" });
    journal.adjust(1, { amountFen: 12_000, as: "adjustment" });
    expect(journal.find(1)).toMatchObject({ amountFen: 12_000, delivery: { trace: 3, before: { amountFen: 10_000 } } });
    journal.advised(1, { state: "refused", code: "12" });
    expect(journal.find(1)).toMatchObject({ state: "approved", approvedFen: 10_000 });
  });

  test("adjusted before the host ever heard of it, then refused: nothing is left", () => {
    post();
    journal.adjust(1, { amountFen: 11_000, as: "adjustment" });
    journal.advised(1, { state: "refused", code: "25" });
    expect([journal.find(1)?.state, journal.totals()]).toEqual(["refused", noTotals()]);
  });

  test("what cannot be adjusted", () => {
    sell(journal);
    deal({ kind: "void" }, 1);
    deal({ kind: "preauth" });
    for (const as of ["adjustment", "tip"] as const)
      for (const trace of [1, 2, 3, 9])
        expect(
          codeOf(() => journal.adjust(trace, { amountFen: 1, as })),
          `${trace} ${as}`,
        ).toBe("not-found");
  });
});

describe("pre-authorisations", () => {
  const today = "20261121";
  const hold = (): TransactionRecord => deal({ kind: "preauth" }, undefined, { authCode: "P00001" });
  const of = (record: TransactionRecord) => ({ batch: record.batch, trace: record.trace });
  const keyed = { authCode: "P00001", date: today };

  test("open up to its thirtieth day, whatever the batch", () => {
    const record = hold();
    expect(journal.holds(today)).toEqual([{ record, daysLeft: 30 }]);
    settleAll(journal);
    expect(journalOn(disk).holds("20261220")).toMatchObject([{ daysLeft: 1, record: { trace: 1, batch: 1 } }]);
    expect(journal.holds("20261221")).toMatchObject([{ daysLeft: 0 }]);
    expect(journal.holds("20261222")).toEqual([]);
  });

  test("an add-on raises it", () => {
    const record = hold();
    deal({ kind: "preauth-add", amountFen: 500, original: of(record) });
    expect(journal.holds(today)).toMatchObject([{ record: { approvedFen: 10_500, authCode: "P00001", trace: 1 } }]);
  });

  test.each(["preauth-void", "completion"] as const)("%s ends it, by place or by what is keyed", (kind) => {
    for (const original of [of(hold()), keyed]) {
      if (original === keyed) hold();
      deal({ kind, original });
      expect(journal.holds(today)).toEqual([]);
    }
  });

  test("another card's, another code's or another day's stays", () => {
    hold();
    deal({ kind: "completion", original: keyed, pan: "6229990000000000027" });
    deal({ kind: "completion", original: { ...keyed, authCode: "P00002" } });
    deal({ kind: "completion", original: { ...keyed, date: "20261120" } });
    expect(journal.holds(today)).toHaveLength(1);
  });

  test("a void of its completion opens it again", () => {
    const done = deal({ kind: "completion", original: of(hold()) });
    deal({ kind: "completion-void", original: of(done) }, done.trace);
    expect(journalOn(disk).holds(today)).toMatchObject([{ record: { trace: 1 } }]);
  });

  test("a completion advice ends it when it is posted, a refusal opens it again", () => {
    const original = of(hold());
    const advice = post({ kind: "completion-advice", original });
    expect(journal.holds(today)).toEqual([]);
    journal.advised(advice.trace, { state: "refused", code: "25" });
    expect(journal.holds(today)).toHaveLength(1);
  });

  test("closing a batch forgets what it completed and what is long over", () => {
    hold();
    deal({ kind: "completion", original: keyed });
    deal({ kind: "preauth", date: "20260801" });
    settleAll(journal);
    expect(journal.holds(today)).toEqual([]);
    expect(journalOn(disk).damage).toEqual([]);
  });
});

describe("declines", () => {
  const declined = (n: number): DeclinedRecord => declinedOf({ trace: n, amountFen: n });

  test("the last five hundred, oldest first, through batches and restarts", () => {
    for (let n = 1; n <= 503; n++) journal.decline(declined(n));
    settleAll(journal);
    const kept = journalOn(disk).declines();
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([500, declined(4), declined(503)]);
    expect([journal.declines(1), journal.declines(0)]).toEqual([[declined(503)], []]);
  });
});

describe("how much a batch holds", () => {
  test("records: a warning at nine tenths, then nothing new", () => {
    const small = journalOn(disk, { maxRecords: 10 });
    for (let n = 0; n < 8; n++) sell(small);
    expect([small.nearlyFull, small.full]).toEqual([false, false]);
    sell(small);
    expect([small.nearlyFull, small.full]).toEqual([true, false]);
    sell(small);
    expect([small.nearlyFull, small.full]).toEqual([true, true]);
    expect(codeOf(() => small.post(postedNext(small)))).toBe("batch-full");
  });

  test("a sum a settlement can say (DE48: twelve digits)", () => {
    sell(journal, 999_999_990_000);
    expect(codeOf(() => sell(journal, 10_000))).toBe("batch-full");
    sell(journal, 9_999);
    expect(codeOf(() => journal.adjust(2, { amountFen: 10_000, as: "tip" }))).toBe("batch-full");
    expect(journal.totals().debitFen).toBe(999_999_999_999);
  });
});

describe("settlement", () => {
  const begin = (): void => {
    sell(journal);
    post({ organisation: "VIS" });
    journal.beginSettlement();
  };
  const frozen = {
    domestic: { ...noTotals(), debitFen: 10_000, debitCount: 1 },
    foreign: { ...noTotals(), debitFen: 10_000, debitCount: 1 },
  };

  test("totals are frozen and nothing new begins", () => {
    begin();
    const now = journalOn(disk);
    expect(now.settlement).toEqual({ batch: 1, totals: frozen, uploaded: 0, rounds: 0, ended: false, failed: [] });
    for (const action of [
      () => now.oweReversal(owedNext(now)),
      () => now.post(postedNext(now)),
      () => now.adjust(1, { amountFen: 1, as: "tip" }),
      () => now.voidLocally(2),
      () => now.beginSettlement(),
    ])
      expect(codeOf(action)).toBe("settling");
    // An advice answered meanwhile is still written down; what the host was told of the batch stays.
    now.advised(2, { state: "refused", code: "14" });
    expect(now.settlement?.totals).toEqual(frozen);
  });

  test("not while a reversal is owed, nor without one under way", () => {
    journal.oweReversal(owedNext(journal));
    expect(codeOf(() => journal.beginSettlement())).toBe("owed");
    for (const action of [
      () => journal.abandonSettlement(),
      () => journal.settlementAnswered({ domestic: 1, foreign: 1 }),
      () => journal.uploaded(1),
      () => journal.uploadEnded(),
      () => journal.closeBatch(),
    ])
      expect(codeOf(action)).toBe("not-found");
  });

  test("abandoned only while the host has said nothing", () => {
    begin();
    journal.abandonSettlement();
    sell(journal);
    journal.beginSettlement();
    journal.settlementAnswered({ domestic: 2, foreign: 0 });
    expect(codeOf(() => journal.abandonSettlement())).toBe("settling");
  });

  test("uploads are remembered, a smaller count begins another round", () => {
    begin();
    journal.settlementAnswered({ domestic: 2, foreign: 2 });
    journal.uploaded(1, [2]);
    journal.uploaded(2);
    expect(journalOn(disk).settlement).toMatchObject({ uploaded: 2, rounds: 0, failed: [2] });
    journal.uploaded(0);
    journal.uploaded(1, []);
    expect(journalOn(disk).settlement).toMatchObject({ uploaded: 1, rounds: 1, failed: [] });
    expect(() => journal.closeBatch()).toThrow("when its upload has ended");
  });

  test("closed: the next batch is open, the last is kept without card numbers", () => {
    begin();
    journal.settlementAnswered({ domestic: 1, foreign: 2 });
    journal.uploaded(1, [2]);
    journal.uploadEnded();
    const by = { operator: "07", date: "20261121", time: "180000" };
    journal.closeBatch(by);
    for (const now of [journal, journalOn(disk)]) {
      expect(now).toMatchObject({ batch: 2, count: 0, settlement: undefined, nextTrace: 3, damage: [] });
      const last = now.lastSettlement();
      expect(last).toMatchObject({ batch: 1, totals: frozen, result: { domestic: 1, foreign: 2 }, failed: [2], closedBy: by });
      expect(last?.records.map(({ trace, masked }) => [trace, masked])).toEqual([
        [1, "622999*********0019"],
        [2, "622999*********0019"],
      ]);
      expect(JSON.stringify(last)).not.toContain(PAN);
    }
    sell(journal);
    expect(journal.list()).toHaveLength(1);
  });

  test("999999 is followed by 1", () => {
    journal.signOn(999_999);
    settleAll(journal);
    expect(journal.batch).toBe(1);
  });

  test("a host that gives the number of the batch before: the archive is not taken for open records", () => {
    sell(journal);
    settleAll(journal);
    journal.signOn(1);
    sell(journal);
    expect(journalOn(disk)).toMatchObject({ batch: 1, count: 1 });
    expect(journal.lastSettlement()?.records).toHaveLength(1);
    settleAll(journal);
    expect(journalOn(disk).lastSettlement()?.records).toHaveLength(1);
  });

  test("there is none before the first", () => {
    expect(journal.lastSettlement()).toBeUndefined();
  });
});

describe("against a model", () => {
  /** The records as they should stand, and the batch they are of. */
  interface Model {
    records: TransactionRecord[];
    batch: number;
    nextTrace: number;
  }
  type Step = (model: Model, pick: number) => void;

  const change = (model: Model, trace: number, over: Partial<TransactionRecord>): void => {
    model.records = model.records.map((record) => (record.trace === trace ? { ...record, ...over } : record));
  };
  const waiting = ({ delivery }: TransactionRecord): boolean => delivery?.state === "pending" || delivery?.state === "unanswered";
  const picked = (model: Model, pick: number, fits: (record: TransactionRecord) => boolean): TransactionRecord | undefined => {
    const fitting = model.records.filter(fits);
    return fitting[pick % Math.max(1, fitting.length)];
  };

  const STEPS: Record<string, Step> = {
    sell: (model, pick) => {
      model.records.push(sell(journal, 100 + pick));
      model.nextTrace++;
    },
    sellForeign: (model, pick) => {
      model.records.push(deal({ amountFen: 7 + pick }, undefined, { organisation: "VIS" }));
      model.nextTrace++;
    },
    void: (model, pick) => {
      const original = picked(model, pick, ({ kind, state }) => kind === "sale" && state === "approved");
      if (original === undefined) return;
      model.records.push(deal({ kind: "void", amountFen: original.amountFen }, original.trace));
      change(model, original.trace, { state: "voided" });
      model.nextTrace++;
    },
    post: (model, pick) => {
      model.records.push(post({ kind: pick % 2 === 0 ? "offline" : "refund", amountFen: 50 + pick, approvedFen: 50 + pick }));
      model.nextTrace++;
    },
    deliver: (model, pick) => {
      const record = picked(model, pick, waiting);
      if (record === undefined) return;
      journal.advised(record.trace, { state: "delivered", code: "00" });
      change(model, record.trace, { state: "approved" });
      syncDelivery(model, record.trace);
    },
    refuse: (model, pick) => {
      const record = picked(model, pick, waiting);
      if (record === undefined) return;
      journal.advised(record.trace, { state: "refused", code: "61" });
      const { before } = record.delivery ?? {};
      change(model, record.trace, before === undefined ? { state: "refused" } : { ...before, state: "approved" });
      syncDelivery(model, record.trace);
    },
    tip: (model, pick) => {
      const standing = ["approved", "pending"];
      const record = picked(model, pick, ({ kind, state }) => kind === "sale" && standing.includes(state));
      if (record === undefined) return;
      journal.adjust(record.trace, { amountFen: record.amountFen + 5, tipFen: 5, as: "tip" });
      change(model, record.trace, {
        amountFen: record.amountFen + 5,
        approvedFen: record.amountFen + 5,
        tipFen: 5,
        state: "pending",
      });
      syncDelivery(model, record.trace);
      model.nextTrace++;
    },
    withdraw: (model, pick) => {
      const record = picked(
        model,
        pick,
        ({ kind, delivery }) => kind === "offline" && delivery?.state === "pending" && delivery.attempts === 0,
      );
      if (record === undefined) return;
      journal.voidLocally(record.trace);
      change(model, record.trace, { state: "voided" });
      syncDelivery(model, record.trace);
    },
    settle: (model) => {
      settleAll(journal);
      expect(journal.lastSettlement()?.records.map(({ trace, state }) => [trace, state])).toEqual(
        model.records.map(({ trace, state }) => [trace, state]),
      );
      model.records = [];
      model.batch++;
    },
    restart: () => {
      journal = journalOn(disk);
    },
  };

  /** How an advice came to where it is, is not the model's business; that the journal counts right is. */
  const syncDelivery = (model: Model, trace: number): void => {
    change(model, trace, { delivery: journal.find(trace)?.delivery });
  };

  test("any order of a day's steps adds up", () => {
    const step = fc.tuple(fc.constantFrom(...Object.keys(STEPS)), fc.nat(50));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        disk = new FaultyDisk();
        journal = journalOn(disk);
        const model: Model = { records: [], batch: 1, nextTrace: 1 };
        for (const [name, pick] of steps) {
          (STEPS[name] as Step)(model, pick);
          const totals = { domestic: noTotals(), foreign: noTotals() };
          for (const record of model.records) {
            const { direction, amountFen } = contribution(record);
            if (direction === "none") continue;
            totals[regionOf(record)][`${direction}Fen`] += amountFen;
            totals[regionOf(record)][`${direction}Count`]++;
          }
          expect(journal).toMatchObject({ batch: model.batch, nextTrace: model.nextTrace, damage: [] });
          expect(journal.totalsBy()).toEqual(totals);
          const facts = ({ trace, state, amountFen }: TransactionRecord) => [trace, state, amountFen];
          expect(journal.list().map(facts)).toEqual(model.records.map(facts));
          expect(journal.pendingAdvices().map(facts)).toEqual(model.records.filter(waiting).map(facts));
        }
      }),
      { numRuns: 80, seed: 20_261_121 },
    );
  });
});
