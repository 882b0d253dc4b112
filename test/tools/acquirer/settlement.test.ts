/** Settlement and batch upload: balanced, not balanced, missing, doubled, different, unknown, repeated, interrupted. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { SettlementView } from "../../../tools/acquirer/contract.ts";
import { Bench, BATCH, type Changes, NO_TRACE, PAN, profile, ready, TODAY } from "./bench.ts";

const FOREIGN = "5200001234560014";
const FOREIGN_TRACK = "5200001234560014D30121010000012300";

/** Fen and count of debits, then of credits. */
type Side = [debitFen: number, debits: number, creditFen: number, credits: number];
const NONE: Side = [0, 0, 0, 0];
const digits = (value: number, length: number): string => String(value).padStart(length, "0");
const side = ([debitFen, debits, creditFen, credits]: Side, result = "0"): string =>
  digits(debitFen, 12) + digits(debits, 3) + digits(creditFen, 12) + digits(credits, 3) + result;

const settle = (bench: Bench, domestic: Side, foreign: Side = NONE, more: Changes = {}, batch = BATCH) =>
  bench.manage("0500", "201", { 11: "000900", 48: side(domestic) + side(foreign), 49: "156", 63: "01 ", ...more }, batch);

const stripe = (trace: string, amountFen: number, pan = PAN): string =>
  (pan.startsWith("62") ? "00" : "01") + trace + pan.padStart(20, "0") + digits(amountFen, 12);
const upload = (bench: Bench, stripes: string[], trace = "000910", batch = BATCH) =>
  bench.manage("0320", "201", { 11: trace, 48: digits(stripes.length, 2) + stripes.join("") }, batch);
const end = (bench: Bench, code: "207" | "202", count: number, batch = BATCH) =>
  bench.manage("0320", code, { 11: "000990", 48: digits(count, 4) }, batch);

const views = (bench: Bench): SettlementView[] => bench.host.ledger().settlements;
const problems = (bench: Bench) => views(bench)[0]!.problems.map(({ what, trace }) => `${what} ${trace}`);
const batchOf = (bench: Bench) => bench.host.state().terminals[0]?.batch;

/** Three domestic sales, one voided, one foreign sale: 4500 in, 500 out, 700 foreign. */
function traded(options: ConstructorParameters<typeof Bench>[0] = {}): Bench {
  const bench = ready(options);
  bench.sale({ trace: "000101", amountFen: 1000 });
  bench.sale({ trace: "000102", amountFen: 500 });
  bench.sale({ trace: "000103", amountFen: 3000 });
  bench.transact("void", { trace: "000104", amountFen: 500 }, { 37: NO_TRACE, 61: "000001000102" });
  bench.sale({ trace: "000105", amountFen: 700, track2: FOREIGN_TRACK, pin: undefined });
  bench.transact("preauth", { trace: "000106", amountFen: 900 });
  bench.sale({ trace: "000107", pin: "000000" });
  bench.sale({ trace: "000108" });
  bench.reversal({ trace: "000108" });
  return bench;
}
const DOMESTIC: Side = [4500, 3, 500, 1];
const ABROAD: Side = [700, 1, 0, 0];

const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true });
});

test("balanced: the digits say 1 and 1, there is no DE39, and the end closes the batch", () => {
  const bench = traded();
  const answer = settle(bench, DOMESTIC, ABROAD);
  expect(answer).toMatchObject({ mti: "0510", macState: "none" });
  expect(answer?.fields).toEqual({
    11: "000900",
    12: "093015",
    13: TODAY,
    15: TODAY,
    32: "48020000",
    37: "093015000900",
    41: bench.terminal,
    42: profile.merchant.id,
    48: side(DOMESTIC, "1") + side(ABROAD, "1"),
    49: "156",
    60: "00000001201",
    63: "01 ",
  });
  expect(bench.lastWords()).toContain("domestic balanced (3 debits 45.00, 1 credits 5.00); foreign balanced (1 debits 7.00");
  expect(end(bench, "207", 0)).toMatchObject({ mti: "0330", fields: { 39: "00", 48: "0000", 60: "00000001207" } });
  expect(bench.lastWords()).toContain("batch 000001 closed, 000002 open");
  expect(batchOf(bench)).toBe("000002");
  const totals = {
    domestic: { debitFen: 4500, debitCount: 3, creditFen: 500, creditCount: 1 },
    foreign: { debitFen: 700, debitCount: 1, creditFen: 0, creditCount: 0 },
  };
  expect(views(bench)).toEqual([
    {
      terminal: bench.terminal,
      batch: "000001",
      at: "2026-07-06T09:30:15+08:00",
      balanced: { domestic: true, foreign: true },
      totals: { host: totals, terminal: totals },
      uploaded: 0,
      told: 0,
      problems: [],
      closed: true,
    },
  ]);
  expect(bench.sale({ trace: "000201", batch: "000002" })?.fields[39]).toBe("00");
  expect(bench.sale({ trace: "000202" })?.fields[39]).toBe("77");
});

test("an empty batch is balanced", () => {
  const bench = ready();
  expect(settle(bench, NONE)?.fields[48]).toBe(side(NONE, "1") + side(NONE, "1"));
});

test("what counts where: refunds and completions, tips in their sale, holds nowhere", () => {
  const bench = ready();
  const sale = bench.sale({ trace: "000101" })!;
  const tip = { 38: sale.fields[38], 61: "000001000101000000", 63: "CUP", 48: "000000000100" };
  bench.transact("tip", { trace: "000102", amountFen: 1100 }, tip);
  bench.transact("refund", { trace: "000103", amountFen: 300 }, { 37: sale.fields[37], 61: `${NO_TRACE}${TODAY}`, 63: "CUP" });
  const held = bench.transact("preauth", { trace: "000104" })!;
  const named = { 38: held.fields[38], 61: `${NO_TRACE}${TODAY}` };
  const done = bench.transact("completion", { trace: "000105" }, named)!;
  bench.transact("completion-void", { trace: "000106" }, { 37: done.fields[37], 61: "000001000105" });
  bench.transact("completion-advice", { trace: "000107", amountFen: 1150 }, named);
  bench.transact("offline", { trace: "000108", amountFen: 50 }, { 38: "123456", 61: "000000000000000001", 63: "CUP" });
  bench.transact("balance", { trace: "000109" });
  expect(settle(bench, [1100 + 1000 + 1150 + 50, 4, 300 + 1000, 2])?.fields[48]?.[30]).toBe("1");
});

test("not balanced: each side by itself; the whole upload of the wrong side leaves nothing to say", () => {
  const bench = traded();
  const answer = settle(bench, [4500, 3, 0, 0], ABROAD);
  expect(answer?.fields[48]).toBe(side([4500, 3, 0, 0], "2") + side(ABROAD, "1"));
  expect(bench.lastWords()).toContain(
    "domestic differs: host 3 debits 45.00, 1 credits 5.00, terminal 3 debits 45.00, 0 credits 0.00",
  );
  const stripes = [stripe("000101", 1000), stripe("000102", 500), stripe("000103", 3000), stripe("000104", 500)];
  expect(upload(bench, stripes)).toMatchObject({ mti: "0330", fields: { 39: "00", 11: "000910" } });
  expect(bench.lastWords()).toContain("4 uploaded, as in the ledger");
  expect(end(bench, "202", 4)?.fields).toMatchObject({ 39: "00", 48: "0004" });
  expect(views(bench)[0]).toMatchObject({
    balanced: { domestic: false, foreign: true },
    uploaded: 4,
    told: 4,
    problems: [],
    closed: true,
  });
});

test("missing, doubled, different and unknown records are told, with words", () => {
  const bench = traded();
  settle(bench, NONE, NONE);
  upload(bench, [stripe("000101", 1001), stripe("000102", 500), stripe("000102", 500), stripe("000555", 1)]);
  upload(bench, [stripe("000106", 900), stripe("000107", 1000), stripe("000108", 1000)], "000911");
  upload(bench, [stripe("000104", 500, FOREIGN)], "000912");
  expect(end(bench, "202", 9)?.fields).toMatchObject({ 39: "00", 48: "0008" });
  expect(problems(bench)).toEqual([
    "different 000101",
    "doubled 000102",
    "unknown 000555",
    "different 000106",
    "different 000107",
    "different 000108",
    "different 000104",
    "missing 000103",
    "missing 000105",
  ]);
  const words = views(bench)[0]!.problems.map((problem) => problem.words);
  expect(words[0]).toBe("amount 10.01, the host has 10.00");
  expect(words[3]).toBe("the host has it as preauth, held");
  expect(words[6]).toContain("card 520000******0014, the host has 622999*********0019; told as foreign, the card is domestic");
  expect(words[7]).toBe("sale of 30.00 was not uploaded");
  expect(bench.lastWords()).toContain("the terminal counted 9 records, the host 8");
  expect(bench.lastWords()).toContain("missing 000105: sale of 7.00 was not uploaded");
});

test("a message that comes again counts once, whatever its own trace", () => {
  const bench = traded();
  settle(bench, NONE, ABROAD);
  const stripes = [stripe("000101", 1000), stripe("000102", 500), stripe("000103", 3000), stripe("000104", 500)];
  upload(bench, stripes);
  expect(upload(bench, stripes)?.fields[39]).toBe("00");
  expect(bench.lastWords()).toContain("the same upload again");
  expect(upload(bench, stripes, "000911")?.fields[39]).toBe("00");
  end(bench, "202", 4);
  expect(upload(bench, stripes)?.fields[39]).toBe("00");
  expect(upload(bench, [stripe("000101", 1000)])?.fields[39]).toBe("12");
  expect(end(bench, "202", 4)?.fields).toMatchObject({ 39: "00", 48: "0004" });
  expect(views(bench)[0]).toMatchObject({ uploaded: 4, problems: [] });
  expect(batchOf(bench)).toBe("000002");
});

test("advices go up as they were stored", () => {
  const bench = ready();
  const voice = { 38: "123456", 61: "000000000000000001", 63: "CUP" };
  const sale = bench.sale({ trace: "000101" })!;
  const tip = { 38: sale.fields[38], 61: "000001000101000000", 63: "CUP", 48: "000000000100" };
  const refund = { 37: sale.fields[37], 61: `000001000101${TODAY}`, 63: "CUP" };
  bench.transact("offline", { trace: "000102" }, voice);
  bench.transact("tip", { trace: "000103", amountFen: 1100 }, tip);
  bench.transact("refund", { trace: "000104", amountFen: 300, keyed: true, pin: undefined }, refund);
  const held = bench.transact("preauth", { trace: "000105" })!;
  const named = { 38: held.fields[38], 61: `${NO_TRACE}${TODAY}` };
  bench.transact("completion-advice", { trace: "000106" }, named);
  bench.transact("adjustment", { trace: "000108", amountFen: 1200 }, { ...voice, 61: "000001000107000001" });
  settle(bench, NONE);
  const again = (
    word: "offline" | "tip" | "refund" | "completion-advice" | "adjustment",
    trace: string,
    fen: number,
    more: Changes,
  ) => bench.send("0320", bench.fieldsOf(word, { trace, amountFen: fen, keyed: true, pin: undefined }, more), false);
  expect(again("offline", "000102", 1000, voice), bench.lastWords()).toMatchObject({
    mti: "0330",
    fields: { 39: "00", 11: "000102" },
  });
  expect(again("tip", "000103", 1100, tip)?.fields[39], bench.lastWords()).toBe("00");
  expect(again("refund", "000104", 300, refund)?.fields[39], bench.lastWords()).toBe("00");
  expect(again("completion-advice", "000106", 1000, named)?.fields[39], bench.lastWords()).toBe("00");
  expect(again("adjustment", "000108", 1200, { ...voice, 61: "000001000107000001" })?.fields[39], bench.lastWords()).toBe("00");
  expect(again("offline", "000102", 1000, voice)?.fields[39]).toBe("00");
  end(bench, "202", 5);
  expect(views(bench)[0]).toMatchObject({ uploaded: 5, problems: [], closed: true });
});

test("an advice told as another kind, in a stripe list, or with a MAC is not as it should be", () => {
  const bench = ready();
  const voice = { 38: "123456", 61: "000000000000000001", 63: "CUP" };
  bench.transact("offline", { trace: "000102" }, voice);
  bench.transact("offline", { trace: "000103" }, voice);
  settle(bench, NONE);
  upload(bench, [stripe("000102", 1000)]);
  const refund = { 37: NO_TRACE, 61: `000001000102${TODAY}`, 63: "CUP" };
  bench.send("0320", bench.fieldsOf("refund", { trace: "000103", keyed: true, pin: undefined }, refund), false);
  expect(problems(bench)).toEqual(["different 000102", "different 000103"]);
  expect(views(bench)[0]!.problems[0]?.words).toContain("uploaded by itself");
  expect(views(bench)[0]!.problems[1]?.words).toBe("told as refund, the host has a offline");
  const signed = bench.send("0320", bench.fieldsOf("offline", { trace: "000102", keyed: true }, voice), true);
  expect(signed?.fields[39]).toBe("30");
  expect(bench.lastWords()).toContain("DE64 MAC must not be there");
});

test("chip certificates go up one by one; failed ones need no entry", () => {
  const bench = ready();
  const chip = { 2: PAN, 22: "051", 55: "9F3600", 60: "2200000100060" };
  expect(bench.sale({ trace: "000101" }, chip)?.fields[39], bench.lastWords()).toBe("00");
  settle(bench, [1000, 1, 0, 0]);
  const tc = { 2: PAN, 4: "000000001000", 11: "000101", 22: "051", 55: "9F2608AABBCCDDEEFF0011", 62: "610000000000001000156" };
  expect(bench.manage("0320", "203", { ...tc, 60: "000000012036" })?.fields[39], bench.lastWords()).toBe("00");
  const failed = { ...tc, 11: "000109", 62: "71001100000000100015610", 60: "0000000120460" };
  expect(bench.manage("0320", "204", failed)?.fields[39], bench.lastWords()).toBe("00");
  expect(bench.manage("0320", "203", { ...tc, 62: "61" })?.fields[39]).toBe("30");
  end(bench, "207", 2);
  expect(views(bench)[0]).toMatchObject({ uploaded: 2, problems: [] });
});

test("the same totals again: the same answer, before and after the batch is closed; other ones are compared anew, or 3 3", () => {
  const bench = traded();
  const first = settle(bench, NONE, ABROAD)?.fields[48];
  expect(settle(bench, NONE, ABROAD, { 11: "000901" })?.fields[48]).toBe(first);
  expect(settle(bench, DOMESTIC, ABROAD)?.fields[48]).toBe(side(DOMESTIC, "1") + side(ABROAD, "1"));
  end(bench, "207", 0);
  expect(settle(bench, DOMESTIC, ABROAD)?.fields[48]).toBe(side(DOMESTIC, "1") + side(ABROAD, "1"));
  expect(settle(bench, NONE, ABROAD)?.fields[48]).toBe(side(NONE, "3") + side(ABROAD, "3"));
  expect(bench.lastWords()).toContain("batch 000001 is closed, and was with other totals");
  expect(settle(bench, NONE, NONE, {}, "000009")?.fields[48]).toBe(side(NONE, "3") + side(NONE, "3"));
  expect(views(bench)).toHaveLength(1);
  expect(batchOf(bench)).toBe("000002");
});

test("while a batch is settled nothing new is taken; repeats, reversals and the other terminal go on", () => {
  const bench = traded({ terminals: [{ terminal: "10000002", merchant: profile.merchant.id }] });
  const known = bench.entry("000101");
  settle(bench, DOMESTIC, ABROAD);
  expect(bench.sale({ trace: "000120" })?.fields[39]).toBe("77");
  expect(bench.lastWords()).toContain("is being settled");
  const voice = { 38: "123456", 61: "000000000000000001", 63: "CUP" };
  expect(bench.transact("offline", { trace: "000121" }, voice)?.fields[39]).toBe("77");
  expect(bench.sale({ trace: "000101", amountFen: 1000 })?.fields[37]).toBe(known.reference);
  expect(bench.reversal({ trace: "000101", amountFen: 1000 })?.fields[39]).toBe("00");
  bench.signOn("004", { 41: "10000002" });
  expect(bench.sale({}, { 41: "10000002" })?.fields[39]).toBe("00");
});

test("interrupted anywhere, by a restart of the host too: it goes on where it was", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "settlement-"));
  dirs.push(dataDir);
  const first = traded({ dataDir });
  settle(first, NONE, ABROAD);
  upload(first, [stripe("000101", 1000), stripe("000102", 499)]);
  const view = first.host.ledger();
  await first.host.close();

  const second = new Bench({ dataDir });
  expect(second.host.ledger()).toEqual(view);
  expect(second.sale({ trace: "000120" })?.fields[39]).toBe("77");
  upload(second, [stripe("000101", 1000), stripe("000102", 499)]);
  upload(second, [stripe("000103", 3000), stripe("000104", 500)], "000911");
  end(second, "202", 4);
  const closed = second.host.ledger();
  expect(closed.settlements[0]).toMatchObject({ uploaded: 4, closed: true, problems: [{ what: "different", trace: "000102" }] });
  await second.host.close();

  const third = new Bench({ dataDir });
  expect(third.host.ledger()).toEqual(closed);
  expect(end(third, "202", 4)?.fields[39]).toBe("00");
  expect(batchOf(third)).toBe("000002");
  await third.host.close();
});

test.each([
  [
    "a signed-off terminal",
    "77",
    (bench: Bench) => {
      bench.manage("0820", "002", { 11: "000899" });
      return settle(bench, NONE);
    },
  ],
  ["an upload without settlement", "12", (bench: Bench) => upload(bench, [stripe("000101", 1)])],
  ["an end without settlement", "12", (bench: Bench) => end(bench, "207", 0)],
  ["a DE48 of 61 digits", "30", (bench: Bench) => settle(bench, NONE, NONE, { 48: "0".repeat(61) })],
  ["results in the request", "30", (bench: Bench) => settle(bench, NONE, NONE, { 48: side(NONE, "1") + side(NONE) })],
  ["no operator", "30", (bench: Bench) => settle(bench, NONE, NONE, { 63: undefined })],
  ["a MAC", "30", (bench: Bench) => settle(bench, NONE, NONE, { 64: "3030303030303030" })],
  ["no currency", "30", (bench: Bench) => settle(bench, NONE, NONE, { 49: undefined })],
  ["nine records", "30", (bench: Bench) => bench.manage("0320", "201", { 11: "000910", 48: "09".padEnd(322, "0") })],
  [
    "a count that is wrong",
    "30",
    (bench: Bench) => bench.manage("0320", "201", { 11: "000910", 48: `02${stripe("000101", 1)}` }),
  ],
  ["an end without count", "30", (bench: Bench) => bench.manage("0320", "207", { 11: "000990" })],
])("settlement, %s: %s", (_what, code, ask) => {
  const bench = ready();
  expect(ask(bench)?.fields[39], bench.lastWords()).toBe(code);
  expect(views(bench)).toEqual([]);
});

test("rules work for every message of a settlement", () => {
  const bench = traded();
  bench.rule({ match: { mti: "0500" }, answer: { "39": "96" }, count: 1 });
  expect(settle(bench, DOMESTIC, ABROAD)?.fields).toMatchObject({ 39: "96" });
  expect(views(bench)).toEqual([]);
  const lie = side(DOMESTIC, "2") + side(ABROAD, "1");
  bench.rule({ match: { mti: "0500" }, answer: { "48": lie }, count: 1 });
  expect(settle(bench, DOMESTIC, ABROAD)?.fields[48]).toBe(lie);
  bench.rule({ match: { mti: "0320", management: "201" }, answer: { "39": "94" }, count: 1 });
  expect(upload(bench, [stripe("000101", 1000)])?.fields[39]).toBe("94");
  expect(views(bench)[0]?.uploaded).toBe(0);
  bench.rule({ match: { mti: "0320" }, fault: "silence", count: 1 });
  expect(upload(bench, [stripe("000101", 1000)])).toBeUndefined();
  expect(views(bench)[0]?.uploaded).toBe(1);
  bench.rule({ match: { mti: "0320", management: "202" }, fault: "drop-request", count: 1 });
  expect(end(bench, "202", 1)).toBeUndefined();
  expect(views(bench)[0]?.closed).toBe(false);
  bench.rule({ match: { mti: "0320" }, headerRequest: 1, count: 1 });
  expect(end(bench, "202", 1)?.header).toBe("603101310000");
  expect(bench.host.state().log.some(({ words }) => words.includes("it ended with 202, but was balanced"))).toBe(true);
});

test("logs and views of a settlement hold no card number", () => {
  const bench = traded();
  settle(bench, NONE);
  upload(bench, [stripe("000101", 1000, "6229990000000000027")]);
  end(bench, "202", 1);
  expect(JSON.stringify([bench.host.state(), bench.host.ledger()])).not.toMatch(/\d{12}00(19|27)/);
});
