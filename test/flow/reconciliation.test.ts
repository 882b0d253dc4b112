/** 对账 (M20) on the bundle: the host's statement of the day, block by block, against the open batch and the last settlement. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { Desk, type State } from "./desk-client.ts";

let desk: Desk;
beforeEach(async () => {
  desk = await Desk.start(["--seed", "7"]);
  await desk.logIn();
});
afterEach(() => desk.stop());

const sell = async (...amounts: number[]): Promise<void> => {
  for (const fen of amounts) await desk.finish(await desk.sale("debit-1", fen));
};
const reconcile = async (): Promise<State> => {
  await desk.expect("date", desk.keys("menu", "8", "6", "7"));
  return desk.keys("enter");
};

test("a day over two batches and two blocks: everything matches, on screen and on paper", async () => {
  await sell(1_000, 1_100, 1_200, 1_300, 1_400);
  await desk.keys("menu", "9", "3");
  await desk.finish(await desk.keys("enter"));
  await sell(2_000, 2_100, 2_200, 2_300);
  const state = await reconcile();
  expect(state.screen.lines).toEqual(["对账日 2026-01-05", "相符 9 笔", "终端没有 0 笔", "银行没有 0 笔", "不相同 0 笔"]);
  const asked = (await desk.messages()).filter(
    ({ mti, dir, fields }) => dir === "out" && mti === "0800" && fields["60"]?.endsWith("970"),
  );
  expect(asked.map(({ fields }) => fields["62"])).toEqual(["20260105001", "20260105002"]);
  await desk.finish(await desk.keys("enter"));
  const slip = (await desk.paper()).at(-1)?.text.join("\n") ?? "";
  expect(slip).toContain("对账");
  expect(slip).toMatch(/相符\s+9 笔/);
});

test("the host stands by one that it told the terminal was taken back: missing here, with its money", async () => {
  await desk.post("/acquirer", { match: { mti: "0200", amount: "000000007700" }, fault: "silence", count: 1 });
  await desk.post("/acquirer", { match: { mti: "0400" }, answer: { "39": "12" }, count: 1 });
  await desk.finish(await desk.sale("debit-1", 7_700));
  await sell(1_000);
  const state = await reconcile();
  expect(state.screen.lines).toContain("相符 1 笔");
  expect(state.screen.lines).toContain("终端没有 1 笔");
  expect((await desk.keys("down")).screen.lines.join(" ") + state.screen.lines.join(" ")).toContain("终端没有 77.00");
});

test("a statement that says otherwise: different amount, missing there", async () => {
  await sell(1_000, 1_100);
  const [first] = (await desk.get<{ transactions: { trace: string; reference: string }[] }>("/journal")).transactions;
  const row = `22${first?.trace}000001${"000000000900"}${first?.reference}A`;
  await desk.post("/acquirer", { match: { management: "970" }, answer: { "62": `1${row}` } });
  const state = await reconcile();
  expect(state.screen.lines).toEqual(expect.arrayContaining(["相符 0 笔", "银行没有 1 笔", "不相同 1 笔"]));
  const more = [...state.screen.lines, ...(await desk.keys("down")).screen.lines].join(" | ");
  expect(more).toContain("终端 10.00，银行 9.00");
  expect(more).toContain("银行没有 11.00");
});

test("another day, a wrong day, no line", async () => {
  await desk.keys("menu", "8", "6", "7");
  const wrong = await desk.keys("clear", "clear", "clear", "clear", "1", "3", "4", "5", "enter");
  expect(wrong.screen.id).toBe("date");
  const other = await desk.keys("0", "1", "0", "4", "enter");
  expect(other.screen.lines).toContain("相符 0 笔");
  await desk.finish(await desk.keys("cancel"));
  await desk.fault("host", "refuse");
  const state = await reconcile();
  await desk.expect("notice", state);
  expect(state.screen.lines.join(" ")).toContain("没有连上银行");
  await desk.finish(state);
});
