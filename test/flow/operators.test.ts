/** 柜员管理 (M37) on the real bundle: who may do what, and that the audit log tells it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk } from "./desk-client.ts";

let desk: Desk;
const SUPERVISOR = [..."123456", "enter"];
const ADMINISTRATOR = [..."12345678", "enter"];
const words = async () => {
  const { screen } = await desk.state();
  return [screen.title, ...screen.lines].join(" ");
};
/** Menu 9, 5 and this row. */
const manage = (row: string) => desk.keys("menu", "9", "5", row);

beforeAll(async () => {
  desk = await Desk.start(["--seed", "11"]);
  await desk.logIn();
});
afterAll(() => desk.stop());

test("an operator is added after the supervisor's password, and can log in", async () => {
  await desk.expect("supervisor", manage("2"));
  await desk.expect("supervisor", desk.keys(..."000000", "enter"));
  await desk.expect("field", desk.keys(...SUPERVISOR));
  // 01 is taken, 00 is fixed: nothing typed is lost but the number.
  await desk.expect("field", desk.keys("0", "1", "enter"));
  expect(await words()).toContain("已有人用");
  await desk.expect("menu", desk.keys("0", "7", "enter"));
  await desk.expect("field", desk.keys("1"));
  await desk.expect("field", desk.keys("1", "2", "3", "enter"));
  expect(await words()).toContain("太短");
  await desk.keys(..."2468", "enter");
  await desk.expect("field", desk.keys(..."2467", "enter"));
  expect(await words()).toContain("不一样");
  await desk.keys(..."2468", "enter");
  await desk.expect("notice", desk.keys(..."2468", "enter"));
  await desk.finish();
  await desk.power("cycle");
  await desk.logIn("07", "2468");
  expect((await desk.state()).indicators.operator).toBe("07");
});

test("the list names all, with who is at the keys", async () => {
  await manage("1");
  await desk.keys(...SUPERVISOR);
  const listed: string[] = [];
  for (let page = 0; page < 2; page++) {
    listed.push(await words());
    await desk.keys("down");
  }
  expect(listed.join(" ")).toMatch(/07 操作员 · 当前/);
  expect(listed.join(" ")).toMatch(/00 主管/);
  expect(listed.join(" ")).toMatch(/99 系统管理员/);
  await desk.keys("cancel");
  await desk.expect("idle", desk.state());
});

test("nobody deletes who is logged in, 00 or 99; another can go", async () => {
  await manage("3");
  await desk.keys(...SUPERVISOR);
  await desk.keys("0", "7", "enter");
  expect(await words()).toContain("正在使用");
  await desk.keys("0", "0", "enter");
  expect(await words()).toMatch(/不能删除自己|不能增删/);
  await desk.keys("9", "9", "enter");
  expect(await words()).toContain("不能增删");
  await desk.expect("notice", desk.keys("0", "5", "enter"));
  await desk.finish(await desk.keys("enter"));
  await desk.power("cycle");
  await desk.expect("login", desk.keys("0", "5", "enter"));
  expect(await words()).toContain("没有这个操作员");
  await desk.keys("clear", "clear");
  await desk.logIn("07", "2468");
});

test("the own password with the old one; another's with the supervisor", async () => {
  await manage("4");
  await desk.expect("field", desk.keys("0", "7", "enter"));
  await desk.keys(..."0000", "enter");
  expect(await words()).toContain("密码不对");
  await desk.keys(..."2468", "enter");
  await desk.keys(..."13579", "enter");
  await desk.finish(await desk.keys(..."13579", "enter"));

  await manage("4");
  await desk.expect("supervisor", desk.keys("0", "1", "enter"));
  await desk.keys(...SUPERVISOR);
  await desk.keys(..."9876", "enter");
  await desk.finish(await desk.keys(..."9876", "enter"));
  await desk.power("cycle");
  await desk.logIn("01", "9876");
});

test("rights: more of them need a longer password, and then consent with the own one", async () => {
  await manage("5");
  await desk.keys(...SUPERVISOR);
  await desk.expect("menu", desk.keys("0", "7", "enter"));
  await desk.expect("field", desk.keys("2"));
  await desk.keys(..."1234", "enter");
  expect(await words()).toContain("太短");
  await desk.keys(..."654321", "enter");
  await desk.finish(await desk.keys(..."654321", "enter"));
  await desk.power("cycle");
  await desk.logIn("07", "654321");
  await desk.expect("supervisor", manage("1"));
  expect(await words()).toContain("07 号密码");
  await desk.expect("notice", desk.keys(..."654321", "enter"));
  await desk.finish(await desk.keys("cancel"));
});

test("the audit log is whole and tells all of it, on the screen and on paper", async () => {
  await desk.expect("supervisor", desk.keys("menu", "9", "9", "3"));
  await desk.expect("notice", desk.keys(...ADMINISTRATOR));
  expect(await words()).toContain("记录完好");
  await desk.call("DELETE", "/paper");
  await desk.finish(await desk.keys("enter"));
  const paper = (await desk.paper()).map(({ text }) => text.join("\n")).join("\n");
  for (const told of [
    "记录完好",
    "增加操作员 成功 07",
    "删除操作员 成功 05",
    "改密码 成功 01",
    "改权限 成功 07",
    "登录",
    "授权 错误",
    "开机",
  ])
    expect(paper).toContain(told);
  expect(paper).not.toContain("654321");
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("too many wrong passwords lock the supervisor out, over a restart", async () => {
  await manage("1");
  // 07 has the rights itself now; 01 has not.
  await desk.keys("cancel");
  await desk.power("cycle");
  await desk.logIn("01", "9876");
  await manage("1");
  for (let n = 0; n < 5; n++) await desk.keys(..."111111", "enter");
  expect(await words()).toContain("30 分钟");
  await desk.finish();
  await desk.power("cycle");
  await desk.logIn("01", "9876");
  await manage("1");
  const state = await desk.keys(...SUPERVISOR);
  expect(state.screen.lines.join(" ")).toContain("分钟");
  await desk.finish(state);
});
