/** 现金收款 (M10): due, received, change, slip; in the journal and in no message, in no total of the host's. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk, type State } from "./desk-client.ts";

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.start(["--seed", "15"]);
  await desk.logIn();
});
afterAll(() => desk.stop());

const words = ({ screen }: State) => [screen.title, ...screen.lines].join(" ");

test("48.50 of 50.00 gives 1.50 back; the slip says all three; the host hears nothing", async () => {
  const before = (await desk.messages()).length;
  await desk.expect("amount", desk.keys("menu", "7", "4"));
  const received = await desk.expect("amount", desk.keys(..."4850", "enter"));
  expect(words(received)).toContain("收到");
  const confirm = await desk.expect("confirm", desk.keys(..."5000", "enter"));
  expect(words(confirm)).toContain("1.50");
  const done = await desk.expect("notice", desk.keys("enter"));
  expect(words(done)).toContain("找零 1.50");
  await desk.finish(done);
  const [merchant] = (await desk.paper()).map(({ text }) => text.join("\n"));
  expect(merchant).toContain("现金收款");
  for (const amount of ["48.50", "50.00", "1.50"]) expect(merchant).toContain(amount);
  expect(await desk.messages()).toHaveLength(before);
  expect(await desk.get("/journal")).toMatchObject({
    transactions: [{ kind: "cash", amountFen: 4_850 }],
    totals: { debitFen: 0 },
  });
  expect(await desk.check()).toMatchObject({ ok: true, differences: [] });
});

test("Enter alone takes the exact sum; too little stands there with words", async () => {
  await desk.keys("menu", "7", "4");
  await desk.keys(..."1000", "enter");
  const short = await desk.expect("amount", desk.keys(..."999", "enter"));
  expect(words(short)).toContain("收到的不够");
  await desk.expect("idle", desk.keys("cancel"));
  await desk.keys("menu", "7", "4", ..."1000", "enter");
  const confirm = await desk.expect("confirm", desk.keys("enter"));
  expect(words(confirm)).toContain("0.00");
  await desk.finish(await desk.keys("enter"));
});

test("after a power cut it is still there, and can be printed again", async () => {
  await desk.power("cycle");
  await desk.logIn();
  expect(await desk.get("/journal")).toMatchObject({ transactions: [{ kind: "cash" }, { kind: "cash" }] });
  await desk.call("DELETE", "/paper");
  await desk.finish(await desk.keys("menu", "8", "1"));
  const [slip] = (await desk.paper()).map(({ text }) => text.join("\n"));
  expect(slip).toContain("重打印");
  expect(slip).toContain("现金收款");
});
