/** Pre-authorisation: hold, add, void, complete, void the completion; each taken back with 0400. */
import { expect, test } from "vitest";
import { type Bench, type Changes, NO_TRACE, PAN, ready, TODAY } from "./bench.ts";

const held = (): { bench: Bench; named: Changes } => {
  const bench = ready();
  const answer = bench.transact("preauth", { trace: "000200", amountFen: 10_000 })!;
  expect(answer.fields[39], bench.lastWords()).toBe("00");
  return { bench, named: { 38: answer.fields[38], 61: `${NO_TRACE}${TODAY}` } };
};
const heldFen = (bench: Bench): number => bench.account(PAN).heldFen ?? 0;
const hold = (bench: Bench) => bench.entry("000200");

test("a pre-authorisation holds money back and answers with its code", () => {
  const { bench } = held();
  expect(bench.balance()).toBe(1_000_000);
  expect(heldFen(bench)).toBe(10_000);
  expect(hold(bench)).toMatchObject({
    kind: "preauth",
    state: "held",
    heldFen: 10_000,
    authCode: expect.stringMatching(/^\d{6}$/),
  });
  expect(bench.host.ledger().batches).toEqual([]);
  // What is held cannot be spent.
  expect(bench.sale({ amountFen: 990_001 })?.fields[39]).toBe("51");
  expect(bench.sale({ trace: "000201", amountFen: 990_000 })?.fields[39]).toBe("00");
});

test.each([
  ["too much", "51", { amountFen: 1_000_001 }],
  ["no PIN", "55", { pin: undefined }],
  ["a lost card", "41", { track2: "6229990000000000043D30121010000012300" }],
])("a pre-authorisation with %s is %s", (_what, code, settings) => {
  const bench = ready();
  expect(bench.transact("preauth", settings)?.fields[39]).toBe(code);
  expect(heldFen(bench)).toBe(0);
});

test("an add-on grows the hold under the same code; its reversal takes it back", () => {
  const { bench, named } = held();
  const more = { 38: named[38], 61: "0".repeat(16) };
  const add = bench.transact("preauth-add", { trace: "000201", amountFen: 500 }, more);
  expect(add).toMatchObject({ mti: "0110", fields: { 39: "00", 38: named[38] } });
  expect(heldFen(bench)).toBe(10_500);
  expect(bench.undo("preauth", { trace: "000200", amountFen: 10_000 })?.fields[39]).toBe("12");
  expect(bench.undo("preauth-add", { trace: "000201", amountFen: 500 }, more)?.fields[39], bench.lastWords()).toBe("00");
  expect(heldFen(bench)).toBe(10_000);
  expect(bench.transact("preauth-add", { trace: "000202" }, { ...more, 38: "000000" })?.fields[39]).toBe("25");
  expect(bench.transact("preauth-add", { trace: "000203", amountFen: 990_001 }, more)?.fields[39]).toBe("51");
  bench.transact("preauth-void", { trace: "000204", amountFen: 10_000 }, named);
  expect(bench.undo("preauth-add", { trace: "000201", amountFen: 500 }, more)?.fields[39]).toBe("12");
  expect(bench.transact("preauth-add", { trace: "000205" }, more)?.fields[39]).toBe("12");
});

test("a void lets the hold go, once; its reversal brings it back", () => {
  const { bench, named } = held();
  expect(bench.transact("preauth-void", { trace: "000201", amountFen: 9_999 }, named)?.fields[39]).toBe("64");
  const answer = bench.transact("preauth-void", { trace: "000202", amountFen: 10_000, keyed: true, pin: undefined }, named);
  expect(answer, bench.lastWords()).toMatchObject({ mti: "0110", fields: { 39: "00" } });
  expect(heldFen(bench)).toBe(0);
  expect(hold(bench).state).toBe("voided");
  expect(bench.transact("preauth-void", { trace: "000203", amountFen: 10_000 }, named)?.fields[39]).toBe("12");
  expect(bench.undo("preauth-void", { trace: "000202", amountFen: 10_000, keyed: true, pin: undefined }, named)?.fields[39]).toBe(
    "00",
  );
  expect([heldFen(bench), hold(bench).state]).toEqual([10_000, "held"]);
});

test("the hold is found by card, code and day; after 30 days it is 22", () => {
  const { bench, named } = held();
  const ask = (trace: string, more: Changes, track2?: string) =>
    bench.transact(
      "preauth-void",
      { trace, amountFen: 10_000, ...(track2 === undefined ? {} : { track2 }) },
      { ...named, ...more },
    );
  expect(ask("000201", { 38: "000000" })?.fields[39]).toBe("25");
  expect(ask("000202", { 61: `${NO_TRACE}0101` })?.fields[39]).toBe("25");
  expect(ask("000203", {}, "6229990000000000027D3012101000001230")?.fields[39]).toBe("25");
  expect(ask("000204", { 61: `000001000999${TODAY}` })?.fields[39]).toBe("25");
  expect(ask("000205", { 61: NO_TRACE })?.fields[39]).toBe("30");
  expect(ask("000206", { 38: undefined })?.fields[39]).toBe("30");
  bench.clock.advance(31 * 86_400_000);
  expect(ask("000207", {})?.fields[39]).toBe("22");
  expect(bench.lastWords()).toContain("31 days old");
  expect(heldFen(bench)).toBe(10_000);
});

test("on the thirtieth day it still holds", () => {
  const { bench, named } = held();
  bench.clock.advance(30 * 86_400_000);
  expect(bench.transact("completion", { trace: "000201", amountFen: 1 }, named)?.fields[39]).toBe("00");
});

test.each([
  [1, "00"],
  [10_000, "00"],
  [11_500, "00"],
  [11_501, "61"],
  [0, "13"],
])("a completion of %i fen of 10,000 held is %s", (amountFen, code) => {
  const { bench, named } = held();
  expect(bench.transact("completion", { trace: "000201", amountFen }, named)?.fields[39]).toBe(code);
  const done = code === "00";
  expect(bench.balance()).toBe(1_000_000 - (done ? amountFen : 0));
  expect([heldFen(bench), hold(bench).state]).toEqual(done ? [0, "completed"] : [10_000, "held"]);
});

test("a completion counts in the batch, happens once, and is reversed with its hold coming back", () => {
  const { bench, named } = held();
  bench.transact("completion", { trace: "000201", amountFen: 8_000 }, named);
  expect(bench.host.ledger().batches[0]).toMatchObject({ debitFen: 8_000, debitCount: 1 });
  expect(bench.transact("completion", { trace: "000202", amountFen: 1 }, named)?.fields[39]).toBe("12");
  expect(bench.undo("preauth", { trace: "000200", amountFen: 10_000 })?.fields[39]).toBe("12");
  expect(bench.undo("completion", { trace: "000201", amountFen: 8_000 }, named)?.fields[39], bench.lastWords()).toBe("00");
  expect([bench.balance(), heldFen(bench)]).toEqual([1_000_000, 10_000]);
  expect(bench.undo("preauth", { trace: "000200", amountFen: 10_000 })?.fields[39]).toBe("00");
  expect(heldFen(bench)).toBe(0);
  expect(bench.transact("completion", { trace: "000203", amountFen: 1 }, named)?.fields[39]).toBe("25");
});

test("a completion takes what only the other holds leave", () => {
  const { bench, named } = held();
  bench.transact("preauth", { trace: "000201", amountFen: 989_000 });
  expect(bench.transact("completion", { trace: "000202", amountFen: 11_001 }, named)?.fields[39]).toBe("51");
  expect(bench.transact("completion", { trace: "000203", amountFen: 11_000 }, named)?.fields[39]).toBe("00");
});

test("a completion's void gives money and hold back; its reversal takes both again", () => {
  const { bench, named } = held();
  const completion = bench.transact("completion", { trace: "000201", amountFen: 8_000 }, named)!;
  const original = { 37: completion.fields[37], 38: completion.fields[38], 61: `000001000201${TODAY}` };
  expect(bench.transact("completion-void", { trace: "000202", amountFen: 7_999 }, original)?.fields[39]).toBe("64");
  expect(bench.transact("void", { trace: "000203", amountFen: 8_000 }, original)?.fields[39]).toBe("25");
  expect(bench.transact("completion-void", { trace: "000204", amountFen: 8_000 }, original)?.fields[39]).toBe("00");
  expect([bench.balance(), heldFen(bench), hold(bench).state]).toEqual([1_000_000, 10_000, "held"]);
  expect(bench.transact("completion-void", { trace: "000205", amountFen: 8_000 }, original)?.fields[39]).toBe("12");
  expect(bench.undo("completion-void", { trace: "000204", amountFen: 8_000 }, original)?.fields[39], bench.lastWords()).toBe(
    "00",
  );
  expect([bench.balance(), heldFen(bench), hold(bench).state]).toEqual([992_000, 0, "completed"]);
});

test("the reversal of a completion's void that came too late undoes nothing", () => {
  const { bench, named } = held();
  const completion = bench.transact("completion", { trace: "000201", amountFen: 8_000 }, named)!;
  const original = { 37: completion.fields[37], 61: "000001000201" };
  bench.transact("completion-void", { trace: "000202", amountFen: 8_000 }, original);
  bench.transact("preauth-void", { trace: "000203", amountFen: 10_000 }, named);
  expect(bench.undo("completion-void", { trace: "000202", amountFen: 8_000 }, original)?.fields[39]).toBe("12");
  expect([bench.balance(), heldFen(bench)]).toEqual([1_000_000, 0]);
});

test("a completion advice charges without a PIN, once however often it comes", () => {
  const { bench, named } = held();
  const advice = () => bench.transact("completion-advice", { trace: "000201", amountFen: 11_500 }, { ...named, 2: undefined });
  const first = advice();
  expect(first, bench.lastWords()).toMatchObject({ mti: "0230", macState: "ok", fields: { 39: "00" } });
  expect(advice()?.fields).toEqual(first?.fields);
  expect(bench.balance()).toBe(988_500);
  expect(bench.transact("completion-advice", { trace: "000202", amountFen: 1 }, { ...named, 22: "021" })?.fields[39]).toBe("30");
  expect(bench.transact("completion-advice", { trace: "000203", amountFen: 1 }, named)?.fields[39]).toBe("12");
});

test("a reversed pre-authorisation holds nothing; one before its request keeps it out", () => {
  const { bench } = held();
  expect(bench.undo("preauth", { trace: "000200", amountFen: 10_000 })).toMatchObject({ mti: "0410", fields: { 39: "00" } });
  expect(heldFen(bench)).toBe(0);
  expect(bench.undo("preauth", { trace: "000300", amountFen: 10_000 })?.fields[39]).toBe("25");
  expect(bench.transact("preauth", { trace: "000300", amountFen: 10_000 })?.fields[39]).toBe("12");
  expect(heldFen(bench)).toBe(0);
});
