/** Settlement (M17) on the bundle: balanced, unbalanced, silent at each message, without a line. Power cuts: test/world/sweeps. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Desk, type State, type WireMessage } from "./desk-client.ts";

let desk: Desk;
const root = process.env.TAEL_ROOT ?? process.cwd();
/** Where a test began: they share a desk, and each begins with an empty batch. */
let begin: { messages: number; settlements: number; batch: number };
beforeAll(async () => {
  desk = await Desk.start(["--seed", "7"]);
  await desk.logIn();
});
beforeEach(async () => {
  const { batch } = await desk.state();
  begin = { messages: (await desk.messages()).length, settlements: (await allSettlements()).length, batch: Number(batch) };
});
afterEach(async () => {
  await desk.call("DELETE", "/acquirer/rules");
  await desk.call("DELETE", "/faults");
  await desk.finish();
  const { transactions } = await desk.get<{ transactions: unknown[] }>("/journal");
  if (transactions.length > 0) await desk.finish(await settle());
});
afterAll(() => desk.stop());

interface SettlementView {
  batch: string;
  balanced: { domestic: boolean; foreign: boolean };
  totals: { host: unknown; terminal: unknown };
  uploaded: number;
  told?: number;
  problems: { what: string; trace: string; words: string }[];
  closed: boolean;
}

const CARD = "debit-1";
const SALES = [1_000, 2_500, 300];
const SUM = 3_800;

const allSettlements = async (): Promise<SettlementView[]> =>
  (await desk.get<{ settlements: SettlementView[] }>("/acquirer/ledger")).settlements;
const settlements = async (): Promise<SettlementView[]> => (await allSettlements()).slice(begin.settlements);
/** The batch the test began with, or one of those after it. */
const batchAfter = (settled: number): string => String(begin.batch + settled).padStart(6, "0");
const rule = (body: unknown): Promise<unknown> => desk.post("/acquirer", body);
const sent = async (from = begin.messages): Promise<string[]> =>
  (await desk.messages())
    .slice(from)
    .filter(({ dir }) => dir === "out")
    .map(nameOf);
const nameOf = ({ mti, fields }: WireMessage): string => `${mti} ${fields["60"]?.slice(8, 11) ?? ""}`.trim();
const lastSlip = async (): Promise<string> => (await desk.paper()).at(-1)?.text.join("\n") ?? "";

async function sell(...amounts: number[]): Promise<void> {
  for (const fen of amounts) await desk.finish(await desk.sale(CARD, fen));
}

/** From idle: the menu, the question, and the settlement. */
async function settle(): Promise<State> {
  await desk.expect("notice", desk.keys("menu", "9", "3"));
  return desk.keys("enter");
}

/** DE48 of a 0510 that says "domestic differs" of these sales, whatever the host thinks. */
const differs = (fen: number, count: number): string =>
  `${String(fen).padStart(12, "0")}${String(count).padStart(3, "0")}${"0".repeat(15)}2${"0".repeat(30)}1`;

test("balanced: the host agrees, the slip says so, the next batch is open and signed on", async () => {
  await sell(...SALES);
  const before = (await desk.messages()).length;
  const state = await settle();
  await desk.expect("settled", state);
  expect(state.screen.lines.join(" ")).toContain("对账平");
  expect(await sent(before)).toEqual(["0500 201", "0320 207", "0800 004"]);
  expect(state.batch).toBe(batchAfter(1));
  expect(state.level).toBe("ready");
  const slip = await lastSlip();
  expect(slip).toContain("结算总计单");
  expect(slip).toContain("38.00");
  expect(slip).toContain(batchAfter(0));
  expect(await settlements()).toMatchObject([{ batch: batchAfter(0), closed: true, told: 0, problems: [] }]);

  await desk.keys("menu");
  expect(await lastSlip()).toContain("明细");
  await desk.finish();
  expect((await desk.get<{ transactions: unknown[] }>("/journal")).transactions).toEqual([]);
  expect(await desk.check()).toMatchObject({ ok: true });

  await sell(700);
  const sale = (await desk.messages()).findLast(({ mti }) => mti === "0200");
  expect(sale?.fields["60"]?.slice(2, 8)).toBe(batchAfter(1));
  await desk.finish(await settle());
  expect((await settlements()).map(({ batch, closed }) => [batch, closed])).toEqual([
    [batchAfter(0), true],
    [batchAfter(1), true],
  ]);
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("cancel at the question changes nothing", async () => {
  await sell(1_000);
  const before = (await desk.messages()).length;
  await desk.keys("menu", "9", "3");
  await desk.finish(await desk.keys("cancel"));
  expect(await sent(before)).toEqual([]);
  expect((await desk.state()).batch).toBe(batchAfter(0));
});

for (const [what, match] of [
  ["0500", { mti: "0500" }],
  ["the end", { mti: "0320", management: "202" }],
] as const) {
  test(`no answer to ${what}: nothing is lost, nothing new begins, and the next sale finishes it first`, async () => {
    await sell(...SALES);
    await rule({ match, fault: "silence", count: 1 });
    await rule({ match: { mti: "0500" }, answer: { "48": differs(SUM, 3) } });
    const state = await settle();
    await desk.expect("notice", state);
    expect(state.screen.lines.join(" ")).toContain("再结算一次");
    await desk.finish(state);
    expect((await desk.state()).batch).toBe(batchAfter(0));
    expect((await desk.get<{ transactions: unknown[] }>("/journal")).transactions).toHaveLength(3);

    await desk.swipe(CARD);
    await desk.expect("confirm", desk.keys("enter", "4", "4", "0", "0", "enter"));
    const resuming = await desk.keys("enter");
    expect(resuming.screen.lines.join(" ")).toContain("先接着结算");
    await desk.expect("settled", desk.keys("enter"));
    await desk.expect("pin", desk.keys("enter"));
    await desk.expect("approved", desk.pin("123456"));
    await desk.finish();
    const names = await sent();
    expect(names.indexOf("0320 202")).toBeGreaterThan(names.indexOf("0500 201"));
    const [sale] = (await desk.messages()).filter(({ mti }) => mti === "0200").slice(-1);
    expect(sale?.fields["60"]?.slice(2, 8)).toBe(batchAfter(1));
    expect(await settlements()).toMatchObject([{ closed: true, uploaded: 3, told: 3, problems: [] }]);
    expect(await desk.check()).toMatchObject({ ok: true });
  });
}

test("no answer to the upload: it goes again in the next round and counts once", async () => {
  await sell(...SALES);
  await rule({ match: { mti: "0320", management: "201" }, fault: "silence", count: 1 });
  await rule({ match: { mti: "0500" }, answer: { "48": differs(SUM, 3) } });
  await desk.expect("settled", settle());
  expect((await sent()).filter((name) => name === "0320 201")).toHaveLength(2);
  expect(await settlements()).toMatchObject([{ closed: true, uploaded: 3, told: 3, problems: [] }]);
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("a host that stays silent in the upload: three messages, then later, where it was", async () => {
  await sell(...SALES);
  await rule({ match: { mti: "0320", management: "201" }, fault: "drop-request" });
  await rule({ match: { mti: "0500" }, answer: { "48": differs(SUM, 3) } });
  const state = await settle();
  await desk.expect("notice", state);
  expect((await sent()).filter((name) => name === "0320 201")).toHaveLength(3);
  await desk.call("DELETE", "/acquirer/rules");
  await desk.finish(state);
  // What was begun has been agreed to: no question again.
  await desk.expect("settled", desk.keys("menu", "9", "3"));
  await desk.finish();
  expect((await sent()).filter((name) => name === "0500 201")).toHaveLength(1);
  expect(await settlements()).toMatchObject([{ closed: true, uploaded: 3, told: 3, problems: [] }]);
});

test("no line: nothing was begun, and a sale goes through as before", async () => {
  await sell(1_000);
  await desk.fault("host", "refuse");
  const state = await settle();
  await desk.expect("notice", state);
  await desk.call("DELETE", "/faults");
  await desk.finish(state);
  await desk.expect("approved", desk.sale(CARD, 500));
  await desk.finish();
  await desk.expect("settled", settle());
  expect(await settlements()).toMatchObject([{ closed: true, balanced: { domestic: true }, problems: [] }]);
});

test("the host refuses: it says why, and the batch stays", async () => {
  await sell(1_000);
  await rule({ match: { mti: "0500" }, answer: { "39": "97" }, count: 1 });
  const state = await settle();
  await desk.expect("notice", state);
  expect(state.screen.lines.join(" ")).toContain("终端未登记");
  await desk.finish(state);
  expect((await desk.state()).batch).toBe(batchAfter(0));
  await desk.expect("settled", desk.keys("menu", "9", "3"));
});

test("no paper: the batch is closed all the same, and the slip comes later", async () => {
  await sell(1_000);
  await desk.fault("printer", "paper-out");
  await desk.expect("printer", settle());
  const state = await desk.keys("cancel");
  await desk.expect("settled", state);
  expect(state.batch).toBe(batchAfter(1));
  await desk.call("DELETE", "/faults");
  await desk.finish(state);
  await desk.finish(await desk.keys("menu", "8", "5"));
  const slip = await lastSlip();
  expect(slip).toContain("结算总计单");
  expect(slip).toContain("重打印");
});

test("a debt goes first; while it cannot, there is no settlement", async () => {
  await desk.fault("host", "drop-response", { count: 2 });
  const state = await desk.sale(CARD, 4_000);
  await desk.expect("unknown", state);
  await desk.fault("host", "refuse");
  await desk.finish(state);
  const refused = await settle();
  await desk.expect("notice", refused);
  expect(await sent()).not.toContain("0500 201");
  await desk.call("DELETE", "/faults");
  await desk.finish(refused);
  await desk.expect("settled", settle());
  const names = await sent();
  expect(names.lastIndexOf("0400 000")).toBeLessThan(names.indexOf("0500 201"));
  expect(await settlements()).toMatchObject([{ closed: true, balanced: { domestic: true }, problems: [] }]);
});

test("unbalanced: the host has one that the terminal was told of as taken back; everything is uploaded and the host finds it", async () => {
  await rule({ match: { mti: "0200", amount: "000000007700" }, fault: "silence", count: 1 });
  await rule({ match: { mti: "0400" }, answer: { "39": "12" }, count: 1 });
  await desk.finish(await desk.sale(CARD, 7_700));
  await sell(...Array.from({ length: 9 }, (_, n) => 1_000 + n));
  const before = (await desk.messages()).length;
  const state = await settle();
  await desk.expect("settled", state);
  expect(state.screen.lines.join(" ")).toContain("对账不平");
  expect(await sent(before)).toEqual(["0500 201", "0320 201", "0320 201", "0320 202", "0800 004"]);
  const [view] = await settlements();
  expect(view).toMatchObject({ balanced: { domestic: false, foreign: true }, uploaded: 9, told: 9, closed: true });
  expect(view?.problems.map(({ what }) => what)).toEqual(["missing"]);
  expect(await lastSlip()).toContain("对账不平");
  await desk.finish(state);
  expect((await desk.state()).batch).toBe(batchAfter(1));
});

test("an upload that the host refuses each time: told on the screen, listed on the slip, and the batch is closed", async () => {
  await sell(...SALES);
  await rule({ match: { mti: "0320", management: "201" }, answer: { "39": "30" } });
  await rule({ match: { mti: "0500" }, answer: { "48": differs(SUM, 3) } });
  const state = await desk.expect("settled", settle());
  expect(state.screen.lines.join(" ")).toContain("3 笔被银行拒绝");
  expect(state.batch).toBe(batchAfter(1));
  expect((await sent()).filter((name) => name === "0320 201")).toHaveLength(4);
  const slip = await lastSlip();
  expect(slip).toContain("未成功上送");
  for (const amount of ["10.00", "25.00", "3.00"]) expect(slip.slice(slip.indexOf("未成功上送"))).toContain(amount);
  expect(await settlements()).toMatchObject([{ closed: true, uploaded: 0, told: 0 }]);
});

test("an offline sale that nobody answers goes with the upload; unanswered there too, it is on the slip and the batch is closed", async () => {
  await sell(1_000);
  await rule({ match: { mti: "0220" }, fault: "drop-request" });
  await desk.keys("menu", "7", "2");
  await desk.swipe(CARD);
  await desk.finish(await desk.keys(..."2500", "enter", "1", ..."123456", "enter", "enter"));
  await rule({ match: { mti: "0320", amount: "000000002500" }, fault: "drop-request" });
  // While it may still be told by itself there is no settlement; then it goes with it, as long as the line is not dead.
  let state = await settle();
  for (let n = 0; state.screen.id === "notice" && n < 8; n++) {
    expect(state.batch).toBe(batchAfter(0));
    await desk.finish(state);
    state = await settleOn();
  }
  await desk.expect("settled", state);
  const names = (await desk.messages())
    .filter(({ dir }) => dir === "out")
    .map(({ mti, fields }) => `${mti} ${fields["60"]?.slice(0, 2)}`);
  expect(names.filter((name) => name === "0220 30").length).toBeGreaterThan(2);
  expect(names.filter((name) => name === "0320 30").length).toBeGreaterThan(2);
  expect(names.lastIndexOf("0220 30")).toBeLessThan(names.indexOf("0320 30"));
  expect(state.screen.lines.join(" ")).toContain("1 笔没有送到");
  const slip = await lastSlip();
  expect(slip.slice(slip.indexOf("未成功上送"))).toContain("25.00");
  expect(await settlements()).toMatchObject([{ closed: true, uploaded: 1, told: 1 }]);
});

/** What was begun is not asked for again. */
async function settleOn(): Promise<State> {
  const state = await desk.keys("menu", "9", "3");
  return state.screen.title === "结算" && state.screen.hints.some((hint) => hint.includes("确认")) ? desk.keys("enter") : state;
}

test("signed off after the settlement when the merchant wants it so; an offline sale goes to the host first", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tael-settlement-"));
  const profile = join(folder, "profile.json");
  const demo = JSON.parse(readFileSync(join(root, "tools/sim/profiles/demo.json"), "utf8")) as { rules?: object };
  writeFileSync(profile, JSON.stringify({ ...demo, rules: { ...demo.rules, signOffAfterSettlement: true } }));
  const shared = desk;
  try {
    desk = await Desk.start(["--seed", "7", "--profile", profile]);
    begin = { messages: 0, settlements: 0, batch: 1 };
    await desk.logIn();
    await sell(1_000);
    await desk.fault("host", "refuse");
    await desk.keys("menu", "7", "2");
    await desk.swipe(CARD);
    await desk.keys(..."2500", "enter", "1", ..."123456", "enter", "enter");
    await desk.finish();
    expect((await desk.state()).debt.offline).toBe(1);
    // Without a line the offline sale cannot go, so there is no settlement either.
    await desk.expect("notice", settle());
    expect(await sent()).not.toContain("0500 201");
    await desk.finish();
    await desk.call("DELETE", "/faults");
    const before = (await desk.messages()).length;
    const state = await settle();
    await desk.expect("settled", state);
    expect(await sent(before)).toEqual(["0220 000", "0500 201", "0320 207", "0820 002"]);
    expect(await settlements()).toMatchObject([{ closed: true, balanced: { domestic: true }, problems: [] }]);
    expect((await desk.finish(state)).level).toBe("signed-off");
  } finally {
    await desk.stop();
    desk = shared;
    rmSync(folder, { recursive: true, force: true });
  }
});
