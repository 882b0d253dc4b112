import { expect, test } from "vitest";
import type { TransactionKind } from "../../../app/model/transaction.ts";
import { decideRisk, type RiskFacts, type RiskSettings } from "../../../app/steps/risk.ts";
import { RISK_IDS, RISK_RULES, type RiskAction, type RiskId, type RiskRule } from "../../../app/steps/risk.table.ts";

const SETTINGS = Object.fromEntries(
  RISK_IDS.map((id) => {
    const { action, limits }: RiskRule = RISK_RULES[id];
    return [id, { action, limits: Object.fromEntries(Object.entries(limits).map(([name, { initial }]) => [name, initial])) }];
  }),
) as RiskSettings;

const PAN = "6222021234567890128";
const CALM: RiskFacts = {
  kind: "sale",
  card: { pan: PAN, entry: "swipe" },
  amountFen: 10_000,
  at: { date: "20261121", time: "100000" },
  blacklisted: false,
  recent: [],
  declined: [],
  totals: { debitFen: 0, debitCount: 0, creditFen: 0, creditCount: 0 },
  maxRefundFen: 2_000_000,
};

const hits = (change: Partial<RiskFacts>, settings = SETTINGS): RiskId[] =>
  decideRisk({ ...CALM, ...change }, settings).hits.map(({ rule }) => rule);
const with_ = (id: RiskId, action: RiskAction): RiskSettings => ({ ...SETTINGS, [id]: { ...SETTINGS[id], action } });
const paid = (time: string, pan = PAN, kind: TransactionKind = "sale") => ({ kind, pan, date: "20261121", time });

test("an ordinary sale hits nothing", () => {
  expect(decideRisk(CALM, SETTINGS)).toEqual({ action: "off", hits: [] });
});

test("the blacklist blocks whatever the transaction", () => {
  for (const kind of ["sale", "refund", "preauth-void"] as const)
    expect(decideRisk({ ...CALM, kind, blacklisted: true }, SETTINGS).action).toBe("block");
});

test("the same card for the fourth time within ten minutes", () => {
  const three = [paid("095500"), paid("095300"), paid("095100")];
  expect(hits({ recent: three })).toEqual(["repeated-card"]);
  expect(hits({ recent: three.slice(1) })).toEqual([]);
  expect(hits({ recent: [...three.slice(1), paid("094959")] })).toEqual([]);
  expect(hits({ recent: [paid("095500", "6229990000000000019"), ...three.slice(1)] })).toEqual([]);
  expect(hits({ recent: [paid("095500", PAN, "refund"), ...three.slice(1)] })).toEqual([]);
  expect(hits({ recent: three, kind: "refund" })).toEqual([]);
});

test("across midnight minutes are minutes", () => {
  const recent = ["235900", "235800", "235700"].map((time) => paid(time));
  expect(hits({ recent, at: { date: "20261122", time: "000100" } })).toContain("repeated-card");
});

test("three declines in a row; an approval in between ends the row", () => {
  const declined = ["095900", "095800", "095700"].map((time) => ({ date: "20261121", time }));
  expect(hits({ declined })).toEqual(["declines"]);
  expect(hits({ declined, recent: [paid("095750")] })).toEqual([]);
  expect(hits({ declined, at: { date: "20261121", time: "103000" } })).toEqual([]);
});

test("just under a limit, and neither far from it nor over it", () => {
  expect(hits({ amountFen: 4_999_900 })).toEqual(["near-limit"]);
  expect(hits({ amountFen: 5_000_000 })).toEqual(["near-limit"]);
  expect(hits({ amountFen: 4_750_000 })).toEqual([]);
  expect(hits({ amountFen: 5_000_001 })).toEqual([]);
  expect(hits({ kind: "refund", amountFen: 1_990_000 })).toEqual(["near-limit"]);
});

test("a keyed number", () => {
  expect(hits({ card: { pan: PAN, entry: "manual" } })).toEqual(["keyed"]);
});

test("odd hours, also through midnight", () => {
  const at = (time: string) => ({ at: { date: "20261121", time } });
  expect(hits(at("000000"))).toEqual(["odd-hours"]);
  expect(hits(at("045959"))).toEqual(["odd-hours"]);
  expect(hits(at("050000"))).toEqual([]);
  const night: RiskSettings = { ...SETTINGS, "odd-hours": { action: "warn", limits: { from: 22, to: 6 } } };
  expect(hits(at("230000"), night)).toEqual(["odd-hours"]);
  expect(hits(at("053000"), night)).toEqual(["odd-hours"]);
  expect(hits(at("120000"), night)).toEqual([]);
});

test("many voids and refunds, and much compared with what was taken", () => {
  const totals = { debitFen: 100_000, debitCount: 20, creditFen: 25_000, creditCount: 4 };
  expect(hits({ kind: "void", totals })).toEqual(["refunds"]);
  expect(hits({ kind: "void", totals: { ...totals, creditCount: 3 } })).toEqual([]);
  expect(hits({ kind: "void", totals: { ...totals, debitFen: 1_000_000 } })).toEqual([]);
  expect(hits({ kind: "sale", totals })).toEqual([]);
});

test("the strictest of all that hit counts; a rule that is off is silent", () => {
  const both: Partial<RiskFacts> = { card: { pan: PAN, entry: "manual" }, at: { date: "20261121", time: "030000" } };
  expect(decideRisk({ ...CALM, ...both }, SETTINGS).action).toBe("warn");
  expect(decideRisk({ ...CALM, ...both }, with_("keyed", "supervisor"))).toMatchObject({
    action: "supervisor",
    hits: [
      { rule: "keyed", action: "supervisor" },
      { rule: "odd-hours", action: "warn" },
    ],
  });
  expect(hits(both, with_("keyed", "off"))).toEqual(["odd-hours"]);
});

test("the table is mild: only the list blocks", () => {
  for (const id of RISK_IDS) expect(RISK_RULES[id].action).toBe(id === "blacklist" ? "block" : "warn");
});
