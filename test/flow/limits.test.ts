/** A batch that fills up (§5.6): said in time, refused when it is full, and open again after the settlement; what puts nothing into it still works. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk, type State } from "./desk-client.ts";

let desk: Desk;
const CARD = "debit-1";
const MOST = 10;
const down = (rows: number) => Array<string>(rows).fill("down");
const SUPERVISOR = [..."123456", "enter"];
const words = ({ screen }: State) => [screen.title, ...screen.lines].join(" ");
const sent = async (from: number) => (await desk.messages()).slice(from).filter(({ dir }) => dir === "out");
const count = async () => (await desk.messages()).length;
const agrees = async () => expect(await desk.check()).toMatchObject({ ok: true, differences: [] });

beforeAll(async () => {
  desk = await Desk.start(["--seed", "23"]);
  await desk.logIn();
  // Parameters, 次数与时限, 最大交易笔数; it takes a restart.
  await desk.keys("menu", "9", "8", ..."12345678", "enter");
  expect(words(await desk.keys(...down(5), "enter", ...down(4), "enter"))).toContain("最大交易笔数");
  await desk.keys("clear", "clear", "clear", ...String(MOST), "enter");
  await desk.expect("notice", desk.keys("cancel", "cancel"));
  await desk.expect("login", desk.keys("enter"));
  await desk.logIn();
});
afterAll(() => desk.stop());

test("room enough: nothing is said; the last place but one is said, and taken", async () => {
  for (let n = 1; n < MOST - 1; n++) await desk.finish(await desk.expect("approved", desk.sale(CARD, 1_000 + n)));
  // A hold takes a place, too.
  await desk.keys("menu", "4", "1");
  await desk.swipe(CARD);
  await desk.expect("pin", desk.keys(..."2000", "enter", "enter"));
  const idle = await desk.finish(await desk.expect("approved", desk.pin("123456")));
  expect(words(idle)).toContain("本批快满了");
  await agrees();
});

test("the last place: said before the PIN is asked for, on paper, and taken", async () => {
  await desk.swipe(CARD);
  const state = await desk.expect("notice", desk.keys("enter", ..."3000", "enter", "enter"));
  expect(words(state)).toContain(`已有 ${MOST - 1} 笔`);
  await desk.expect("pin", desk.keys("enter"));
  await desk.finish(await desk.expect("approved", desk.pin("123456")));
});

test("full: neither sale nor hold nor offline sale nor void begins, after a restart as well, and nothing is sent", async () => {
  const before = await count();
  const refused = async (state: State) => {
    expect(words(await desk.expect("notice", state))).toContain("请先结算：菜单 9 3");
    await desk.finish(state);
  };
  expect(words(await desk.expect("idle", desk.state()))).toContain("本批已满");
  // Before a card or an amount is asked for, whichever way it begins.
  await refused(await desk.keys("1"));
  await desk.swipe(CARD);
  await refused(await desk.keys("enter"));
  await refused(await desk.keys("menu", "1"));
  await refused(await desk.keys("menu", "4", "1"));
  await refused(await desk.keys("menu", "7", "2"));
  await desk.keys("menu", "2", ...SUPERVISOR);
  const { transactions } = await desk.get<{ transactions: { trace: string }[] }>("/journal");
  await refused(await desk.keys(...(transactions[0]?.trace ?? ""), "enter", "enter"));
  expect(await sent(before)).toEqual([]);
  await desk.power("cycle");
  await desk.logIn();
  await refused(await desk.keys("1"));
  await agrees();
});

test("full: a balance is told all the same", async () => {
  await desk.swipe(CARD);
  await desk.expect("pin", desk.keys("3"));
  const before = await count();
  await desk.finish(await desk.pin("123456"));
  expect((await sent(before)).map(({ mti }) => mti)).toEqual(["0200"]);
});

test("settled, balanced: there is room again", async () => {
  await desk.expect("notice", desk.keys("menu", "9", "3"));
  const state = await desk.expect("settled", desk.keys("enter"));
  expect(words(state)).toContain("对账平");
  await desk.finish(state);
  await desk.finish(await desk.expect("approved", desk.sale(CARD, 4_000)));
  await agrees();
});
