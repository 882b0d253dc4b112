/** 风险监控 (M24) on the real bundle: a warning adds no screen, the supervisor can be asked, the blacklist blocks. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk } from "./desk-client.ts";

let desk: Desk;
const CARD = "debit-1";
const SUPERVISOR = [..."123456", "enter"];
const ADMINISTRATOR = [..."12345678", "enter"];
const words = async () => {
  const { screen } = await desk.state();
  return [screen.title, ...screen.lines].join(" ");
};
const pan = async () => (await desk.get<{ id: string; pan: string }[]>("/cards")).find(({ id }) => id === CARD)?.pan ?? "";
/** Up to the question "is this right?", or what stands in its way. */
const toConfirm = async (fen: number) => {
  await desk.swipe(CARD);
  await desk.keys("enter");
  return desk.keys(...String(fen), "enter");
};
const sold = async () => (await desk.messages()).filter(({ mti }) => mti === "0200").length;

beforeAll(async () => {
  desk = await Desk.start(["--seed", "13"]);
  await desk.logIn();
});
afterAll(() => desk.stop());

test("three sales on one card are nothing; the fourth is warned about beside the same question", async () => {
  for (const fen of [1_100, 1_200, 1_300]) {
    const state = await toConfirm(fen);
    expect([state.screen.id, state.screen.lines.join(" ")]).toEqual(["confirm", expect.not.stringContaining("请留意")]);
    await desk.keys("enter");
    await desk.finish(await desk.pin("123456"));
  }
  const state = await desk.expect("confirm", toConfirm(1_400));
  expect(state.screen.lines.join(" ")).toContain("请留意 同一张卡连续交易");
  await desk.keys("enter");
  await desk.finish(await desk.pin("123456"));
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("the list tells it: when, who, why, which card", async () => {
  await desk.expect("notice", desk.keys("menu", "9", "9", "4", "1"));
  const told = await words();
  expect(told).toContain("同一张卡连续交易");
  expect(told).toContain("提示 14.00");
  expect(told).toMatch(/\d{6}\*+\d{4}/);
  expect(told).not.toContain(await pan());
  await desk.finish(await desk.keys("cancel"));
});

test("a rule may ask the supervisor: with the password it goes on, without it nothing moves", async () => {
  await desk.keys("menu", "9", "8", ...ADMINISTRATOR);
  // 风险 is the eleventh group; 重复用卡 its second row; 主管授权 the third choice.
  await desk.keys(...Array<string>(10).fill("down"), "enter");
  expect(await words()).toContain("重复用卡 提示");
  await desk.keys("2", "3");
  expect(await words()).toContain("重复用卡 主管授权");
  await desk.finish(await desk.keys("cancel", "cancel"));

  const before = await sold();
  await desk.expect("supervisor", toConfirm(1_500));
  await desk.finish(await desk.keys("cancel"));
  expect(await sold()).toBe(before);
  await desk.expect("supervisor", toConfirm(1_600));
  await desk.expect("confirm", desk.keys(...SUPERVISOR));
  await desk.keys("enter");
  await desk.finish(await desk.pin("123456"));
  expect(await sold()).toBe(before + 1);
});

test("a blacklisted card goes no further, until it is off the list", async () => {
  const number = await pan();
  await desk.keys("menu", "9", "9", "4", "3");
  await desk.expect("field", desk.keys(...SUPERVISOR));
  await desk.keys(...number);
  expect(await words()).not.toContain(number);
  await desk.finish(await desk.keys("enter"));
  const before = (await desk.messages()).length;
  const state = await toConfirm(1_700);
  expect([state.screen.id, state.screen.lines.join(" ")]).toEqual(["notice", expect.stringContaining("黑名单")]);
  await desk.finish(state);
  expect(await desk.messages()).toHaveLength(before);

  await desk.power("cycle");
  await desk.logIn();
  await desk.expect("notice", toConfirm(1_800));
  await desk.finish();
  await desk.keys("menu", "9", "9", "4", "4", ...SUPERVISOR);
  await desk.finish(await desk.keys(...number, "enter"));
  await desk.expect("supervisor", toConfirm(1_900));
  await desk.finish(await desk.keys("cancel"));
});

test("the audit log has every hit, and no card number", async () => {
  await desk.keys("menu", "9", "9", "3", ...ADMINISTRATOR);
  expect(await words()).toMatch(/风险提示 \d/);
  await desk.call("DELETE", "/paper");
  await desk.finish(await desk.keys("enter"));
  const paper = (await desk.paper()).map(({ text }) => text.join("\n")).join("\n");
  for (const told of ["风险 提示", "风险 拒绝", "风险 放行", "风险 阻止"]) expect(paper).toContain(told);
  expect(paper.replaceAll(/\s/g, "")).not.toContain(await pan());
});
