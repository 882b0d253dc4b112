/** The end of a day in the order of §5.5, cut off anywhere and gone on with; what the cashier and the slip are told. */
import { expect, test } from "vitest";
import { adviceRecord } from "../../../../app/steps/advise.ts";
import { finishSettlement, runSettlement, settleFirst, settlementDue } from "../../../../app/steps/settle.ts";
import type { Input } from "../../../../app/steps/ui.ts";
import { approvedOf, owedNext, sell } from "../../journal/world.ts";
import {
  answer,
  BAD_MAC,
  CARD,
  NO_LINE,
  ok,
  padWith,
  SILENT,
  type Scripted,
  type World,
  type WorldOptions,
  worldOf,
} from "./terminal.ts";

const verdict = (domestic: number, foreign: number): Scripted => ({
  fate: answer("", { 48: `${"0".repeat(30)}${domestic}${"0".repeat(30)}${foreign}` }),
});
const BALANCED = verdict(1, 1);
const key = (name: string): Input => ({ input: "key", key: name }) as Input;
const about = ({ asked }: World): string[] => asked.map((request) => request.about);
const told = ({ shown }: World): string => JSON.stringify(shown.filter(({ id }) => id === "notice").map(({ state }) => state));
const steps = ({ shown }: World): unknown[] =>
  shown
    .filter(({ id }) => id === "settling")
    .map(({ state }) => (state.steps as { state: string; note?: string }[]).find((step) => step.state === "running"));

/** A day with so many sales. */
function day(sales: number, options: WorldOptions = {}, ...script: Scripted[]): World {
  const world = worldOf(options);
  for (let n = 0; n < sales; n++) sell(world.journal, 1_000 + n);
  world.script.push(...script);
  return world;
}

test("balanced: totals, end, paper, next batch", async () => {
  const world = day(2, {}, BALANCED, ok());
  expect(await runSettlement(world.t)).toBe(true);
  expect(about(world)).toEqual(["settlement", "upload-end"]);
  expect(world.asked[0]).toMatchObject({ batch: 1, operator: "01", totals: { domestic: { debitFen: 2_001, debitCount: 2 } } });
  expect(world.asked[1]).toMatchObject({ batch: 1, count: 0, balanced: true });
  expect(world.journal).toMatchObject({ batch: 2, count: 0, settlement: undefined });
  expect(world.journal.lastSettlement()).toMatchObject({ batch: 1, closedBy: { operator: "01", date: "20261121" } });
  expect(world.sounds).toContain("good");
  expect(world.shown.at(-1)).toMatchObject({
    id: "settled",
    state: {
      batch: "000001",
      problems: [],
      details: false,
      regions: [{ region: "domestic", verdict: 1, totals: { debitFen: 2_001 } }],
    },
  });
  expect(world.shown.some(({ id }) => id === "settling")).toBe(true);
  expect(steps(world)).toHaveLength(4);
});

test("nobody at the keys: the host is told 01", async () => {
  const world = day(0, {}, BALANCED, ok());
  world.t.operator = undefined;
  await runSettlement(world.t);
  expect(world.asked[0]).toMatchObject({ operator: "01" });
  expect(world.journal.lastSettlement()?.closedBy?.operator).toBe("");
});

test.each([
  ["no host", { host: false }, "没有"],
  ["signed off, and not by itself on again", { signedOn: false }, "签到"],
  ["no pad for the MAC", { unkeyed: {} }, "密码键盘没有连上"],
  ["a pad without keys", { unkeyed: { pinpad: padWith() } }, "密码键盘里没有密钥"],
])("%s: not begun", async (_, options, words) => {
  const world = day(1, { ...options, signedOn: true });
  if ("signedOn" in options) world.journal.signOff();
  expect(await runSettlement(world.t)).toBe(false);
  expect(world.asked).toEqual([]);
  expect(told(world)).toContain(words);
  expect(world.journal.settlement).toBeUndefined();
});

test("signed off by hand stays so; else a sign-on comes first", async () => {
  const byHand = day(1, { profile: { autoSignOn: true } });
  byHand.journal.signOff();
  byHand.t.signedOffByHand = true;
  expect(await runSettlement(byHand.t)).toBe(false);
  const fails = day(1, { profile: { autoSignOn: true } });
  fails.journal.signOff();
  expect(await runSettlement(fails.t)).toBe(false);
  expect(fails.asked).toEqual([]);
  const signs = day(1, { profile: { autoSignOn: true } }, BALANCED, ok());
  signs.journal.signOff();
  Object.assign(signs.t, { training: {} });
  expect(await runSettlement(signs.t)).toBe(true);
});

test("a reversal that is owed goes first; still owed, nothing begins", async () => {
  const world = day(1, {}, ok(), BALANCED, ok());
  world.journal.oweReversal(owedNext(world.journal));
  expect(await runSettlement(world.t)).toBe(true);
  expect(about(world)).toEqual(["reversal", "settlement", "upload-end"]);
  const owing = day(1, { profile: { reversalAttempts: 2 } });
  owing.journal.oweReversal(owedNext(owing.journal));
  expect(await runSettlement(owing.t)).toBe(false);
  expect(about(owing)).toEqual(["reversal", "reversal"]);
  expect(owing.journal.settlement).toBeUndefined();
  expect(told(owing)).toContain("撤回");
});

test("what was not told goes first; what was tried often enough goes with the upload", async () => {
  const posted = (options: WorldOptions, ...script: Scripted[]): World => {
    const world = day(0, options, ...script);
    world.journal.post(adviceRecord(world.t, { kind: "offline", amountFen: 500, card: CARD }));
    return world;
  };
  const told1 = posted({}, ok(), BALANCED, ok());
  expect(await runSettlement(told1.t)).toBe(true);
  expect(about(told1)).toEqual(["advice", "settlement", "upload-end"]);
  const untold = posted({ profile: { rules: { offlineTries: 2 } } });
  expect(await runSettlement(untold.t)).toBe(false);
  expect(about(untold)).toEqual(["advice"]);
  expect(told(untold)).toContain("1");
  untold.script.push(SILENT, verdict(2, 1), ok(), ok());
  expect(await runSettlement(untold.t), "tried twice now").toBe(true);
  expect(about(untold)).toEqual(["advice", "advice", "settlement", "upload-record", "upload-end"]);
});

test("the totals do not leave: they are free again", async () => {
  const world = day(1, {}, { ...NO_LINE, leaves: true });
  expect(await runSettlement(world.t)).toBe(false);
  expect(world.journal.settlement).toBeUndefined();
  const never = day(1, {}, NO_LINE);
  expect(await runSettlement(never.t)).toBe(false);
  expect(never.journal.settlement).toBeUndefined();
});

test.each([
  ["silence", SILENT],
  ["a wrong MAC", BAD_MAC],
])("%s on the totals: they stay as they were told, and go again", async (_, script) => {
  const world = day(1, {}, script);
  expect(await runSettlement(world.t)).toBe(false);
  expect(world.journal.settlement).toMatchObject({ batch: 1, totals: { domestic: { debitCount: 1 } } });
  expect(settlementDue(world.t)).toBe(true);
  expect(world.system.logs.map(({ words }) => words).join("\n")).toContain("settlement: settlement:");
  // When they then do not leave, they are not free: the host may have heard them.
  world.script.push({ ...NO_LINE, leaves: true });
  expect(await runSettlement(world.t)).toBe(false);
  expect(world.journal.settlement).toBeDefined();
  world.script.push(BALANCED, ok());
  await finishSettlement(world.t);
  expect(world.journal.batch).toBe(2);
});

test("a host that says no to the totals", async () => {
  const world = day(1, {}, { fate: answer("77", {}) });
  expect(await runSettlement(world.t)).toBe(false);
  expect(told(world)).toContain("银行");
  const fine = day(1, {}, { fate: answer("00", { 48: `${"0".repeat(30)}1${"0".repeat(30)}1` }) }, ok());
  expect(await runSettlement(fine.t)).toBe(true);
});

test("not balanced: all is told, eight a message, and the end says how many", async () => {
  const world = day(9, {}, verdict(2, 1), ok(), ok(), ok());
  expect(await runSettlement(world.t)).toBe(true);
  expect(about(world)).toEqual(["settlement", "upload", "upload", "upload-end"]);
  expect(world.asked.slice(1, 3).map((request) => (request.about === "upload" ? request.lines.length : 0))).toEqual([8, 1]);
  expect(world.asked[3]).toMatchObject({ count: 9, balanced: false });
  expect(steps(world)).toContainEqual(expect.objectContaining({ note: "2/2" }));
});

test("balanced or not, a chip's certificate goes, one a message", async () => {
  const world = day(1, {}, BALANCED, ok(), ok());
  const owed = owedNext(world.journal, { entry: "contact" });
  world.journal.oweReversal(owed);
  world.journal.approve(approvedOf(owed, { chip: { certificate: "TC", field55: "9F2601", data: {} } }));
  expect(await runSettlement(world.t)).toBe(true);
  expect(about(world)).toEqual(["settlement", "upload-chip", "upload-end"]);
  expect(world.asked[1]).toMatchObject({ of: { trace: owed.trace }, balanced: true });
  expect(world.asked[2]).toMatchObject({ count: 1, balanced: true });
});

test("what is not answered goes again in another round, as often as the profile says, and then stands on the slip", async () => {
  const world = day(9, { profile: { reversalAttempts: 1 } }, verdict(2, 1), SILENT, ok(), SILENT, ok());
  expect(await runSettlement(world.t)).toBe(true);
  expect(about(world)).toEqual(["settlement", "upload", "upload", "upload", "upload-end"]);
  expect(world.asked[4]).toMatchObject({ count: 1 });
  expect(world.journal.lastSettlement()?.failed).toHaveLength(8);
  expect(JSON.stringify(world.shown.at(-1)?.state.problems)).toContain("8");
  const second = day(1, {}, verdict(2, 1), SILENT, ok(), ok());
  expect(await runSettlement(second.t)).toBe(true);
  expect(second.journal.lastSettlement()?.failed).toEqual([]);
});

test("what the host refuses in the upload is told apart from what it did not answer", async () => {
  const world = day(9, { profile: { reversalAttempts: 1 } }, verdict(2, 1), ok("51"), ok(), ok("51"), ok("94"));
  expect(await runSettlement(world.t)).toBe(true);
  const problems = world.shown.at(-1)?.state.problems as string[];
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain("8");
  expect(world.system.logs.map(({ words }) => words).join("\n")).toMatch(/upload of 1 2 3 .*: answer 51/);
  const taken = day(9, { profile: { reversalAttempts: 1 } }, verdict(2, 1), ok("51"), ok(), ok(), ok());
  await runSettlement(taken.t);
  expect(taken.shown.at(-1)?.state.problems).toEqual([]);
});

test("a line that is dead in the upload: three silences, or nothing leaves; the next call goes on there", async () => {
  const world = day(30, {}, verdict(2, 1), ok(), SILENT, BAD_MAC, SILENT);
  expect(await runSettlement(world.t)).toBe(false);
  expect(about(world)).toHaveLength(5);
  expect(world.journal.settlement).toMatchObject({ uploaded: 4, rounds: 0 });
  world.script.push(NO_LINE);
  expect(await runSettlement(world.t)).toBe(false);
  world.script.push(ok(), ok(), ok(), ok());
  expect(await runSettlement(world.t)).toBe(true);
  expect(about(world).slice(6)).toEqual(["upload", "upload", "upload", "upload-end"]);
});

test("an answer between silences says that the line lives", async () => {
  const world = day(34, {}, verdict(2, 1), SILENT, SILENT, ok(), SILENT, SILENT, ok(), ok(), ok(), ok(), ok());
  expect(await runSettlement(world.t)).toBe(true);
});

test("the end is not heard: it goes again; heard with another code, that is told", async () => {
  const world = day(1, {}, BALANCED, SILENT);
  expect(await runSettlement(world.t)).toBe(false);
  expect(world.journal.settlement).toMatchObject({ ended: false, result: { domestic: 1 } });
  world.script.push(ok("96"));
  expect(await runSettlement(world.t)).toBe(true);
  expect(about(world)).toEqual(["settlement", "upload-end", "upload-end"]);
  expect(JSON.stringify(world.shown.at(-1)?.state.problems)).toContain("96");
});

test("cut off after the end: paper and next batch, without a word to the host", async () => {
  const world = day(1);
  world.journal.beginSettlement();
  world.journal.settlementAnswered({ domestic: 1, foreign: 1 });
  world.journal.uploadEnded();
  await finishSettlement(world.t);
  expect(world.asked).toEqual([]);
  expect(world.journal.batch).toBe(2);
  expect(world.shown.at(-1)?.state.problems).toEqual([]);
});

test("a book with no room for the batch: it is closed all the same, and shown as it was", async () => {
  const world = day(1, {}, BALANCED, ok());
  Object.defineProperty(world.journal, "lastSettlement", { value: () => undefined });
  expect(await runSettlement(world.t)).toBe(true);
  expect(world.shown.at(-1)).toMatchObject({ id: "settled", state: { batch: "000001" } });
});

test("foreign cards are shown when there are any, though their sides be alike", async () => {
  const regions = async (...foreign: ("sale" | "refund")[]): Promise<unknown> => {
    const world = day(1, {}, BALANCED, ok());
    for (const kind of foreign) {
      const owed = owedNext(world.journal, { kind, amountFen: 700 });
      world.journal.oweReversal(owed);
      world.journal.approve(approvedOf(owed, { region: "foreign" }));
    }
    await runSettlement(world.t);
    return world.shown.at(-1)?.state.regions;
  };
  const domestic = { region: "domestic", totals: { debitCount: 1, creditCount: 0 } };
  expect(await regions()).toMatchObject([domestic]);
  expect(await regions("sale")).toMatchObject([domestic, { region: "foreign", totals: { debitCount: 1 } }]);
  expect(await regions("sale", "refund")).toMatchObject([domestic, { totals: { debitCount: 1, creditCount: 1 } }]);
});

test.each(["domestic", "foreign"] as const)(
  "totals that differ from the told ones, %s: a contradiction, nothing is closed",
  async (region) => {
    for (const total of ["debitFen", "debitCount", "creditFen", "creditCount"] as const) {
      const world = day(1);
      const told = world.journal.totalsBy();
      const other = { ...told, [region]: { ...told[region], [total]: told[region][total] + 1 } };
      const during = () => void Object.defineProperty(world.journal, "totalsBy", { value: () => other });
      world.script.push({ ...BALANCED, during });
      await expect(runSettlement(world.t), total).rejects.toThrow("what the host has compared is what the records add up to");
      expect(world.journal.settlement?.result).toBeUndefined();
    }
  },
);

test("gone on with: the advice that was tried enough is not told before the totals again", async () => {
  const world = day(0, { profile: { rules: { offlineTries: 1 } } }, SILENT, SILENT, verdict(2, 1), ok(), ok());
  world.journal.post(adviceRecord(world.t, { kind: "offline", amountFen: 500, card: CARD }));
  expect(await runSettlement(world.t)).toBe(false);
  expect(await runSettlement(world.t)).toBe(true);
  expect(about(world)).toEqual(["advice", "settlement", "settlement", "upload-record", "upload-end"]);
});

test("afterwards: signed off when the merchant wants it, else on again by itself", async () => {
  const off = day(1, { profile: { rules: { signOffAfterSettlement: true } } }, BALANCED, ok(), ok());
  await runSettlement(off.t);
  expect(about(off)).toEqual(["settlement", "upload-end", "sign-off"]);
  const on = async (autoSignOn: boolean): Promise<unknown> => {
    const world = day(1, { profile: { autoSignOn } }, BALANCED, ok());
    await runSettlement(world.t);
    return world.notes.map(({ what }) => what);
  };
  expect(await on(true)).toEqual(["settlement", "sign-on"]);
  expect(await on(false)).toEqual(["settlement"]);
});

test("the settled screen: Enter, Cancel and time leave it; the menu key prints the details where that is asked for", async () => {
  const screens = async (details: string, ...inputs: Input[]): Promise<World> => {
    const world = day(1, { values: { "settle.details": details } }, BALANCED, ok());
    world.inputs.push(...inputs);
    await runSettlement(world.t);
    return world;
  };
  const count = ({ shown }: World): number => shown.filter(({ id }) => id === "settled").length;
  expect(count(await screens("never", key("enter")))).toBe(1);
  expect(count(await screens("never", key("cancel")))).toBe(1);
  const never = await screens("never", key("menu"), key("5"), key("enter"));
  expect([count(never), never.sounds.filter((sound) => sound === "bad").length]).toEqual([3, 2]);
  const ask = await screens("ask", key("menu"), key("enter"));
  expect(ask.shown.findLast(({ id }) => id === "settled")?.state.details).toBe(true);
  const swipe = { input: "swipe", swipe: {} } as unknown as Input;
  expect(count(await screens("never", swipe, key("enter")))).toBe(1);
  expect(count(await screens("always", key("enter")))).toBe(1);
});

test("before anything new: nothing when nothing is due; what was begun is finished; what cannot be leaves with words", async () => {
  const idle = day(1);
  await settleFirst(idle.t);
  await finishSettlement(idle.t);
  expect([idle.asked, idle.shown]).toEqual([[], []]);
  const begun = day(1, {}, BALANCED, ok());
  begun.journal.beginSettlement();
  await settleFirst(begun.t);
  expect(begun.journal.batch).toBe(2);
  const stuck = day(1);
  stuck.journal.signOn(9);
  expect(settlementDue(stuck.t)).toBe(true);
  await expect(settleFirst(stuck.t)).rejects.toMatchObject({
    name: "Left",
    why: "problem",
    words: expect.stringContaining("结算"),
  });
});

const running = ({ shown }: World): string[] =>
  shown
    .filter(({ id }) => id === "settling")
    .flatMap(({ state }) => (state.steps as { label: string; state: string }[]).filter(({ state }) => state === "running"))
    .map(({ label }) => label);

test("the screen says where it is, from what is owed to the next batch", async () => {
  const values = { "count.offline-when": "0", "count.offline-full": "9" };
  const world = day(1, { values }, ok(), ok(), verdict(2, 1), ok(), ok(), ok());
  world.journal.post(adviceRecord(world.t, { kind: "offline", amountFen: 500, card: CARD }));
  world.journal.oweReversal(owedNext(world.journal));
  expect(await runSettlement(world.t)).toBe(true);
  expect(about(world).slice(0, 3)).toEqual(["reversal", "advice", "settlement"]);
  expect([...new Set(running(world))]).toEqual(
    ["owed", "totals", "upload", "end", "print", "next"].map((step) => `settling.${step}`),
  );
  expect(world.notes).toMatchObject([{ what: "settlement", result: "ok", object: "000001" }]);
  const reversalAlone = day(0, {}, ok(), BALANCED, ok());
  reversalAlone.journal.oweReversal(owedNext(reversalAlone.journal));
  await runSettlement(reversalAlone.t);
  expect(running(reversalAlone)[0]).toBe("settling.owed");
  const advicesAlone = day(0, {}, ok(), BALANCED, ok());
  advicesAlone.journal.post(adviceRecord(advicesAlone.t, { kind: "offline", amountFen: 500, card: CARD }));
  await runSettlement(advicesAlone.t);
  expect(running(advicesAlone)[0]).toBe("settling.owed");
});

test("the lights follow each message and go out", async () => {
  const world = day(0, {}, BALANCED, ok());
  await runSettlement(world.t);
  const one = ["send off", "receive off", "send on", "receive off", "send off", "receive on", "send off", "receive on"];
  expect(world.lights).toEqual([...one, "send off", "receive off", ...one, "send off", "receive off"]);
});

test("the words: no line, no answer, a refusal, what failed and what was refused", async () => {
  const noticeAfter = async (...script: Scripted[]): Promise<unknown> => {
    const world = day(1, {}, ...script);
    await runSettlement(world.t);
    return world.shown.findLast(({ id }) => id === "notice")?.state;
  };
  const { ui } = worldOf().t;
  const title = ui.say("settlement.unfinished-title");
  const notice = (value: string) => ({ title, rows: [{ value }], tone: "warn" });
  expect(await noticeAfter(NO_LINE)).toEqual(notice(ui.say("settlement.no-line")));
  expect(await noticeAfter(SILENT)).toEqual(notice(ui.say("settlement.no-answer")));
  expect(await noticeAfter(BALANCED, SILENT)).toEqual(notice(ui.say("settlement.no-answer")));
  expect(await noticeAfter(verdict(2, 1), NO_LINE)).toEqual(notice(ui.say("settlement.no-line")));
  expect(await noticeAfter(verdict(2, 1), SILENT, SILENT, SILENT)).toEqual(notice(ui.say("settlement.no-answer")));
  expect(await noticeAfter({ fate: answer("51") })).toMatchObject({ rows: [{ value: expect.stringMatching(/余额不足/) }] });
  const problems = async (...script: Scripted[]): Promise<unknown> => {
    const world = day(9, { profile: { reversalAttempts: 1 } }, verdict(2, 1), ...script);
    await runSettlement(world.t);
    return world.shown.at(-1)?.state.problems;
  };
  expect(await problems(SILENT, ok(), SILENT, ok())).toEqual([ui.say("settled.failed", { count: 8 })]);
  expect(await problems(ok("51"), ok(), ok("51"), ok())).toEqual([ui.say("settled.refused", { count: 8 })]);
  expect(await problems(ok("51"), SILENT, ok("51"), SILENT, ok())).toEqual([
    ui.say("settled.failed", { count: 1 }),
    ui.say("settled.refused", { count: 8 }),
  ]);
  expect(await problems(ok("51"), ok(), SILENT, ok())).toEqual([ui.say("settled.failed", { count: 8 })]);
});

test("before anything new it says that a settlement is finished first", async () => {
  const world = day(1, {}, BALANCED, ok());
  world.journal.beginSettlement();
  await settleFirst(world.t);
  const { ui } = world.t;
  expect(world.shown[0]).toMatchObject({
    id: "notice",
    state: { title: ui.say("transaction.settlement"), rows: [{ value: ui.say("settlement.resume") }] },
  });
});

test("the papers: one slip, marked when it may be there already; the details always, or when asked for", async () => {
  const papersOf = async (details: string, resumed: boolean, ...inputs: Input[]): Promise<string[]> => {
    const world = day(1, { values: { "settle.details": details } }, BALANCED, ok());
    const papers: string[] = [];
    const printer = { print: (items: unknown) => Promise.resolve(void papers.push(JSON.stringify(items))) };
    Object.assign(world.t.devices, { printer });
    if (resumed) {
      world.journal.beginSettlement();
      world.journal.settlementAnswered({ domestic: 1, foreign: 1 });
      world.journal.uploadEnded();
    }
    world.inputs.push(...inputs);
    await runSettlement(world.t);
    return papers;
  };
  const [slip, ...more] = await papersOf("never", false);
  expect(more).toEqual([]);
  expect(slip).toContain("结算总计单");
  expect((await papersOf("never", true))[0]).not.toBe(slip);
  expect((await papersOf("never", true))[0]).toMatch(/重打|DUPLICATE/);
  expect(slip).not.toMatch(/重打|DUPLICATE/);
  expect(await papersOf("always", false)).toHaveLength(2);
  expect(await papersOf("ask", false)).toHaveLength(1);
  expect(await papersOf("ask", false, key("menu"), key("menu"), key("enter"))).toHaveLength(3);
  expect(await papersOf("ask", false, key("5"), key("enter"))).toHaveLength(1);
  expect(await papersOf("never", false, key("menu"), key("enter"))).toHaveLength(1);
});

/** A printer that writes down what it printed; at the sheet of this number the power goes. */
function withPrinter(world: World, cutAt = 0): string[] {
  const papers: string[] = [];
  const print = (items: unknown): Promise<void> => {
    if (papers.length + 1 === cutAt) return Promise.reject(new Error("power"));
    papers.push(JSON.stringify(items));
    return Promise.resolve();
  };
  Object.assign(world.t.devices, { printer: { print } });
  return papers;
}

test.each([
  ["always", ["结算总计单", "明细"]],
  ["never", ["结算总计单"]],
])("details %s: these papers come by themselves", async (details, titles) => {
  const world = day(2, { values: { "settle.details": details } }, BALANCED, ok());
  const papers = withPrinter(world);
  await runSettlement(world.t);
  expect(papers).toHaveLength(titles.length);
  for (const [n, title] of titles.entries()) expect(papers[n]).toContain(title);
});

test("the power goes while the details print: both papers come again, marked, and the batch is closed once", async () => {
  const values = { "settle.details": "always" };
  const world = day(2, { values }, BALANCED, ok());
  withPrinter(world, 2);
  await expect(runSettlement(world.t)).rejects.toThrow("power");
  expect(world.journal).toMatchObject({ batch: 1, settlement: { ended: true } });
  const after = worldOf({ values, system: world.system });
  const papers = withPrinter(after);
  await finishSettlement(after.t);
  expect(after.asked).toEqual([]);
  expect(papers).toHaveLength(2);
  for (const paper of papers) expect(paper).toContain("重打印");
  expect(after.journal).toMatchObject({ batch: 2, settlement: undefined });
});

test("the power goes after the last round: what the host refused is still told as refused", async () => {
  const profile = { reversalAttempts: 1 };
  const cut: Scripted = {
    ...SILENT,
    during: () => {
      throw new Error("power");
    },
  };
  const world = day(9, { profile }, verdict(2, 1), ok("51"), ok(), ok("51"), cut);
  await expect(runSettlement(world.t)).rejects.toThrow("power");
  expect(world.journal.settlement?.refused).toEqual(world.journal.settlement?.failed);
  const after = worldOf({ profile, system: world.system });
  after.script.push(ok());
  await finishSettlement(after.t);
  const { ui } = after.t;
  expect(after.shown.at(-1)?.state.problems).toEqual([ui.say("settled.refused", { count: 8 })]);
});
