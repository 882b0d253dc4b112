/** 余额查询 (M14): for the cardholder's eyes, for a few seconds, on no paper and in no book. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk, type State } from "./desk-client.ts";

let desk: Desk;
const CARD = "debit-1";
const PAN = "6229990000000000019";

beforeAll(async () => {
  desk = await Desk.start(["--seed", "14"]);
  await desk.post("/acquirer", { account: { pan: PAN, pin: "123456", balanceFen: 123_456, expiry: "3012" } });
  await desk.logIn();
});
afterAll(() => desk.stop());

const words = ({ screen }: State) => [screen.title, ...screen.lines].join(" ");
const toPin = async (): Promise<State> => {
  await desk.expect("present", desk.keys("menu", "7", "1"));
  return desk.expect("pin", desk.swipe(CARD));
};

test("the balance stands on the screen and goes away by itself; nothing is printed, kept or owed", async () => {
  await desk.call("DELETE", "/paper");
  const before = (await desk.messages()).length;
  await toPin();
  const state = await desk.expect("approved", desk.pin("123456"));
  expect(words(state)).toContain("1234.56");
  expect(words(state)).toContain("可用余额");
  const later = await desk.post("/clock", { advanceMs: 6_000 });
  expect(later.screen.id).toBe("idle");
  const [request, answer] = (await desk.messages(true)).slice(before);
  expect(request?.fields).toMatchObject({ "3": "310000", "25": "00" });
  expect(request?.fields["4"]).toBeUndefined();
  expect(request?.fields["52"]).toBeDefined();
  expect(answer).toMatchObject({ mti: "0210", mac: "ok" });
  expect(await desk.paper()).toHaveLength(0);
  expect(await desk.get("/journal")).toMatchObject({ transactions: [] });
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("Enter without a PIN is not enough", async () => {
  await toPin();
  const before = (await desk.messages()).length;
  await desk.expect("pin", desk.post("/pinpad", { keys: ["enter"] }));
  expect(await desk.messages()).toHaveLength(before);
  await desk.finish(await desk.post("/pinpad", { action: "cancel" }));
});

test("a wrong PIN is declined with words", async () => {
  await toPin();
  await desk.expect("declined", desk.pin("111111"));
  await desk.finish();
});

test("no answer: ask again, never a reversal", async () => {
  await toPin();
  const before = (await desk.messages()).length;
  await desk.fault("host", "drop-response", { count: 1 });
  const state = await desk.expect("notice", desk.pin("123456"));
  expect(words(state)).toContain("没有答复");
  expect(state.debt.reversals).toBe(0);
  await desk.finish(state);
  await desk.finish(await desk.sale(CARD, 100));
  const out = (await desk.messages()).slice(before).filter(({ dir }) => dir === "out");
  expect(out.map(({ mti }) => mti)).toEqual(["0200", "0200"]);
});

test("a card first: balance is a row of the card's screen", async () => {
  await desk.expect("card", desk.swipe(CARD));
  await desk.expect("pin", desk.keys("3"));
  await desk.finish(await desk.post("/pinpad", { action: "cancel" }));
});
