/** Sale void: the whole sale, of this terminal and batch, once. */
import { expect, test } from "vitest";
import { type Changes, type DaySettings, ready, TODAY } from "./bench.ts";

const OF_SALE: Changes = { 37: "000700000001", 61: "000001000123" };

const sold = () => {
  const bench = ready();
  const sale = bench.sale()!;
  return { bench, sale };
};

test("a void gives the money back; both entries say so, and both count in the batch", () => {
  const { bench, sale } = sold();
  const answer = bench.transact("void", { trace: "000124" }, { ...OF_SALE, 38: sale.fields[38] });
  expect(answer).toMatchObject({ mti: "0210", macState: "ok", fields: { 39: "00", 37: "000700000002", 60: "2300000100060" } });
  expect(bench.balance()).toBe(1_000_000);
  expect(bench.entry("000123")).toMatchObject({ kind: "sale", state: "voided", approvedFen: 1000 });
  expect(bench.entry("000124")).toMatchObject({
    kind: "void",
    state: "approved",
    approvedFen: 1000,
    original: { terminal: bench.terminal, batch: "000001", trace: "000123" },
  });
  expect(bench.host.ledger().batches).toEqual([
    { terminal: bench.terminal, batch: "000001", debitFen: 1000, debitCount: 1, creditFen: 1000, creditCount: 1 },
  ]);
});

test.each([
  ["12 zeros for an unknown reference", {}, { 37: "000000000000" }],
  ["batch, trace and date", {}, { 61: `000001000123${TODAY}` }],
  ["a date of zeros", {}, { 61: "0000010001230000" }],
  ["no PIN", { pin: undefined }, {}],
  ["a keyed card", { keyed: true, pin: undefined }, {}],
] as [string, DaySettings, Changes][])("a void with %s", (_what, settings, more) => {
  const { bench } = sold();
  const answer = bench.transact("void", { trace: "000124", ...settings }, { ...OF_SALE, ...more });
  expect(answer?.fields[39], bench.lastWords()).toBe("00");
  expect(bench.balance()).toBe(1_000_000);
});

test.each([
  ["an unknown trace", "25", {}, { 61: "000001000999" }],
  ["an unknown batch", "25", {}, { 61: "000009000123" }],
  ["another reference", "25", {}, { 37: "000700000009" }],
  ["another code", "25", {}, { 38: "999999" }],
  ["another day", "25", {}, { 61: "0000010001230101" }],
  ["another card", "25", { track2: "6229990000000000027D3012101000001230" }, {}],
  ["part of the amount", "64", { amountFen: 999 }, {}],
  ["no amount", "13", { amountFen: 0 }, {}],
  ["a wrong PIN", "55", { pin: "000000" }, {}],
  ["no DE37", "30", {}, { 37: undefined }],
  ["no DE61", "30", {}, { 61: undefined }],
  ["a DE61 of 14 digits", "30", {}, { 61: "00000100012301" }],
  ["the batch of tomorrow", "77", { batch: "000002" }, {}],
] as [string, string, DaySettings, Changes][])("a void with %s is %s and moves nothing", (_what, code, settings, more) => {
  const { bench } = sold();
  const answer = bench.transact("void", { trace: "000124", ...settings }, { ...OF_SALE, ...more });
  expect(answer?.fields[39], bench.lastWords()).toBe(code);
  expect(bench.balance()).toBe(999_000);
  expect(bench.entry("000123").state).toBe("approved");
});

test("a second void is 12; one of a declined or reversed sale 25; the same void again is the same answer", () => {
  const { bench } = sold();
  const first = bench.transact("void", { trace: "000124" }, OF_SALE);
  expect(bench.transact("void", { trace: "000124" }, OF_SALE)?.fields).toEqual(first?.fields);
  expect(bench.transact("void", { trace: "000125" }, OF_SALE)?.fields[39]).toBe("12");
  expect(bench.lastWords()).toContain("already voided");
  expect(bench.reversal()?.fields[39]).toBe("12");
  bench.sale({ trace: "000130", amountFen: 2_000_000 });
  const declined = { 37: "000000000000", 61: "000001000130" };
  expect(bench.transact("void", { trace: "000131", amountFen: 2_000_000 }, declined)?.fields[39]).toBe("25");
  bench.sale({ trace: "000140" });
  bench.reversal({ trace: "000140" });
  expect(bench.transact("void", { trace: "000141" }, { ...declined, 61: "000001000140" })?.fields[39]).toBe("25");
  expect(bench.balance()).toBe(1_000_000);
});

test("a sale of a closed batch or of another terminal cannot be voided", () => {
  const bench = ready({ terminals: [{ terminal: "10000002", merchant: "898110154110001" }] });
  bench.sale();
  bench.signOn("004", { 41: "10000002" });
  expect(bench.transact("void", { trace: "000124", terminal: "10000002" }, OF_SALE)?.fields[39]).toBe("25");
  // The terminal lost its store: its sign-on opens the next batch.
  bench.signOn();
  expect(bench.transact("void", { trace: "000002", batch: "000002" }, OF_SALE)?.fields[39]).toBe("22");
  expect(bench.lastWords()).toContain("batch 000001, which is closed");
});

test("a void can be reversed: the sale stands again and can be voided again", () => {
  const { bench } = sold();
  bench.transact("void", { trace: "000124" }, OF_SALE);
  expect(bench.undo("void", { trace: "000124" }, OF_SALE)).toMatchObject({ mti: "0410", macState: "ok", fields: { 39: "00" } });
  expect(bench.balance()).toBe(999_000);
  expect([bench.entry("000123").state, bench.entry("000124").state]).toEqual(["approved", "reversed"]);
  expect(bench.undo("void", { trace: "000124" }, OF_SALE)?.fields[39]).toBe("12");
  expect(bench.transact("void", { trace: "000125" }, OF_SALE)?.fields[39]).toBe("00");
  expect(bench.balance()).toBe(1_000_000);
  expect(bench.undo("void", { trace: "000140" }, OF_SALE)?.fields[39]).toBe("25");
  expect(bench.transact("void", { trace: "000140" }, OF_SALE)?.fields[39]).toBe("12");
});

test("a reversal of a void must name it: kind, original, amount", () => {
  const { bench } = sold();
  bench.transact("void", { trace: "000124" }, OF_SALE);
  expect(bench.undo("void", { trace: "000124" }, { ...OF_SALE, 61: "000001000999" })?.fields[39]).toBe("30");
  expect(bench.lastWords()).toContain("the request had 000001000123");
  expect(bench.undo("void", { trace: "000124", amountFen: 1 }, OF_SALE)?.fields[39]).toBe("64");
  expect(bench.undo("sale", { trace: "000124" })?.fields[39]).toBe("30");
  expect(bench.undo("void", { trace: "000124" }, { 61: undefined })?.fields[39]).toBe("30");
  expect(bench.balance()).toBe(1_000_000);
});

test("rules work for voids: refused, approved against the issuer, silent", () => {
  const { bench } = sold();
  bench.rule({ match: { fields: { "3": "200000" } }, answer: { "39": "05" }, count: 1 });
  expect(bench.transact("void", { trace: "000124" }, OF_SALE)?.fields[39]).toBe("05");
  bench.rule({ match: { fields: { "3": "200000" } }, answer: { "39": "00" }, count: 1 });
  expect(bench.transact("void", { trace: "000125", pin: "000000" }, OF_SALE)?.fields[39]).toBe("00");
  expect(bench.balance()).toBe(1_000_000);
  expect(bench.entry("000123").state).toBe("voided");
  bench.sale({ trace: "000130" });
  bench.rule({ match: { fields: { "3": "200000" } }, fault: "silence", count: 1 });
  const other = { 37: "000000000000", 61: "000001000130" };
  expect(bench.transact("void", { trace: "000131" }, other)).toBeUndefined();
  expect(bench.balance()).toBe(1_000_000);
  expect(bench.undo("void", { trace: "000131" }, other)?.fields[39]).toBe("00");
  expect(bench.balance()).toBe(999_000);
});
