/** The main job on the real bundle, driven from outside through the automation API only. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk } from "./desk-client.ts";

let desk: Desk;
const CARD = { track2: "6222021234567890128=30121010000012300" };

beforeAll(async () => {
  desk = await Desk.start(["--seed", "7"]);
  await desk.post("/acquirer", { account: { pan: "6222021234567890128", pin: "246810", balanceFen: 100_000, expiry: "3012" } });
});
afterAll(() => desk.stop());

test("an operator logs in and the terminal signs on by itself", async () => {
  await desk.expect("login", desk.state());
  const state = await desk.logIn();
  expect(state.level).toBe("ready");
  expect(state.screen.id).toBe("idle");
  const messages = await desk.messages();
  const sent = messages
    .filter(({ dir }) => dir === "out")
    .map(({ mti, fields }) => `${mti} ${(fields["60"] ?? "").slice(8, 11)}`);
  expect(sent[0]).toBe("0800 004");
  // The first sign-on also brings what chips need, and the blacklist (M3): a list, each of its entries, the end.
  const kinds = sent.slice(1).filter((each, n, all) => each !== all[n - 1]);
  expect(kinds).toEqual([
    "0820 382",
    "0800 380",
    "0800 381",
    "0820 372",
    "0800 370",
    "0800 371",
    ...[394, 395, 396, 397, 398, 399].map((code) => `0800 ${code}`),
    "0800 390",
    "0800 391",
  ]);
});

test("a swiped card pays 100.00 with a PIN: approval, two slips, money agrees", async () => {
  const state = await desk.sale(CARD, 10_000, "246810");
  await desk.expect("approved", state);
  await desk.finish(state);

  const slips = await desk.paper();
  expect(slips).toHaveLength(2);
  const [merchant, cardholder] = slips.map(({ text }) => text.join("\n"));
  for (const slip of [merchant, cardholder]) {
    expect(slip).toContain("898110154110001");
    expect(slip).toContain("10000001");
    expect(slip).toMatch(/6222\s*02\*\*/);
    expect(slip).not.toContain("6222021234567890128");
    expect(slip).toContain("100.00");
    expect(slip).toContain("消费");
  }
  expect(merchant).toContain("商户存根");
  expect(cardholder).toContain("持卡人存根");

  const sale = (await desk.messages()).find(({ mti }) => mti === "0210");
  expect(sale?.mac).toBe("ok");
  expect(merchant).toContain(sale?.fields["37"] ?? "no reference");
  expect(merchant).toContain(sale?.fields["11"] ?? "no trace");
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("a wrong PIN is declined with words, and nothing is owed", async () => {
  const state = await desk.sale(CARD, 5_000, "111111");
  await desk.expect("declined", state);
  expect(state.debt.reversals).toBe(0);
  await desk.finish(state);
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("51 says that the money is not enough, without a reversal", async () => {
  const before = (await desk.messages()).length;
  await desk.post("/acquirer", { match: { amount: "000000000051" }, answer: { "39": "51" } });
  const state = await desk.sale(CARD, 51, "246810");
  await desk.expect("declined", state);
  expect(state.screen.lines.join(" ")).toContain("余额不足");
  await desk.finish(state);
  const since = (await desk.messages()).slice(before).map(({ mti }) => mti);
  expect(since).toEqual(["0200", "0210"]);
});

test("cancel at every screen leaves without a trace of money", async () => {
  const before = (await desk.messages()).length;
  await desk.expect("idle", (await desk.swipe(CARD)) && (await desk.keys("cancel")));
  await desk.swipe(CARD);
  await desk.expect("idle", (await desk.keys("enter")) && (await desk.keys("cancel")));
  await desk.swipe(CARD);
  await desk.keys("enter", "1", "0", "0", "enter");
  await desk.expect("idle", desk.keys("cancel"));
  await desk.saleToPin(CARD, 100);
  await desk.finish(await desk.post("/pinpad", { action: "cancel" }));
  expect(await desk.messages()).toHaveLength(before);
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("amount first: digits at idle, then the card", async () => {
  await desk.expect("amount", desk.keys("1"));
  await desk.expect("present", desk.keys("2", "3", "4", "enter"));
  await desk.expect("confirm", desk.swipe(CARD));
  await desk.expect("pin", desk.keys("enter"));
  const state = await desk.pin("246810");
  await desk.expect("approved", state);
  expect(state.screen.lines.join(" ")).toContain("12.34");
  await desk.finish(state);
});

test("a prompt times out to idle and says so", async () => {
  await desk.expect("menu", desk.keys("menu"));
  const state = await desk.post("/clock", { advanceMs: 61_000 });
  expect(["notice", "idle"]).toContain(state.screen.id);
  await desk.finish(state);
});

test("a reprint says that it is one, and the check is not fooled by it", async () => {
  await desk.call("DELETE", "/paper");
  const state = await desk.keys("menu", "8", "1");
  await desk.finish(state);
  const slips = await desk.paper();
  expect(slips.length).toBeGreaterThanOrEqual(2);
  for (const { text } of slips) expect(text.join("\n")).toContain("重打印");
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("English at once, from the menu, and after a restart", async () => {
  await desk.keys("menu", "9", "0", "2");
  await desk.expect("menu", desk.keys("menu"));
  expect((await desk.state()).screen.lines.join(" ")).toContain("Sale");
  await desk.keys("cancel");
  await desk.power("cycle");
  const login = await desk.state();
  expect(login.screen.title).toMatch(/[A-Za-z]/);
  await desk.logIn();
  await desk.finish(await desk.keys("menu", "9", "0", "1"));
});

test("the lock opens for the same operator; or for the supervisor, and then somebody logs in anew", async () => {
  await desk.expect("locked", desk.keys("menu", "9", "6"));
  await desk.expect("supervisor", desk.keys("menu"));
  await desk.expect("supervisor", desk.keys(..."0000", "enter"));
  await desk.expect("locked", desk.keys("cancel"));
  await desk.keys("menu");
  const opened = await desk.expect("login", desk.keys(..."123456", "enter"));
  expect(opened.indicators.operator).toBe("");
  await desk.logIn();
  await desk.expect("locked", desk.keys("menu", "9", "6"));
  expect((await desk.state()).level).toBe("locked");
  await desk.expect("locked", desk.keys("9", "9", "9", "9", "enter"));
  await desk.expect("idle", desk.keys("0", "0", "0", "0", "enter"));
});

test("signed off, no payment; signed on again, payment", async () => {
  await desk.finish(await desk.keys("menu", "9", "2"));
  expect((await desk.state()).level).toBe("signed-off");
  const before = (await desk.messages()).filter(({ mti }) => mti === "0200").length;
  await desk.swipe(CARD);
  await desk.keys("enter", "1", "0", "0", "enter");
  await desk.finish(await desk.keys("enter"));
  expect((await desk.messages()).filter(({ mti }) => mti === "0200")).toHaveLength(before);
  await desk.finish(await desk.keys("menu", "9", "1"));
  expect((await desk.state()).level).toBe("ready");
});
