/** Offline sales, their adjustments, and tips: told after the event, booked once. */
import { expect, test } from "vitest";
import { type Changes, type DaySettings, PAN, ready, TODAY } from "./bench.ts";

const VOICE: Changes = { 38: "123456", 61: "000000000000000001", 63: "CUP" };
const OF_OFFLINE: Changes = { ...VOICE, 61: "000001000300000001" };

const told = () => {
  const bench = ready();
  const answer = bench.transact("offline", { trace: "000300" }, VOICE)!;
  expect(answer.fields[39], bench.lastWords()).toBe("00");
  return { bench, answer };
};

test("an offline sale is booked with its voice code, whatever is there; repeats count once", () => {
  const { bench, answer } = told();
  expect(answer).toMatchObject({ mti: "0230", macState: "ok", fields: { 38: "123456", 63: "CUP" } });
  expect(bench.entry("000300")).toMatchObject({ kind: "offline", state: "approved", authCode: "123456" });
  expect(bench.transact("offline", { trace: "000300" }, VOICE)?.fields).toEqual(answer.fields);
  expect(bench.transact("offline", { trace: "000300", amountFen: 1001 }, VOICE)?.fields[39]).toBe("94");
  expect(bench.balance()).toBe(999_000);
  expect(bench.transact("offline", { trace: "000301", amountFen: 2_000_000 }, VOICE)?.fields[39]).toBe("00");
  expect(bench.balance()).toBe(-1_001_000);
});

test.each([
  ["keyed", "00", { keyed: true }, {}],
  ["an institution that authorised", "00", {}, { 61: "00000000000000000112345678901" }],
  ["a tip in it", "00", {}, { 48: "000000000100" }],
  ["a tip over it", "13", {}, { 48: "000000001001" }],
  ["a PIN", "30", {}, { 22: "021" }],
  ["no code", "30", {}, { 38: undefined }],
  ["no code, on the terminal's own authority", "00", {}, { 38: undefined, 61: "000000000000000002" }],
  ["no mode", "30", {}, { 61: "0000000000000000" }],
  ["a mode that is none", "30", {}, { 61: "000000000000000009" }],
  ["no organisation", "30", {}, { 63: undefined }],
  ["no number", "30", {}, { 2: undefined }],
  ["a card nobody knows", "14", { keyed: true, pan: "6229990000000000068" }, {}],
] as [string, string, DaySettings, Changes][])("an offline sale, %s: %s", (_what, code, settings, more) => {
  const bench = ready();
  const answer = bench.transact("offline", { trace: "000300", ...settings }, { ...VOICE, ...more });
  expect(answer?.fields[39], bench.lastWords()).toBe(code);
  expect(bench.balance()).toBe(code === "00" ? 999_000 : 1_000_000);
});

test("an adjustment puts a new total in the sale's place, up or down", () => {
  const { bench, answer } = told();
  const up = bench.transact("adjustment", { trace: "000301", amountFen: 1200 }, { ...OF_OFFLINE, 37: answer.fields[37] });
  expect(up?.fields[39], bench.lastWords()).toBe("00");
  expect(bench.balance()).toBe(998_800);
  expect(bench.entry("000300")).toMatchObject({ approvedFen: 1000, totalFen: 1200, state: "approved" });
  bench.transact("adjustment", { trace: "000302", amountFen: 900 }, OF_OFFLINE);
  expect(bench.balance()).toBe(999_100);
  expect(bench.host.ledger().batches[0]).toMatchObject({ debitFen: 900, debitCount: 1 });
});

test.each([
  ["of one that was never told, but was said to be", "25", { 61: "000001000999000001", 37: "000700000001" }],
  ["with another code", "25", { 38: "654321" }],
  ["with another reference", "25", { 37: "000700000009" }],
])("an adjustment %s is %s", (_what, code, more: Changes) => {
  const { bench } = told();
  expect(bench.transact("adjustment", { trace: "000301" }, { ...OF_OFFLINE, ...more })?.fields[39]).toBe(code);
  expect(bench.balance()).toBe(999_000);
});

test("a sale adjusted before it was told comes as its adjustment; the sale itself is then 94", () => {
  const bench = ready();
  expect(bench.transact("adjustment", { trace: "000301", amountFen: 1200 }, OF_OFFLINE)?.fields[39]).toBe("00");
  expect(bench.host.ledger().batches[0]).toMatchObject({ debitFen: 1200, debitCount: 1 });
  expect(bench.transact("offline", { trace: "000300" }, VOICE)?.fields[39]).toBe("94");
  expect(bench.balance()).toBe(998_800);
  // From now on the adjustment is the sale: adjusted again under the reference it got, then voided whole.
  const again = { ...OF_OFFLINE, 37: bench.entry("000301").reference };
  expect(bench.transact("adjustment", { trace: "000302", amountFen: 1300 }, again)?.fields[39], bench.lastWords()).toBe("00");
  expect(bench.balance()).toBe(998_700);
  expect(bench.host.ledger().batches[0]).toMatchObject({ debitFen: 1300, debitCount: 1 });
  const whole = { 37: bench.entry("000302").reference, 61: "000001000300" };
  expect(bench.transact("void", { trace: "000303", amountFen: 1300 }, whole)?.fields[39], bench.lastWords()).toBe("00");
  expect(bench.balance()).toBe(1_000_000);
});

test("a refund of a tipped sale goes up to the sum with the tip, under any reference it was told by", () => {
  const bench = ready();
  const sale = bench.sale({ trace: "000300" })!;
  const named = { 38: sale.fields[38], 61: "000001000300000000", 63: "CUP", 48: "000000000100" };
  const tipped = bench.transact("tip", { trace: "000301", amountFen: 1100 }, named)!;
  const of = (reference: string | undefined): Changes => ({ 37: reference, 61: `000001000300${TODAY}`, 63: "CUP" });
  const refund = (trace: string, amountFen: number, reference: string | undefined) =>
    bench.transact("refund", { trace, amountFen }, of(reference))?.fields[39];
  expect(refund("000302", 1101, tipped.fields[37])).toBe("64");
  expect(refund("000303", 600, tipped.fields[37])).toBe("00");
  expect(refund("000304", 500, sale.fields[37])).toBe("00");
  expect(refund("000305", 1, sale.fields[37])).toBe("61");
  expect(bench.balance()).toBe(1_000_000);
});

test("a tip on an offline sale that was adjusted goes on its new amount", () => {
  const { bench } = told();
  const named = { ...OF_OFFLINE, 63: "CUP" };
  expect(bench.transact("adjustment", { trace: "000301", amountFen: 1100 }, named)?.fields[39], bench.lastWords()).toBe("00");
  expect(bench.transact("tip", { trace: "000302", amountFen: 1050 }, { ...named, 48: "000000000050" })?.fields[39]).toBe("64");
  const tip = bench.transact("tip", { trace: "000303", amountFen: 1150 }, { ...named, 48: "000000000050" });
  expect(tip?.fields[39], bench.lastWords()).toBe("00");
  expect(bench.balance()).toBe(998_850);
});

test("a tip goes on a sale: total and tip must add up", () => {
  const bench = ready();
  const sale = bench.sale({ trace: "000300" })!;
  const named = { 38: sale.fields[38], 61: "000001000300000000", 63: "CUP" };
  const tip = (trace: string, amountFen: number, tipFen: number) =>
    bench.transact("tip", { trace, amountFen }, { ...named, 48: String(tipFen).padStart(12, "0") })?.fields[39];
  expect(tip("000301", 1100, 99)).toBe("64");
  expect(tip("000302", 1100, 100)).toBe("00");
  expect(bench.balance()).toBe(998_900);
  expect(bench.entry("000300")).toMatchObject({ totalFen: 1100 });
  expect(bench.host.ledger().batches[0]).toMatchObject({ debitFen: 1100, debitCount: 1 });
  // A later tip replaces the earlier one.
  expect(tip("000303", 1050, 50)).toBe("00");
  expect(bench.balance()).toBe(998_950);
  // DE48 is absent when there is no tip; this one says so, and the sum is wrong.
  expect(bench.transact("tip", { trace: "000304", amountFen: 1050 }, named)?.fields[39]).toBe("64");
  expect(bench.reversal({ trace: "000300" })?.fields[39]).toBe("12");
  const whole = { 37: sale.fields[37], 61: "000001000300" };
  expect(bench.transact("void", { trace: "000305", amountFen: 1000 }, whole)?.fields[39]).toBe("64");
  expect(bench.transact("void", { trace: "000306", amountFen: 1050 }, whole)?.fields[39]).toBe("00");
  expect(tip("000307", 1050, 50)).toBe("12");
  expect(bench.balance(PAN)).toBe(1_000_000);
});

test("tip, adjustment, tip: the adjustment has the tip in it, the next tip goes on what is left without it", () => {
  const { bench } = told();
  const change = (word: "tip" | "adjustment", trace: string, amountFen: number, tipFen: number) =>
    bench.transact(word, { trace, amountFen }, { ...OF_OFFLINE, 48: String(tipFen).padStart(12, "0") })?.fields[39];
  expect(change("tip", "000301", 1100, 100)).toBe("00");
  expect(change("adjustment", "000302", 1150, 100)).toBe("00");
  expect(change("tip", "000303", 1200, 50)).toBe("64");
  expect(change("tip", "000304", 1070, 20), bench.lastWords()).toBe("00");
  expect(bench.balance()).toBe(998_930);
  expect(bench.host.ledger().batches[0]).toMatchObject({ debitFen: 1070, debitCount: 1 });
});

test("an offline sale tipped before it was told comes as its tip; the sale itself is then 94", () => {
  const bench = ready();
  const tip = (trace: string, amountFen: number, tipFen: number, more: Changes = {}) =>
    bench.transact("tip", { trace, amountFen }, { ...OF_OFFLINE, 48: String(tipFen).padStart(12, "0"), ...more })?.fields[39];
  expect(tip("000301", 1100, 100), bench.lastWords()).toBe("00");
  expect(bench.transact("offline", { trace: "000300" }, VOICE)?.fields[39]).toBe("94");
  expect(tip("000302", 1150, 150), bench.lastWords()).toBe("00");
  expect(bench.balance()).toBe(998_850);
  expect(bench.host.ledger().batches[0]).toMatchObject({ debitFen: 1150, debitCount: 1 });
  // A sale that went online has been told: one that is not there cannot be tipped.
  expect(tip("000303", 1100, 100, { 61: "000001000399000000" })).toBe("25");
});

test("a refused tip or adjustment names what it was of, and changes nothing of it", () => {
  const { bench, answer } = told();
  const original = { batch: "000001", trace: "000300" };
  expect(bench.transact("tip", { trace: "000301", amountFen: 1100 }, { ...OF_OFFLINE, 48: "000000000099" })?.fields[39]).toBe(
    "64",
  );
  bench.host.addRule({ match: { mti: "0220" }, answer: { "39": "57" }, count: 1 });
  expect(bench.transact("adjustment", { trace: "000302", amountFen: 1100 }, OF_OFFLINE)?.fields[39]).toBe("57");
  for (const trace of ["000301", "000302"]) expect(bench.entry(trace)).toMatchObject({ state: "declined", original });
  expect(bench.entry("000300")).toMatchObject({ state: "approved", reference: answer.fields[37], approvedFen: 1000 });
  expect(bench.balance()).toBe(999_000);
});
