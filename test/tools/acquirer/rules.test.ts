/** Every rule: what the terminal sees, and what the host booked. */
import { expect, test } from "vitest";
import type { Rule } from "../../../tools/acquirer/contract.ts";
import { PAN, ready } from "./bench.ts";

const MATCH = { mti: "0200" };

test("a declining answer moves no money, once", () => {
  const bench = ready();
  bench.rule({ match: { amount: "000000000051" }, answer: { "39": "51", "63": "CUP余额不足" }, count: 1 });
  expect(bench.sale({ amountFen: 51 })?.fields).toMatchObject({ 39: "51", 63: "CUP余额不足" });
  expect(bench.balance()).toBe(1_000_000);
  expect(bench.host.state().rules[0]?.left).toBe(0);
  expect(bench.sale({ amountFen: 51, trace: "000124" })?.fields[39]).toBe("00");
  expect(bench.host.ledger().byState).toEqual({ declined: 1, approved: 1 });
});

test("an approving answer books even what would be declined; 10 books its own amount", () => {
  const bench = ready();
  bench.rule({ match: { card: "622999" }, answer: { "39": "10", "4": "000000000400" }, count: 1 });
  const partial = bench.sale();
  expect(partial?.fields).toMatchObject({ 39: "10", 4: "000000000400" });
  expect(partial?.fields[38]).toHaveLength(6);
  expect(bench.balance()).toBe(1_000_000 - 400);
  expect(bench.host.ledger().transactions[0]).toMatchObject({ amountFen: 1000, approvedFen: 400 });
  expect(bench.reversal()?.fields[39]).toBe("00");
  expect(bench.balance()).toBe(1_000_000);
});

test.each([
  ["mti", { mti: "0200" }],
  ["amount", { amount: "000000001000" }],
  ["card", { card: PAN }],
  ["fields", { fields: { "11": "000123", "25": "00" } }],
  ["terminal", { terminal: "10000001" }],
  ["all together", { mti: "0200", amount: "000000001000", card: "6229", terminal: "10000001", management: "000" }],
] as [string, Rule["match"]][])("matches by %s", (_what, match) => {
  const bench = ready();
  bench.rule({ match, answer: { "39": "05" } });
  expect(bench.sale()?.fields[39]).toBe("05");
});

test.each([
  ["mti", { mti: "0400" }],
  ["amount", { amount: "000000001001" }],
  ["card", { card: "4" }],
  ["fields", { fields: { "11": "000124" } }],
  ["terminal", { terminal: "10000002" }],
  ["management", { management: "004" }],
] as [string, Rule["match"]][])("does not match by %s", (_what, match) => {
  const bench = ready();
  bench.rule({ match, answer: { "39": "05" } });
  expect(bench.sale()?.fields[39]).toBe("00");
});

test("sign-on by management code: refused, or with a wrong check value", () => {
  const bench = ready();
  bench.rule({ match: { management: "004" }, answer: { "39": "96" }, count: 1 });
  expect(bench.signOn("004").fields).toMatchObject({ 39: "96" });
  bench.rule({ match: { management: "004" }, answer: { "62": `hex:${"00".repeat(60)}` }, count: 1 });
  expect(bench.signOn("004").fields).toMatchObject({ 39: "00", 62: `hex:${"00".repeat(60)}` });
});

test("any answer code of two characters goes through", () => {
  const bench = ready();
  for (const code of ["01", "03", "38", "45", "68", "75", "77", "98", "99", "A0", "A2", "A7", "M1"]) {
    bench.rule({ match: MATCH, answer: { "39": code }, count: 1 });
    const answer = bench.sale({ trace: String(Math.floor(Number.parseInt(code, 36)) + 1).padStart(6, "0") });
    expect(answer).toMatchObject({ macState: "ok", fields: { 39: code } });
  }
});

test("silence books and says nothing; the reversal finds it", () => {
  const bench = ready();
  bench.rule({ match: MATCH, fault: "silence", count: 1 });
  expect(bench.sale()).toBeUndefined();
  expect(bench.balance()).toBe(999_000);
  expect(bench.reversal()?.fields[39]).toBe("00");
  expect(bench.balance()).toBe(1_000_000);
});

test("drop-request: as if it never came", () => {
  const bench = ready();
  bench.rule({ match: MATCH, fault: "drop-request", count: 1 });
  expect(bench.sale()).toBeUndefined();
  expect(bench.host.ledger().transactions).toEqual([]);
  expect(bench.reversal()?.fields[39]).toBe("25");
});

test("late-request: the reversal comes first and wins", () => {
  const bench = ready();
  bench.rule({ match: MATCH, fault: "late-request", delayMs: 60_000, count: 1 });
  expect(bench.sale()).toBeUndefined();
  expect(bench.host.busy).toBe(true);
  expect(bench.reversal()?.fields[39]).toBe("25");
  bench.clock.advance(60_000);
  expect(bench.host.busy).toBe(false);
  expect(bench.line.take()?.fields[39]).toBe("12");
  expect(bench.balance()).toBe(1_000_000);
});

test("delay and lateness: booked at once, answered in time, busy meanwhile", () => {
  const bench = ready();
  bench.rule({ match: MATCH, delayMs: 61_000, count: 1 });
  expect(bench.sale()).toBeUndefined();
  expect(bench.balance()).toBe(999_000);
  expect(bench.host.busy).toBe(true);
  bench.clock.advance(60_999);
  expect(bench.line.take()).toBeUndefined();
  bench.clock.advance(1);
  expect(bench.line.take()).toMatchObject({ macState: "ok", fields: { 39: "00" } });
  expect(bench.host.busy).toBe(false);
});

test("an answer whose line ended is noted, not sent", () => {
  const bench = ready();
  bench.rule({ match: MATCH, delayMs: 1000 });
  bench.sale();
  bench.line.connection.ended();
  bench.clock.advance(1000);
  expect(bench.line.bytes).toEqual([]);
  expect(bench.lastWords()).toContain("its line had ended");
});

test.each([
  ["wrong-mac", { macState: "bad", mti: "0210", fields: { 39: "00", 11: "000123" } }],
  ["no-mac", { macState: "none", mti: "0210", fields: { 39: "00" } }],
  ["wrong-trace", { macState: "ok", fields: { 11: "000124" } }],
  ["wrong-amount", { macState: "ok", fields: { 4: "000000001001" } }],
  ["wrong-terminal", { macState: "ok", fields: { 41: "10000002" } }],
  ["wrong-mti", { macState: "ok", mti: "0220", fields: { 39: "00" } }],
] as const)("%s", (fault, seen) => {
  const bench = ready();
  bench.rule({ match: MATCH, fault, count: 1 });
  expect(bench.sale()).toMatchObject(seen);
  expect(bench.balance()).toBe(999_000);
  // The same request again is answered soundly.
  expect(bench.sale()).toMatchObject({ macState: "ok", mti: "0210", fields: { 39: "00", 11: "000123" } });
});

test("garbage has the answer's length and is the same for the same seed", () => {
  const seen = [ready(), ready()].map((bench) => {
    bench.rule({ match: MATCH, fault: "garbage", count: 1 });
    const frame = bench.sale();
    expect(frame?.mti).not.toBe("0210");
    return frame?.tpdu;
  });
  expect(seen[0]).toBe(seen[1]);
});

test("oversize, short-length, duplicate", () => {
  const bench = ready();
  bench.rule({ match: MATCH, fault: "oversize", count: 1 });
  bench.line.connection.receive(bench.frame("0200", bench.saleFields() as Record<string, string>, true));
  expect(bench.line.bytes.length).toBe(65537);
  bench.line.bytes.length = 0;
  bench.rule({ match: MATCH, fault: "short-length", count: 1 });
  expect(bench.sale({ trace: "000124" })?.problem).toContain("cut short");
  expect(bench.line.bytes).toHaveLength(10);
  bench.line.bytes.length = 0;
  bench.rule({ match: MATCH, fault: "duplicate", count: 1 });
  const first = bench.sale({ trace: "000125" });
  expect(bench.line.take()).toEqual(first);
  expect(bench.line.bytes).toEqual([]);
});

test.each([0, 1, 2, 7, 40])("disconnect after %i bytes of the answer", (atByte) => {
  const bench = ready();
  bench.rule({ match: MATCH, fault: "disconnect", atByte });
  expect(bench.sale()).toBeUndefined();
  expect(bench.line.bytes).toHaveLength(atByte);
  expect(bench.line.closed).toBe(true);
  expect(bench.balance()).toBe(999_000);
});

test("drip: a byte at a time", () => {
  const bench = ready();
  bench.rule({ match: MATCH, fault: "drip", delayMs: 1000 });
  expect(bench.sale()).toBeUndefined();
  expect(bench.line.bytes).toHaveLength(1);
  bench.clock.advance(3000);
  expect(bench.line.bytes).toHaveLength(4);
  bench.clock.advance(1_000_000);
  expect(bench.line.take()).toMatchObject({ macState: "ok", fields: { 39: "00" } });
  expect(bench.host.busy).toBe(false);
});

test("the header can ask for something", () => {
  const bench = ready();
  bench.rule({ match: MATCH, headerRequest: 3, count: 1 });
  expect(bench.sale()?.header).toBe("603103310000");
});

test("a refused reversal reverses nothing; the next one does", () => {
  const bench = ready();
  bench.sale();
  bench.rule({ match: { mti: "0400" }, answer: { "39": "96" }, count: 1 });
  expect(bench.reversal()).toMatchObject({ macState: "ok", fields: { 39: "96" } });
  expect(bench.balance()).toBe(999_000);
  expect(bench.reversal()?.fields[39]).toBe("00");
});

test("the first rule that is not used up applies, one a message; clearing takes all away", () => {
  const bench = ready();
  bench.rule({ match: {}, answer: { "39": "05" }, count: 1 });
  bench.rule({ match: {}, answer: { "39": "57" }, count: 1 });
  expect([1, 2, 3].map((n) => bench.sale({ trace: `00020${n}` })?.fields[39])).toEqual(["05", "57", "00"]);
  bench.host.clearRules();
  expect(bench.host.state().rules).toEqual([]);
});

test.each([
  ["no fault", { match: {}, fault: "explode" }],
  ["needs `match`", {}],
  ["count 0 must be a whole number, 1 or more", { match: {}, count: 0 }],
  ["delayMs -1", { match: {}, delayMs: -1 }],
  ["late-request needs delayMs", { match: {}, fault: "late-request" }],
  ["DE39 answer code: is 3 long, must be 2", { match: {}, answer: { "39": "051" } }],
  ["needs the approved amount in 4", { match: {}, answer: { "39": "10" } }],
  ["64 is made last", { match: {}, answer: { "64": "3030303030303030" } }],
])("a rule that could never work is refused: %s", (words, rule) => {
  expect(() => ready().rule(rule as Rule)).toThrow(words);
});

test("onChange and the log follow what happens", () => {
  const bench = ready();
  let changes = 0;
  bench.host.onChange = () => changes++;
  bench.rule({ match: MATCH, fault: "silence", count: 1 });
  bench.sale();
  expect(changes).toBeGreaterThanOrEqual(3);
  expect(
    bench.host
      .state()
      .log.map(({ words }) => words)
      .join("\n"),
  ).toContain("a rule applies: silence");
});
