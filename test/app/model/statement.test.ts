/** Reconciliation: what the host's statement says against what the terminal keeps. */
import { expect, test } from "vitest";
import { compareStatement, type HereRecord, type ThereRow } from "../../../app/model/statement.ts";

const DAY = "20260105";

function here(trace: number, more: Partial<HereRecord> = {}): HereRecord {
  return { kind: "sale", state: "approved", batch: 1, trace, approvedFen: 1_000, date: DAY, reference: "000000000001", ...more };
}
const there = (trace: number, more: Partial<ThereRow> = {}): ThereRow => ({
  kind: "22",
  trace,
  batch: 1,
  amountFen: 1_000,
  reference: "000000000001",
  state: "A",
  ...more,
});

const compare = (records: HereRecord[], rows: ThereRow[], batches = [1]) => compareStatement(DAY, records, batches, rows);

test("the same on both sides: all matched", () => {
  const records = [here(1), here(2, { kind: "void" }), here(3, { kind: "preauth" }), here(4, { kind: "preauth-add" })];
  const rows = [
    there(1, { state: "V" }),
    there(2, { kind: "23" }),
    there(3, { kind: "10", state: "H" }),
    there(4, { kind: "60", state: "H" }),
    there(9, { kind: "01", state: "Q", amountFen: 0 }),
  ];
  expect(compare(records, rows)).toEqual({ matched: 4, later: 0, differences: [], elsewhere: 0 });
});

test("missing here, missing there, and what did not stand on either side", () => {
  const records = [here(1), here(2, { state: "refused", kind: "refund" }), here(3, { kind: "cash" })];
  const rows = [
    there(2, { kind: "25", state: "D" }),
    there(7, { amountFen: 700 }),
    there(8, { state: "R" }),
    there(9, { state: "D" }),
  ];
  expect(compare(records, rows)).toEqual({
    matched: 0,
    differences: [
      { what: "missing-there", batch: 1, trace: 1, kind: "sale", hereFen: 1_000 },
      { what: "missing-here", batch: 1, trace: 7, kind: "22", thereFen: 700 },
    ],
    later: 0,
    elsewhere: 0,
  });
});

test("different: another amount, another kind, standing on one side only", () => {
  const rows = [there(1, { amountFen: 900 }), there(2, { kind: "20" }), there(3, { state: "R" })];
  const differences = compare([here(1), here(2), here(3)], rows).differences;
  expect(differences.map(({ trace, what, why }) => [trace, what, why])).toEqual([
    [1, "different", "amount"],
    [2, "different", "kind"],
    [3, "different", "state"],
  ]);
});

test("an adjustment or tip tells the amount, under its own trace; alone when the sale never came by itself", () => {
  const changed = here(1, { approvedFen: 1_150, delivery: { state: "delivered", attempts: 1, as: "tip", trace: 2 } });
  const offline = here(3, {
    kind: "offline",
    approvedFen: 2_000,
    delivery: { state: "delivered", attempts: 1, as: "adjustment", trace: 4 },
  });
  const rows = [there(1), there(2, { kind: "34", amountFen: 1_150 }), there(4, { kind: "32", amountFen: 2_000 })];
  expect(compare([changed, offline], rows)).toEqual({ matched: 2, later: 0, differences: [], elsewhere: 0 });
});

test("other days are left out, older batches are only counted", () => {
  const rows = [there(5, { batch: 3 }), there(1, { batch: 2 })];
  const records = [here(5, { batch: 3 }), here(6, { batch: 3, date: "20260104" })];
  expect(compareStatement(DAY, records, [3], rows)).toEqual({ matched: 1, later: 0, differences: [], elsewhere: 1 });
});

test("told after midnight: found in the next day's statement, and matched in that one", () => {
  const records = [here(1), here(2, { kind: "offline" })];
  const [first, second] = [there(1), there(2, { kind: "30" })];
  expect(compare(records, [first]).differences).toMatchObject([{ what: "missing-there", trace: 2 }]);
  expect(compareStatement(DAY, records, [1], [first], [second])).toEqual({ matched: 1, later: 1, differences: [], elsewhere: 0 });
  expect(compareStatement("20260106", records, [1], [second])).toEqual({ matched: 1, later: 0, differences: [], elsewhere: 0 });
  const tipped = here(3, { approvedFen: 1_100, delivery: { state: "delivered", attempts: 1, as: "tip", trace: 4 } });
  const told = there(4, { kind: "34", amountFen: 1_100 });
  expect(compareStatement(DAY, [tipped], [1], [there(3)], [told])).toMatchObject({ matched: 1, differences: [] });
});

test("a day that is kept whole: what is not here is missing, whatever its batch", () => {
  expect(compareStatement(DAY, [], "all", [there(1, { batch: 77 })])).toMatchObject({
    differences: [{ what: "missing-here", batch: 77 }],
    elsewhere: 0,
  });
});
