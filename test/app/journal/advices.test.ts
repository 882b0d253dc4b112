/** Advices at their edges: which records are posted, what an adjustment may come to, and what a refusal brings back. */
import { beforeEach, describe, expect, test } from "vitest";
import type { OpenJournal } from "../../../app/journal/open.ts";
import type { TransactionRecord } from "../../../app/model/transaction.ts";
import { AssertionError } from "../../../platform/guest/assert.ts";
import { FaultyDisk } from "../../platform/guest/faulty-disk.ts";
import { approvedOf, journalOn, owedNext, postedNext, sell } from "./world.ts";

let disk: FaultyDisk;
let journal: OpenJournal;

beforeEach(() => {
  disk = new FaultyDisk();
  journal = journalOn(disk);
});

const post = (over: Partial<TransactionRecord> = {}): void => journal.post(postedNext(journal, over));
const chip = { certificate: "TC", data: {} } as const;

describe("what is posted", () => {
  test.each<[TransactionRecord["kind"], Partial<TransactionRecord>, boolean]>([
    ["refund", {}, true],
    ["offline", {}, true],
    ["completion-advice", {}, true],
    ["ecash-refund", {}, true],
    ["sale", { chip }, true],
    ["sale", {}, false],
    ["ecash", { chip }, true],
    ["ecash", {}, false],
    ["void", { chip }, false],
    ["completion", { chip }, false],
    ["offline", { delivery: { state: "pending", attempts: 1 } }, true],
  ])("a %s with %o: %s", (kind, over, taken) => {
    if (taken) post({ kind, ...over });
    else expect(() => post({ kind, ...over })).toThrow("only advices are posted");
    expect(journal.count).toBe(taken ? 1 : 0);
  });

  test("never one that has left, is answered, or is another amount than was asked", () => {
    const record = postedNext(journal);
    const wrong: TransactionRecord[] = [
      { ...record, delivery: { state: "pending", attempts: 1 } },
      { ...record, delivery: { state: "delivered", attempts: 0 } },
      { ...record, delivery: undefined } as unknown as TransactionRecord,
      { ...record, state: "approved" },
      { ...record, approvedFen: record.amountFen - 1 },
      { ...record, trace: record.trace + 1 },
      { ...record, batch: record.batch + 1 },
    ];
    for (const each of wrong) expect(() => journal.post(each), JSON.stringify(each)).toThrow(AssertionError);
    expect([journal.count, journal.nextTrace]).toEqual([0, 1]);
  });

  test("cash stands from the beginning and nobody is told of it", () => {
    const cash = approvedOf(owedNext(journal), { kind: "cash", pan: "" });
    const told = { ...cash, delivery: { state: "pending", attempts: 0 } } as const;
    for (const wrong of [{ ...cash, state: "pending" } as const, told])
      expect(() => journal.post(wrong)).toThrow("nobody is told of cash");
    journal.post(cash);
    expect(journal.pendingAdvices()).toEqual([]);
  });
});

test("what is owed to the host is counted: a reversal, and advices that it has not answered", () => {
  expect(journal.debts).toEqual({ reversals: 0, advices: 0 });
  for (let n = 0; n < 3; n++) post();
  journal.advised(1, { state: "delivered" });
  journal.advised(2, { state: "unanswered" });
  journal.oweReversal(owedNext(journal));
  for (const now of [journal, journalOn(disk)]) expect(now.debts).toEqual({ reversals: 1, advices: 2 });
});

describe("what is adjusted", () => {
  test.each([
    ["offline", "adjustment", true],
    ["offline", "tip", true],
    ["sale", "tip", true],
    ["sale", "adjustment", false],
    ["refund", "tip", false],
    ["refund", "adjustment", false],
  ] as const)("a %s by %s: %s", (kind, as, taken) => {
    if (kind === "sale") sell(journal);
    else post({ kind });
    const adjust = (): void => journal.adjust(1, { amountFen: 9_000, as });
    if (taken) adjust();
    else expect(adjust).toThrow(`a ${kind} that is`);
    expect(journal.find(1)?.amountFen).toBe(taken ? 9_000 : 10_000);
    expect(journal.find(1)?.delivery?.as).toBe(taken ? as : undefined);
  });

  test.each([0, -1, 1.5, Number.NaN])("an amount of %s is a contradiction", (amountFen) => {
    post();
    expect(() => journal.adjust(1, { amountFen, as: "adjustment" })).toThrow(AssertionError);
  });

  test("a tip is at most the whole amount", () => {
    post();
    expect(() => journal.adjust(1, { amountFen: 100, tipFen: 101, as: "tip" })).toThrow("a tip is part of the amount");
    journal.adjust(1, { amountFen: 100, tipFen: 100, as: "tip" });
    expect(journal.find(1)).toMatchObject({ amountFen: 100, tipFen: 100 });
  });

  test("in a batch that is all but full a lower amount has room, one fen more than fits has not", () => {
    sell(journal, 999_999_990_000);
    post({ amountFen: 9_000, approvedFen: 9_000 });
    journal.adjust(2, { amountFen: 8_000, as: "adjustment" });
    journal.adjust(2, { amountFen: 9_999, as: "adjustment" });
    expect(() => journal.adjust(2, { amountFen: 10_000, as: "adjustment" })).toThrow(
      expect.objectContaining({ code: "batch-full" }),
    );
    expect(journal.totals().debitFen).toBe(999_999_999_999);
  });

  test("its slip is unprinted again, its trace another", () => {
    post();
    journal.markPrinted(1, 2);
    journal.adjust(1, { amountFen: 500, as: "adjustment" });
    expect(journal.find(1)).toMatchObject({ copiesPrinted: 0, trace: 1, delivery: { trace: 2, attempts: 0 } });
    expect(journal.nextTrace).toBe(3);
  });
});

describe("what a refused adjustment brings back", () => {
  const amounts = (): unknown[] => {
    const { state, amountFen, approvedFen, tipFen } = journalOn(disk).find(1) as TransactionRecord;
    return [state, amountFen, approvedFen, tipFen];
  };
  const adjustAndRefuse = (amountFen: number, tipFen?: number): void => {
    journal.adjust(1, { amountFen, tipFen, as: "tip" });
    journal.advised(1, { state: "refused", code: "64" });
  };

  test("what the host took when it was told", () => {
    post();
    journal.advised(1, { state: "delivered" });
    adjustAndRefuse(11_000, 1_000);
    expect(amounts()).toEqual(["approved", 10_000, 10_000, undefined]);
  });

  test("what an earlier adjustment, taken, has made of it", () => {
    sell(journal);
    journal.adjust(1, { amountFen: 11_000, tipFen: 1_000, as: "tip" });
    journal.advised(1, { state: "delivered" });
    adjustAndRefuse(12_000, 2_000);
    expect(amounts()).toEqual(["approved", 11_000, 11_000, 1_000]);
  });

  test("what stood after one that was refused before", () => {
    sell(journal);
    adjustAndRefuse(11_000, 1_000);
    adjustAndRefuse(12_000, 2_000);
    expect(amounts()).toEqual(["approved", 10_000, 10_000, undefined]);
  });

  test("nothing, when the host was never sure to have heard of it", () => {
    post();
    journal.advising(1);
    journal.advised(1, { state: "unanswered" });
    adjustAndRefuse(11_000, 1_000);
    expect(amounts()[0]).toBe("refused");
  });
});

describe("a completion told afterwards", () => {
  const completed = (): TransactionRecord => {
    const owed = owedNext(journal, { kind: "preauth" });
    journal.oweReversal(owed);
    journal.approve(approvedOf(owed, { authCode: "P00001" }));
    const advice = postedNext(journal, { kind: "completion-advice", original: { batch: 1, trace: 1 } });
    journal.post(advice);
    return advice;
  };
  const held = (): number => journalOn(disk).holds("20261121").length;

  test.each([
    ["delivered", 0],
    ["unanswered", 0],
    ["refused", 1],
  ] as const)("%s: %i holds are open", (state, open) => {
    const { trace } = completed();
    expect(held()).toBe(0);
    journal.advised(trace, { state });
    expect(held()).toBe(open);
  });
});

test("an answer without a code keeps the one before, of the delivery as of the record", () => {
  post();
  journal.advised(1, { state: "unanswered", code: "98" });
  journal.advised(1, { state: "unanswered" });
  expect(journal.find(1)?.delivery).toEqual({ state: "unanswered", attempts: 0, code: "98" });
  journal.advised(1, { state: "delivered", code: "00" });
  expect(journal.find(1)).toMatchObject({ responseCode: "00", delivery: { state: "delivered", code: "00" } });
  expect(journal.find(1)?.delivery).not.toHaveProperty("before", expect.anything());
});
