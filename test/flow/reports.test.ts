/** Print, query and reports (M18, M19) on the bundle, of a morning with sales, a decline, a void and cash. */
import { readFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk, type State } from "./desk-client.ts";

let desk: Desk;
const folder = mkdtempSync(join(tmpdir(), "tael-reports-"));
const root = process.env.TAEL_ROOT ?? process.cwd();

const words = ({ screen }: State): string => [screen.title, ...screen.lines].join(" | ");
const lastSlip = async (): Promise<string> => (await desk.paper()).at(-1)?.text.join("\n") ?? "";
/** Leaves whatever report stands there. */
const back = async (): Promise<State> => desk.finish(await desk.keys("cancel", "cancel", "cancel", "cancel"));

beforeAll(async () => {
  const demo = JSON.parse(readFileSync(join(root, "tools/sim/profiles/demo.json"), "utf8")) as { rules?: object };
  const profile = join(folder, "profile.json");
  const rules = { feeRate: 60, feeCapFen: 50, voidNeedsCard: false, voidNeedsPin: false, voidNeedsSupervisor: false };
  writeFileSync(profile, JSON.stringify({ ...demo, rules: { ...demo.rules, ...rules } }));
  desk = await Desk.start(["--seed", "7", "--profile", profile]);
  await desk.logIn();
  await desk.finish(await desk.sale("debit-1", 10_000));
  await desk.post("/clock", { advanceMs: 2 * 3_600_000 });
  await desk.finish(await desk.sale("debit-1", 2_500));
  await desk.post("/acquirer", { match: { amount: "000000000051" }, answer: { "39": "51" } });
  await desk.finish(await desk.sale("debit-1", 51));
  const trace =
    (await desk.messages()).findLast(({ mti, fields }) => mti === "0210" && fields["39"] === "00")?.fields["11"] ?? "";
  await desk.keys("menu", "2", ...trace, "enter");
  await desk.finish();
}, 60_000);
afterAll(async () => {
  await desk.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("details and totals of the open batch on paper", async () => {
  await desk.finish(await desk.keys("menu", "8", "3"));
  const details = await lastSlip();
  expect(details).toContain("交易明细");
  expect(details).toContain("100.00");
  expect(details).toContain("-25.00");
  expect(details).not.toContain("6229990000000000019");
  await desk.finish(await desk.keys("menu", "8", "4"));
  const totals = await lastSlip();
  expect(totals).toContain("交易汇总");
  expect(totals).toMatch(/借记合计\s+2\s+125\.00/);
  expect(totals).toMatch(/贷记合计\s+1\s+25\.00/);
});

test("no settlement yet: says so instead of printing", async () => {
  const before = (await desk.paper()).length;
  const state = await desk.keys("menu", "8", "5");
  expect(words(state)).toContain("还没有结算过");
  await desk.finish(state);
  expect(await desk.paper()).toHaveLength(before);
});

test("page through: newest first, down is older, round and round; Enter prints it again", async () => {
  const first = await desk.expect("original", desk.keys("menu", "9", "4", "1"));
  expect(first.screen.title).toBe("消费撤销 1/3");
  const second = await desk.keys("down");
  expect(words(second)).toContain("已撤销");
  expect(second.screen.title).toBe("消费 2/3");
  const third = await desk.keys("down");
  expect(words(third)).toContain("100.00");
  expect((await desk.keys("down")).screen.title).toBe("消费撤销 1/3");
  await desk.keys("up");
  const before = (await desk.paper()).length;
  await desk.keys("enter");
  await back();
  const slips = (await desk.paper()).slice(before);
  expect(slips.length).toBeGreaterThanOrEqual(1);
  expect(slips[0]?.text.join()).toContain("重打印");
});

test("find by trace, by the card's last four, by amount; a wrong one loses nothing", async () => {
  const wrong = await desk.keys("menu", "9", "4", "2", "9", "9", "9", "enter");
  expect(wrong.screen.id).toBe("trace");
  expect(words(wrong)).toContain("本批没有这笔交易");
  const [first] = (await desk.get<{ transactions: { trace: string }[] }>("/journal")).transactions;
  // Back one menu, as often as it takes.
  expect((await desk.expect("menu", desk.keys("cancel"))).screen.title).toBe("交易查询");
  await back();
  const found = await desk.keys("menu", "9", "4", "2", ...(first?.trace ?? ""), "enter");
  expect(found.screen.title).toBe("消费 1/1");
  await back();
  const byTail = await desk.keys("menu", "9", "4", "3", "0", "0", "1", "9", "enter");
  expect(byTail.screen.title).toContain("/3");
  await back();
  expect(words(await desk.keys("menu", "9", "4", "3", "1", "2", "3", "4", "enter"))).toContain("没有这样的交易");
  await desk.finish();
  const byAmount = await desk.keys("menu", "9", "4", "4", "2", "5", "0", "0", "enter");
  expect(byAmount.screen.title).toContain("/2");
  await back();
});

test("by hour, operator, card, entry: the same money on every side", async () => {
  const expected = [
    ["1", ["09:00 1 笔 100.00", "11:00 2 笔 0.00", "汇总 3 笔 100.00"]],
    ["2", ["01 3 笔 100.00"]],
    ["3", ["银联卡 3 笔 100.00"]],
    ["4", ["刷卡 2 笔 125.00", "手输 1 笔 -25.00", "汇总 3 笔 100.00"]],
  ] as const;
  for (const [key, lines] of expected) {
    await desk.expect("menu", desk.keys("menu", "8", "6", key));
    const state = await desk.expect("notice", desk.keys("1"));
    for (const line of lines) expect(state.screen.lines).toContain(line);
    await back();
  }
});

test("by result: what was approved, voided and declined, on paper with Enter", async () => {
  const state = await desk.keys("menu", "8", "6", "5", "1");
  expect(state.screen.lines).toEqual(
    expect.arrayContaining([expect.stringContaining("成功 2 笔"), expect.stringContaining("已撤销 1 笔"), "拒绝 51 1 笔 0.00"]),
  );
  await desk.finish(await desk.keys("enter"));
  const slip = await lastSlip();
  expect(slip).toContain("按结果");
  expect(slip).toContain("拒绝 51");
});

test("fees at the merchant's rate, at most the cap for one transaction, given back with the void", async () => {
  const state = await desk.keys("menu", "8", "6", "6", "1");
  expect(state.screen.lines).toEqual(expect.arrayContaining(["期间 本批 000001", "费率 万分之 60", "应付手续费 0.65"]));
  expect((await desk.keys("down")).screen.lines).toEqual(["退回手续费 0.15", "实收 99.50"]);
  await back();
});

test("totals on the screen", async () => {
  const state = await desk.keys("menu", "9", "4", "5");
  expect(state.screen.lines).toEqual(["内卡 收款 2 笔 125.00", "内卡 退款 1 笔 25.00"]);
  await back();
});
