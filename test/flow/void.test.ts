/** 消费撤销 (M11): whole, once, same batch, same card; its reversal rules. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk } from "./desk-client.ts";

let desk: Desk;
const CARD = "debit-1";
const OTHER = "credit-1";

beforeAll(async () => {
  desk = await Desk.start(["--seed", "11"]);
  await desk.logIn();
});
afterAll(() => desk.stop());

const since = async (n: number) => (await desk.messages()).slice(n);
const count = async () => (await desk.messages()).length;

/** A sale through its slips; its trace. */
async function sold(fen: number): Promise<string> {
  await desk.finish(await desk.sale(CARD, fen));
  return (await desk.messages()).findLast(({ mti }) => mti === "0210")?.fields["11"] ?? "";
}

/** Menu 2 up to the card. */
async function voidToCard(trace: string): Promise<void> {
  await desk.expect("supervisor", desk.keys("menu", "2"));
  await desk.expect("trace", desk.keys(..."123456", "enter"));
  await desk.expect("original", desk.keys(...trace, "enter"));
  await desk.expect("present", desk.keys("enter"));
}

test("a sale is voided with supervisor, trace, card and PIN; the slip names the original", async () => {
  const trace = await sold(10_000);
  await desk.call("DELETE", "/paper");
  const before = await count();
  await voidToCard(trace);
  await desk.expect("pin", desk.swipe(CARD));
  const state = await desk.pin("123456");
  await desk.expect("approved", state);
  expect(state.screen.lines.join(" ")).toContain("100.00");
  await desk.finish(state);

  const [request, answer] = await since(before);
  expect(request?.mti).toBe("0200");
  expect(request?.fields).toMatchObject({ "3": "200000", "4": "000000010000", "22": "021" });
  expect(request?.fields["61"]?.slice(6, 12)).toBe(trace);
  expect(request?.fields["60"]?.slice(0, 2)).toBe("23");
  expect(answer).toMatchObject({ mti: "0210", mac: "ok" });
  const [merchant] = (await desk.paper()).map(({ text }) => text.join("\n"));
  expect(merchant).toContain("消费撤销");
  expect(merchant).toContain(trace);
  expect(merchant).not.toContain("6229990000000000019");
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("the same sale a second time, an unknown trace, a void of a void: words in the field, nothing sent", async () => {
  const trace = await sold(500);
  await voidToCard(trace);
  await desk.swipe(CARD);
  await desk.finish(await desk.pin("123456"));
  const before = await count();
  await desk.keys("menu", "2", ..."123456", "enter");
  const again = await desk.expect("trace", desk.keys(...trace, "enter"));
  expect(again.screen.lines.join(" ")).toContain("已经撤销");
  const nobody = await desk.expect("trace", desk.keys(...Array<string>(6).fill("clear"), "9", "9", "9", "enter"));
  expect(nobody.screen.lines.join(" ")).toContain("没有这笔交易");
  const own = (await since(0)).findLast(({ mti }) => mti === "0210")?.fields["11"] ?? "";
  const voided = await desk.expect("trace", desk.keys("clear", "clear", "clear", ...own, "enter"));
  expect(voided.screen.lines.join(" ")).toContain("不能这样办");
  await desk.expect("idle", desk.keys("cancel"));
  expect(await count()).toBe(before);
});

test("another card is refused at the terminal and asked for again", async () => {
  const trace = await sold(600);
  const before = await count();
  await voidToCard(trace);
  const state = await desk.expect("present", desk.swipe(OTHER));
  expect(state.screen.lines.join(" ")).toContain("不是原交易");
  await desk.expect("idle", desk.keys("cancel"));
  expect(await count()).toBe(before);
});

test("a wrong supervisor password leaves the void; a right one opens it", async () => {
  await desk.expect("supervisor", desk.keys("menu", "2"));
  const wrong = await desk.expect("supervisor", desk.keys(..."111111", "enter"));
  expect(wrong.screen.lines.join(" ")).toContain("密码不对");
  await desk.expect("trace", desk.keys(..."123456", "enter"));
  await desk.expect("idle", desk.keys("cancel"));
});

test("no answer: unknown, the reversal carries DE61, the sale stands and can be voided again", async () => {
  const trace = await sold(700);
  const before = await count();
  await voidToCard(trace);
  await desk.swipe(CARD);
  await desk.fault("host", "drop-response", { count: 1 });
  const state = await desk.pin("123456");
  await desk.expect("unknown", state);
  expect(state.debt.reversals).toBe(1);
  await desk.finish(state);
  const sent = (await since(before)).filter(({ dir }) => dir === "out");
  expect(sent.map(({ mti }) => mti)).toEqual(["0200", "0400"]);
  expect(sent[1]?.fields).toMatchObject({ "3": "200000", "39": "98", "11": sent[0]?.fields["11"], "61": sent[0]?.fields["61"] });
  expect(await desk.check()).toMatchObject({ ok: true });

  await voidToCard(trace);
  await desk.swipe(CARD);
  await desk.expect("approved", desk.pin("123456"));
  await desk.finish();
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("a declined void changes nothing", async () => {
  const trace = await sold(800);
  await desk.post("/acquirer", { match: { fields: { "3": "200000" } }, answer: { "39": "05" }, count: 1 });
  await voidToCard(trace);
  await desk.swipe(CARD);
  await desk.expect("declined", desk.pin("123456"));
  await desk.finish();
  expect(await desk.check()).toMatchObject({ ok: true });
  await voidToCard(trace);
  await desk.expect("idle", desk.keys("cancel"));
});
