/** Refund: up to what was paid, in parts, of any batch. */
import { expect, test } from "vitest";
import { type Changes, type DaySettings, NO_TRACE, ready, TODAY } from "./bench.ts";

const OF_SALE: Changes = { 37: "000700000001", 61: `${NO_TRACE}${TODAY}`, 63: "CUP" };

const sold = () => {
  const bench = ready();
  bench.sale();
  return bench;
};

test("refunds add up to the sale and no further", () => {
  const bench = sold();
  const answer = bench.transact("refund", { trace: "000124", amountFen: 400 }, OF_SALE);
  expect(answer).toMatchObject({ mti: "0230", macState: "ok", fields: { 39: "00", 63: "CUP", 4: "000000000400" } });
  expect(bench.entry("000123")).toMatchObject({ state: "refunded", refundedFen: 400 });
  expect(bench.transact("refund", { trace: "000125", amountFen: 601 }, OF_SALE)?.fields[39]).toBe("61");
  expect(bench.transact("refund", { trace: "000126", amountFen: 600 }, OF_SALE)?.fields[39]).toBe("00");
  expect(bench.transact("refund", { trace: "000127", amountFen: 1 }, OF_SALE)?.fields[39]).toBe("61");
  expect(bench.balance()).toBe(1_000_000);
  expect(bench.host.ledger().batches[0]).toMatchObject({ debitFen: 1000, debitCount: 1, creditFen: 1000, creditCount: 2 });
  expect(bench.transact("void", { trace: "000128" }, { 37: NO_TRACE, 61: "000001000123" })?.fields[39]).toBe("12");
  expect(bench.reversal()?.fields[39]).toBe("12");
});

test("the original may be of an earlier batch and of another terminal of the merchant, also by batch and trace", () => {
  const bench = ready({ terminals: [{ terminal: "10000002", merchant: "898110154110001" }] });
  bench.sale();
  bench.signOn("004", { 41: "10000002", 60: "00000009004" });
  const elsewhere = { trace: "000124", amountFen: 100, terminal: "10000002", batch: "000009" };
  expect(bench.transact("refund", elsewhere, OF_SALE)?.fields[39], bench.lastWords()).toBe("00");
  bench.clock.advance(86_400_000);
  bench.signOn();
  const later = { trace: "000002", amountFen: 100, batch: "000002" };
  expect(bench.transact("refund", later, { ...OF_SALE, 37: NO_TRACE, 61: `000001000123${TODAY}` })?.fields[39]).toBe("00");
  expect(bench.balance()).toBe(1_000_000 - 800);
});

test.each([
  ["over the sale", "64", { amountFen: 1001 }, {}],
  ["an unknown reference", "25", {}, { 37: "000700000009" }],
  ["neither reference nor trace", "25", {}, { 37: NO_TRACE }],
  ["another day", "25", {}, { 61: `${NO_TRACE}0101` }],
  ["another trace than the reference's", "25", {}, { 61: `000001000999${TODAY}` }],
  ["another card", "25", { track2: "6229990000000000027D3012101000001230" }, {}],
  ["no organisation", "30", {}, { 63: undefined }],
  ["an organisation that is none", "30", {}, { 63: "ABC" }],
  ["DE61 without the day", "30", {}, { 61: NO_TRACE }],
  ["no amount", "13", { amountFen: 0 }, {}],
] as [string, string, DaySettings, Changes][])("a refund with %s is %s", (_what, code, settings, more) => {
  const bench = sold();
  const answer = bench.transact("refund", { trace: "000124", amountFen: 100, ...settings }, { ...OF_SALE, ...more });
  expect(answer?.fields[39], bench.lastWords()).toBe(code);
  expect(bench.balance()).toBe(999_000);
});

test("a voided or reversed sale is not refunded; the same refund again counts once", () => {
  const bench = sold();
  const first = bench.transact("refund", { trace: "000124", amountFen: 400 }, OF_SALE);
  expect(bench.transact("refund", { trace: "000124", amountFen: 400 }, OF_SALE)?.fields).toEqual(first?.fields);
  expect(bench.transact("refund", { trace: "000124", amountFen: 300 }, OF_SALE)?.fields[39]).toBe("94");
  expect(bench.balance()).toBe(999_400);
  bench.sale({ trace: "000130" });
  bench.transact("void", { trace: "000131" }, { 37: NO_TRACE, 61: "000001000130" });
  const voided = { ...OF_SALE, 37: bench.entry("000130").reference };
  expect(bench.transact("refund", { trace: "000132" }, voided)?.fields[39]).toBe("12");
  bench.sale({ trace: "000140" });
  bench.reversal({ trace: "000140" });
  const reversed = { ...OF_SALE, 37: bench.entry("000140").reference };
  expect(bench.transact("refund", { trace: "000141" }, reversed)?.fields[39]).toBe("25");
});

test("money back asks neither for a PIN nor for a card in good state; a PIN that comes is checked", () => {
  const bench = sold();
  bench.host.setAccount({ ...bench.account("6229990000000000019"), status: "41" });
  expect(bench.transact("refund", { trace: "000124", amountFen: 1, pin: undefined }, OF_SALE)?.fields[39]).toBe("00");
  expect(bench.transact("refund", { trace: "000125", amountFen: 1, pin: "000000" }, OF_SALE)?.fields[39]).toBe("55");
});
