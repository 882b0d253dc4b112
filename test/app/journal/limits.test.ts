/** How much a batch takes: its records, and what DE48 of its settlement can say of either region and either side. */
import { describe, expect, test } from "vitest";
import { countOf, isFull, isNearlyFull, refuseBeyond, refuseSum } from "../../../app/journal/limits.ts";
import type { State } from "../../../app/journal/state.ts";
import { type BatchTotals, noTotals } from "../../../app/model/ledger.ts";
import type { Region } from "../../../app/model/transaction.ts";

type Holding = { records?: number; damaged?: string[]; maxRecords?: number } & Partial<Record<Region, Partial<BatchTotals>>>;

const stateOf = ({ records = 0, damaged = [], maxRecords = 2_000, domestic, foreign }: Holding): State =>
  ({
    batch: {
      lines: Array.from({ length: records }),
      totals: { domestic: { ...noTotals(), ...domestic }, foreign: { ...noTotals(), ...foreign } },
    },
    damage: damaged.map((key) => ({ key, words: "is damaged" })),
    options: { maxRecords },
  }) as unknown as State;

const FULL = expect.objectContaining({ code: "batch-full" });
const SALE = { kind: "sale", amountFen: 1 } as const;

test("records that cannot be read take their room, other damage does not", () => {
  expect(countOf(stateOf({ records: 3, damaged: ["txn/000001/000004", "debt", "hold/000001/000001"] }))).toBe(4);
});

test.each([
  [{ records: 17, maxRecords: 20 }, false, false],
  [{ records: 18, maxRecords: 20 }, true, false],
  [{ records: 19, maxRecords: 20 }, true, false],
  [{ records: 20, maxRecords: 20 }, true, true],
  [{ records: 1, maxRecords: 1 }, true, true],
])("%o", (holding, nearly, full) => {
  expect([isNearlyFull(stateOf(holding)), isFull(stateOf(holding))]).toEqual([nearly, full]);
  if (full)
    expect(() => refuseBeyond(stateOf(holding), SALE)).toThrow(`the batch has ${holding.maxRecords} transactions: settle first`);
  else refuseBeyond(stateOf(holding), SALE);
});

const sides = (["domestic", "foreign"] as const).flatMap((region) =>
  (["debit", "credit"] as const).map((side) => ({ region, side })),
);

describe.each(sides)("$region $side", ({ region, side }) => {
  const counting = (count: number): State => stateOf({ [region]: { [`${side}Count`]: count } });
  const adding = (fen: number): State => stateOf({ [region]: { [`${side}Fen`]: fen } });
  const kind = side === "debit" ? "offline" : "refund";

  test("counts to 999", () => {
    const at = [899, 900, 998, 999].map((count) => [isNearlyFull(counting(count)), isFull(counting(count))]);
    expect(at).toEqual([
      [false, false],
      [true, false],
      [true, false],
      [true, true],
    ]);
    refuseBeyond(counting(998), SALE);
    expect(() => refuseBeyond(counting(999), SALE)).toThrow(FULL);
  });

  test("adds up to twelve digits, to the fen", () => {
    refuseBeyond(adding(999_999_999_998), { kind, amountFen: 1 });
    expect(() => refuseBeyond(adding(999_999_999_998), { kind, amountFen: 2 })).toThrow(FULL);
    refuseSum(adding(999_999_999_999), { kind }, 0);
    expect(() => refuseSum(adding(999_999_999_999), { kind }, 1)).toThrow(
      "the batch adds up to more than a settlement can say: settle first",
    );
  });

  test("what moves no money, or moves it the other way, has room beside it", () => {
    const other = side === "debit" ? "refund" : "offline";
    for (const free of ["preauth", other] as const) refuseSum(adding(999_999_999_999), { kind: free }, 1);
  });
});
