/** 培训模式 (M31) on the real bundle: everything is practised, nothing is real, and all of it says so. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk } from "./desk-client.ts";

let desk: Desk;
const CARD = "debit-1";
const SUPERVISOR = [..."123456", "enter"];
const words = async () => {
  const { screen } = await desk.state();
  return [screen.title, ...screen.lines].join(" ");
};
const toggle = async () => {
  await desk.expect("supervisor", desk.keys("menu", "9", "9", "5"));
  await desk.expect("notice", desk.keys(...SUPERVISOR));
  await desk.finish(await desk.keys("enter"));
};
const paper = async () => (await desk.paper()).map(({ text }) => text.join("\n"));
const journal = () => desk.get<{ batch: string; transactions: { trace: string }[] }>("/journal");

let wire = 0;
let real: Awaited<ReturnType<typeof journal>>;

beforeAll(async () => {
  desk = await Desk.start(["--seed", "14"]);
  await desk.logIn();
  await desk.finish(await desk.sale(CARD, 1_000));
});
afterAll(() => desk.stop());

test("training begins with the supervisor's password, and idle says so", async () => {
  await toggle();
  expect(await words()).toContain("培训");
  wire = (await desk.messages()).length;
  real = await journal();
  await desk.call("DELETE", "/paper");
});

test("a sale: every screen and every slip says training, nothing goes out", async () => {
  await desk.swipe(CARD);
  expect((await desk.state()).screen.title).toMatch(/^培训 · /);
  await desk.keys("enter");
  expect((await desk.state()).screen.title).toMatch(/^培训 · /);
  await desk.keys(..."10000", "enter");
  await desk.expect("pin", desk.keys("enter"));
  expect((await desk.state()).screen.title).toMatch(/^培训 · /);
  const state = await desk.expect("approved", desk.pin("123456"));
  expect(state.screen.title).toMatch(/^培训 · /);
  await desk.finish(state);
  const slips = await paper();
  expect(slips).toHaveLength(2);
  for (const slip of slips) expect(slip.match(/培训\/TRAINING/g)?.length).toBe(2);
  expect(await desk.messages()).toHaveLength(wire);
  expect(await journal()).toEqual(real);
});

test("amounts choose the answer: .51 has no money, .98 stays silent and is taken back", async () => {
  const declined = await desk.expect("declined", desk.sale(CARD, 1_051));
  expect(declined.screen.lines.join(" ")).toContain("余额不足");
  await desk.finish(declined);
  await desk.expect("unknown", desk.sale(CARD, 1_098));
  await desk.finish();
  expect(await desk.messages()).toHaveLength(wire);
});

test("void, sign-off, sign-on, settlement: all work, none is real", async () => {
  await desk.keys("menu", "2", ...SUPERVISOR);
  await desk.expect("original", desk.keys("1", "enter"));
  await desk.expect("present", desk.keys("enter"));
  await desk.swipe(CARD);
  let state = await desk.state();
  for (let n = 0; state.screen.id !== "pin" && n < 4; n++) state = await desk.keys("enter");
  await desk.expect("approved", desk.pin("123456"));
  await desk.finish();
  await desk.finish(await desk.keys("menu", "9", "2"));
  expect((await desk.state()).level).toBe("signed-off");
  await desk.finish(await desk.keys("menu", "9", "1"));
  expect((await desk.state()).level).toBe("ready");
  await desk.keys("menu", "9", "3");
  await desk.finish();
  expect((await desk.state()).batch).toBe("000002");
  for (const slip of await paper()) expect(slip).toContain("培训/TRAINING");
  expect(await desk.messages()).toHaveLength(wire);
  expect(await journal()).toEqual(real);
});

test("parameters are not for practising", async () => {
  await desk.keys("menu", "9", "8");
  expect(await words()).toContain("先结束培训");
  await desk.finish();
});

test("training ends: the batch is the real one again, and a sale is real", async () => {
  await toggle();
  const state = await desk.state();
  expect([state.screen.lines.join(" ").includes("培训"), state.batch]).toEqual([false, real.batch]);
  await desk.call("DELETE", "/paper");
  await desk.finish(await desk.sale(CARD, 2_000));
  for (const slip of await paper()) expect(slip).not.toContain("TRAINING");
  expect((await journal()).transactions).toHaveLength(real.transactions.length + 1);
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("a restart ends training by itself", async () => {
  await toggle();
  await desk.finish(await desk.sale(CARD, 3_000));
  await desk.power("cycle");
  await desk.call("DELETE", "/paper");
  await desk.logIn();
  expect(await words()).not.toContain("培训");
  expect((await journal()).transactions).toHaveLength(real.transactions.length + 1);
  expect(await desk.check()).toMatchObject({ ok: true });
});
