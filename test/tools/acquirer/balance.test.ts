/** Balance: what is there, less what is held; nothing moves and nothing is reversed. */
import { expect, test } from "vitest";
import { ready } from "./bench.ts";

test("the answer tells what can be spent, signed; no amount, nothing booked", () => {
  const bench = ready();
  bench.transact("preauth", { trace: "000120", amountFen: 100_000 });
  const answer = bench.transact("balance");
  expect(answer).toMatchObject({ mti: "0210", macState: "ok", fields: { 3: "310000", 39: "00", 54: "1002156C000000900000" } });
  expect(answer?.fields).not.toHaveProperty("4");
  expect(bench.entry("000123")).toMatchObject({ kind: "balance", state: "answered", amountFen: 0, approvedFen: 0 });
  expect(bench.host.ledger().batches).toEqual([]);
  const debt = { pan: "6229991000000010", balanceFen: -1234, pin: "123456", kind: "credit" as const };
  bench.host.setAccount(debt);
  expect(bench.transact("balance", { trace: "000124", track2: "6229991000000010D30121010000012300000" })?.fields[54]).toBe(
    "3002156D000000001234",
  );
});

test("a balance asks for the PIN, the card's state and the right fields", () => {
  const bench = ready();
  expect(bench.transact("balance", { pin: "000000" })?.fields[39]).toBe("55");
  expect(bench.transact("balance", { trace: "000124", pin: undefined })?.fields[39]).toBe("55");
  expect(bench.transact("balance", { trace: "000125", track2: "6229990000000000043D30121010000012300" })?.fields[39]).toBe("41");
  expect(bench.transact("balance", { trace: "000126" }, { 4: "000000001000" })?.fields[39]).toBe("30");
  expect(bench.lastWords()).toContain("DE4 amount must not be there: balance does not have it");
});

test("a keyed card has its number and expiry in 2 and 14", () => {
  const bench = ready();
  expect(bench.transact("balance", { keyed: true })?.fields, bench.lastWords()).toMatchObject({ 39: "00", 14: "3012" });
  expect(bench.transact("sale", { keyed: true, trace: "000124" })?.fields[39], bench.lastWords()).toBe("00");
  expect(bench.transact("sale", { keyed: true, trace: "000125" }, { 14: "3112" })?.fields[39]).toBe("59");
  expect(bench.transact("sale", { keyed: true, trace: "000126" }, { 2: undefined })?.fields[39]).toBe("30");
  expect(bench.transact("sale", { keyed: true, trace: "000127" }, { 60: "2200000100000" })?.fields[39]).toBe("00");
  expect(bench.balance()).toBe(1_000_000 - 2000);
});

test.each([
  ["balance", "310000", "00", "01"],
  ["refund", "200000", "00", "25"],
  ["completion-advice", "000000", "06", "24"],
  ["offline", "000000", "00", "30"],
  ["adjustment", "000000", "00", "32"],
  ["tip", "000000", "00", "34"],
])("a reversal of a %s is 12, and the log says that there is none", (word, processing, condition, type) => {
  const bench = ready();
  const fields = bench.reversalFields({}, { 3: processing, 25: condition, 60: `${type}00000100060` });
  expect(bench.send("0400", fields)).toMatchObject({ mti: "0410", macState: "ok", fields: { 39: "12" } });
  expect(bench.lastWords()).toContain(`a ${word} is never reversed`);
  expect(bench.host.ledger().transactions).toEqual([]);
});
