/** The daily statement: from the host, and block by block over the line. */
import { expect, test } from "vitest";
import { type Bench, ready, NO_TRACE } from "./bench.ts";

const DAY = "20260706";
const ask = (bench: Bench, page: string) => bench.manage("0800", "970", { 62: page });

test("rows of a terminal's day, oldest first, masked", () => {
  const bench = ready();
  bench.sale({ trace: "000101" });
  bench.clock.advance(60_000);
  bench.transact("void", { trace: "000102" }, { 37: NO_TRACE, 61: "000001000101" });
  bench.sale({ trace: "000103", pin: "000000" });
  bench.clock.advance(86_400_000);
  bench.transact("preauth", { trace: "000104" });
  const row = { batch: "000001", pan: "622999*********0019", amountFen: 1000 };
  expect(bench.host.statement(bench.terminal, DAY)).toEqual([
    { ...row, time: "093015", kind: "sale", trace: "000101", reference: "000700000001", code: "00", state: "voided" },
    { ...row, time: "093115", kind: "void", trace: "000102", reference: "000700000002", code: "00", state: "approved" },
    { ...row, time: "093115", kind: "sale", trace: "000103", reference: "000700000003", code: "55", state: "declined" },
  ]);
  expect(bench.host.statement(bench.terminal, "20260707", { clear: true })).toMatchObject([
    { kind: "preauth", state: "held", pan: "6229990000000000019" },
  ]);
  expect(bench.host.statement("10000002", DAY)).toEqual([]);
  expect(() => bench.host.statement(bench.terminal, "2026-07-06")).toThrow("must be YYYYMMDD");
});

test("over the line: a flag, then records of 39 characters, eight a block", () => {
  const bench = ready();
  for (let n = 1; n <= 17; n++) bench.sale({ trace: String(n).padStart(6, "0"), amountFen: n });
  const first = ask(bench, `${DAY}001`);
  expect(first).toMatchObject({ mti: "0810", macState: "none", fields: { 39: "00", 60: "00000001970" } });
  expect(first?.fields[62]).toHaveLength(1 + 8 * 39);
  expect(first?.fields[62]?.slice(0, 40)).toBe("2" + "22" + "000001" + "000001" + "000000000001" + "000700000001" + "A");
  expect(ask(bench, `${DAY}002`)?.fields[62]?.[0]).toBe("2");
  const last = ask(bench, `${DAY}003`)?.fields[62];
  expect(last).toBe("1" + "22" + "000017" + "000001" + "000000000017" + "000700000017" + "A");
  expect(ask(bench, `${DAY}004`)?.fields[62]).toBe("1");
  expect(ask(bench, "20260101001")?.fields[62]).toBe("1");
});

test("eight records are the last block when there are no more", () => {
  const bench = ready();
  for (let n = 1; n <= 8; n++) bench.sale({ trace: String(n).padStart(6, "0") });
  expect(ask(bench, `${DAY}001`)?.fields[62]?.[0]).toBe("1");
});

test("every kind and state has its letters", () => {
  const bench = ready();
  bench.transact("balance", { trace: "000101" });
  const held = bench.transact("preauth", { trace: "000102" })!;
  bench.transact("preauth-add", { trace: "000103" }, { 38: held.fields[38], 61: "0".repeat(16) });
  bench.transact("completion", { trace: "000104" }, { 38: held.fields[38], 61: `${NO_TRACE}0706` });
  const sale = bench.sale({ trace: "000105" })!;
  bench.transact("refund", { trace: "000106", amountFen: 1 }, { 37: sale.fields[37], 61: `${NO_TRACE}0706`, 63: "CUP" });
  bench.reversal({ trace: "000107" });
  const digits = ask(bench, `${DAY}001`)!.fields[62]!.slice(1);
  const told = digits.match(/.{39}/g)?.map((record) => record.slice(0, 2) + record[38]);
  expect(told).toEqual(["01Q", "10C", "60A", "20A", "22F", "25A", "22E"]);
});

test.each([
  ["no request", "30", undefined],
  ["a day that is none", "30", "20261301001"],
  ["block zero", "30", `${DAY}000`],
  ["a short one", "30", DAY],
])("a statement with %s is %s", (_what, code, page) => {
  const bench = ready();
  expect(bench.manage("0800", "970", { 62: page })?.fields[39]).toBe(code);
});

test("a terminal that is not signed on gets no statement; a rule can refuse one", () => {
  const bench = ready();
  bench.rule({ match: { management: "970" }, answer: { "39": "40" }, count: 1 });
  expect(ask(bench, `${DAY}001`)?.fields[39]).toBe("40");
  bench.manage("0820", "002", { 11: "000900" });
  expect(ask(bench, `${DAY}001`)?.fields[39]).toBe("77");
});
