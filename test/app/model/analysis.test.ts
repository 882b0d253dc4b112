/** Reports and fees: sums by each side, exact to the fen. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { analyse, moved, type Reported, sumOfLines } from "../../../app/model/analysis.ts";
import { feeOf, feesOf, netOf } from "../../../app/model/fees.ts";
import type { TransactionKind } from "../../../app/model/transaction.ts";

function record(kind: TransactionKind, approvedFen: number, more: Partial<Reported> = {}): Reported {
  return {
    kind,
    state: "approved",
    approvedFen,
    entry: "swipe",
    operator: "01",
    date: "20260105",
    time: "090000",
    organisation: undefined,
    ...more,
  };
}

const DAY = [
  record("sale", 10_000),
  record("sale", 2_000, { time: "093000", operator: "02", entry: "manual", state: "voided" }),
  record("void", 2_000, { time: "093500", operator: "02" }),
  record("refund", 500, { time: "120000", state: "pending", delivery: { state: "pending", attempts: 1 } }),
  record("preauth", 99_900, { time: "130000" }),
  record("cash", 1_500, { time: "235959" }),
  record("sale", 700, { time: "140000", organisation: "VIS" }),
  record("refund", 300, { time: "150000", state: "refused", delivery: { state: "refused", attempts: 1, code: "12" } }),
];

describe("analyse", () => {
  test("by hour: what moved money, in the order of the day; a pre-authorisation and a refused refund did not", () => {
    expect(analyse("hour", DAY)).toEqual([
      { key: "09", count: 3, debitFen: 12_000, creditFen: 2_000 },
      { key: "12", count: 1, debitFen: 0, creditFen: 500 },
      { key: "14", count: 1, debitFen: 700, creditFen: 0 },
      { key: "23", count: 1, debitFen: 1_500, creditFen: 0 },
    ]);
  });

  test("by operator, card and entry; cash is a card and an entry of its own", () => {
    expect(analyse("operator", DAY).map(({ key, count }) => [key, count])).toEqual([
      ["01", 4],
      ["02", 2],
    ]);
    expect(analyse("card", DAY).map(({ key, debitFen, creditFen }) => [key, debitFen - creditFen])).toEqual([
      ["VIS", 700],
      ["cash", 1_500],
      ["domestic", 9_500],
    ]);
    expect(analyse("entry", DAY).map(({ key, count }) => [key, count])).toEqual([
      ["cash", 1],
      ["manual", 1],
      ["swipe", 4],
    ]);
  });

  test("by result: every record by its state, and the declines by their codes", () => {
    const declined = {
      kind: "sale",
      trace: 9,
      amountFen: 5,
      masked: "",
      entry: "swipe",
      operator: "01",
      date: "",
      time: "",
    } as const;
    const lines = analyse("result", DAY, [
      { ...declined, code: "51" },
      { ...declined, code: "51" },
      { ...declined, code: "silent" },
    ]);
    expect(lines.map(({ key, count }) => [key, count])).toEqual([
      ["approved", 5],
      ["declined 51", 2],
      ["pending", 1],
      ["refused", 1],
      ["silent", 1],
      ["voided", 1],
    ]);
  });

  test("every side adds up to the same money", () => {
    const money = fc.array(
      fc.record({
        kind: fc.constantFrom<TransactionKind>("sale", "void", "refund", "cash", "completion", "preauth"),
        fen: fc.integer({ min: 1, max: 999_999_999 }),
        hour: fc.integer({ min: 0, max: 23 }),
        operator: fc.constantFrom("01", "02"),
      }),
    );
    fc.assert(
      fc.property(money, (all) => {
        const records = all.map(({ kind, fen, hour, operator }) =>
          record(kind, fen, { operator, time: `${String(hour).padStart(2, "0")}0000` }),
        );
        const sums = (["hour", "operator", "card", "entry"] as const).map((by) => sumOfLines(analyse(by, records)));
        for (const sum of sums) expect(sum).toEqual(sums[0]);
        expect(sums[0]?.debitFen).toBe(records.reduce((sum, each) => sum + moved(each).debitFen, 0));
      }),
    );
  });
});

describe("fees", () => {
  test("rounded half up to the fen, at most the cap", () => {
    expect(feeOf(10_000, { rate: 60 })).toBe(60);
    expect(feeOf(83, { rate: 60 })).toBe(0);
    expect(feeOf(84, { rate: 60 })).toBe(1);
    expect(feeOf(1_000_000, { rate: 60, capFen: 2_500 })).toBe(2_500);
  });

  test("exact for the largest amount a message can carry", () => {
    const exact = (fen: number, rate: number): number => Number((BigInt(fen) * BigInt(rate) * 2n + 10_000n) / 20_000n);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999_999 }), fc.integer({ min: 0, max: 10_000 }), (fen, rate) => {
        expect(feeOf(fen, { rate })).toBe(exact(fen, rate));
      }),
    );
  });

  test("a void brings its fee back, cash pays none", () => {
    const fees = feesOf(DAY, { rate: 100 });
    expect(fees).toEqual({ debitCount: 3, debitFen: 12_700, creditCount: 2, creditFen: 2_500, feeFen: 127, returnedFen: 25 });
    expect(netOf(fees)).toBe(10_098);
  });
});
