/** 退货 (M12): whole or a part, by reference and day, keyed or swiped; an advice that is never reversed and goes again until it is taken. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk, type State, type WireMessage } from "./desk-client.ts";

let desk: Desk;
const CARD = "debit-1";
const PAN = "6229990000000000019";

beforeAll(async () => {
  desk = await Desk.start(["--seed", "12"]);
  await desk.logIn();
});
afterAll(() => desk.stop());

const since = async (n: number) => (await desk.messages(true)).slice(n);
const count = async () => (await desk.messages()).length;
const sent = (messages: WireMessage[]) => messages.filter(({ dir }) => dir === "out");

interface Sold {
  reference: string;
  /** MMDD. */
  date: string;
  trace: string;
}

async function sold(fen: number): Promise<Sold> {
  await desk.finish(await desk.sale(CARD, fen));
  const fields = (await desk.messages()).findLast(({ mti }) => mti === "0210")?.fields ?? {};
  return { reference: fields["37"] ?? "", date: fields["13"] ?? "", trace: fields["11"] ?? "" };
}

/** Menu 3 up to the amount; `keyed`: the number by hand. */
async function refundToAmount({ reference, date }: Sold, keyed = false): Promise<State> {
  await desk.expect("supervisor", desk.keys("menu", "3"));
  await desk.expect("present", desk.keys(..."123456", "enter"));
  if (keyed) {
    await desk.expect("pan", desk.keys("enter"));
    const typed = await desk.expect("pan", desk.keys(...PAN.slice(0, 10)));
    expect(typed.screen.lines.join("")).not.toContain("6229");
    await desk.expect("expiry", desk.keys(...PAN.slice(10), "enter"));
    await desk.expect("reference", desk.keys(..."1230", "enter"));
  } else await desk.expect("reference", desk.swipe(CARD));
  await desk.expect("date", desk.keys(...reference, "enter"));
  return desk.expect("amount", desk.keys(...date, "enter"));
}

async function refund(sale: Sold, fen: number, keyed = false): Promise<State> {
  await refundToAmount(sale, keyed);
  const state = await desk.expect("confirm", desk.keys(...String(fen), "enter"));
  expect(state.screen.lines.join(" ")).toContain(sale.reference);
  return desk.keys("enter");
}

test("a part of a sale is given back: 0220 with the reference, the slip says which, the rest is the limit", async () => {
  const sale = await sold(10_000);
  await desk.call("DELETE", "/paper");
  const before = await count();
  const state = await refund(sale, 4_000);
  await desk.expect("approved", state);
  await desk.finish(state);
  const [request, answer] = await since(before);
  expect(request?.mti).toBe("0220");
  expect(request?.fields).toMatchObject({ "2": PAN, "3": "200000", "4": "000000004000", "25": "00", "37": sale.reference });
  expect(request?.fields["60"]?.slice(0, 2)).toBe("25");
  expect(request?.fields["61"]?.slice(-4)).toBe(sale.date);
  expect(request?.fields["52"]).toBeUndefined();
  expect(answer).toMatchObject({ mti: "0230", mac: "ok" });
  const [merchant] = (await desk.paper()).map(({ text }) => text.join("\n"));
  expect(merchant).toContain("退货");
  expect(merchant).toContain(sale.reference);
  expect(merchant).toContain("40.00");

  await refundToAmount(sale);
  const over = await desk.expect("amount", desk.keys(..."6001", "enter"));
  expect(over.screen.lines.join(" ")).toContain("60.00");
  await desk.expect("confirm", desk.keys("clear", "0", "enter"));
  await desk.finish(await desk.keys("enter"));
  expect(await desk.check()).toMatchObject({ ok: true, differences: [] });

  const done = await desk.expect("supervisor", desk.keys("menu", "3"));
  expect(done.screen.id).toBe("supervisor");
  await desk.keys(..."123456", "enter");
  await desk.swipe(CARD);
  await desk.keys(...sale.reference, "enter");
  const nothing = await desk.expect("notice", desk.keys(...sale.date, "enter"));
  expect(nothing.screen.lines.join(" ")).toContain("全部退完");
  await desk.finish(nothing);
});

test("a keyed card: one digit of its number on the screen at a time, DE22 012", async () => {
  const sale = await sold(2_000);
  const before = await count();
  await desk.expect("approved", refund(sale, 2_000, true));
  await desk.finish();
  const [request] = await since(before);
  expect(request?.fields).toMatchObject({ "2": PAN, "14": "3012", "22": "012" });
  expect(request?.fields["35"]).toBeUndefined();
  expect(await desk.check()).toMatchObject({ ok: true, differences: [] });
});

test("a wrong number, month, reference or day stands there with words, and what was typed is not lost", async () => {
  await desk.keys("menu", "3", ..."123456", "enter");
  await desk.keys("enter");
  const pan = await desk.expect("pan", desk.keys(..."6229990000000000018", "enter"));
  expect(pan.screen.lines.join(" ")).toContain("卡号不对");
  await desk.expect("expiry", desk.keys("clear", "9", "enter"));
  const month = await desk.expect("expiry", desk.keys(..."1330", "enter"));
  expect(month.screen.lines.join(" ")).toContain("没有这个月份");
  const past = await desk.expect("expiry", desk.keys("clear", "clear", "clear", "clear", ..."0120", "enter"));
  expect(past.screen.lines.join(" ")).toContain("已过期");
  await desk.expect("reference", desk.keys("clear", "clear", "clear", "clear", ..."3012", "enter"));
  const short = await desk.expect("reference", desk.keys(..."123", "enter"));
  expect(short.screen.lines.join(" ")).toContain("12 位");
  await desk.expect("date", desk.keys(..."456789012", "enter"));
  const day = await desk.expect("date", desk.keys(..."0231", "enter"));
  expect(day.screen.lines.join(" ")).toContain("没有这一天");
  await desk.expect("idle", desk.keys("cancel"));
});

test("no answer: it is stored, not declined and not reversed, and goes before the next sale with the same trace", async () => {
  const sale = await sold(3_000);
  const before = await count();
  await desk.fault("host", "drop-response", { count: 1 });
  const state = await refund(sale, 1_000);
  await desk.expect("notice", state);
  expect(state.screen.title + state.screen.lines.join(" ")).toContain("已保存");
  expect(state.debt).toMatchObject({ reversals: 0, offline: 1 });
  await desk.finish(state);
  await desk.finish(await desk.sale(CARD, 100));
  const out = sent(await since(before));
  expect(out.map(({ mti }) => mti)).toEqual(["0220", "0220", "0200"]);
  const { "64": _, ...first } = out[0]?.fields ?? {};
  const { "64": __, ...second } = out[1]?.fields ?? {};
  expect(second).toEqual(first);
  expect((await desk.state()).debt.offline).toBe(0);
  expect(await desk.check()).toMatchObject({ ok: true, differences: [] });
});

test("never arrived, and the power goes: delivered at the next sign-on", async () => {
  const sale = await sold(3_000);
  await desk.fault("host", "drop-request", { count: 1 });
  await desk.expect("notice", refund(sale, 1_000));
  await desk.power("cut");
  const before = await count();
  await desk.power("on");
  await desk.logIn();
  const out = sent(await since(before)).map(({ mti }) => mti);
  expect(out).toContain("0220");
  expect((await desk.state()).debt.offline).toBe(0);
  await desk.finish();
  expect(await desk.check()).toMatchObject({ ok: true, differences: [] });
});

test("no line: nothing is stored and nothing is owed", async () => {
  const sale = await sold(900);
  await desk.fault("host", "refuse");
  const state = await refund(sale, 900);
  await desk.expect("notice", state);
  expect(state.debt).toMatchObject({ reversals: 0, offline: 0 });
  await desk.call("DELETE", "/faults");
  await desk.finish();
  expect(await desk.check()).toMatchObject({ ok: true, differences: [] });
});

test("the host says no: refused with words, and it counts no more", async () => {
  const sale = await sold(1_200);
  await desk.post("/acquirer", { match: { fields: { "3": "200000" }, mti: "0220" }, answer: { "39": "25" }, count: 1 });
  const state = await refund(sale, 1_200);
  await desk.expect("declined", state);
  expect(state.screen.lines.join(" ")).toContain("没有原始交易");
  expect(state.debt.offline).toBe(0);
  await desk.finish(state);
  expect(await desk.check()).toMatchObject({ ok: true, differences: [] });
});

test("settled meanwhile: the day book knows the sale, its card and what was given back, over batches", async () => {
  const settle = async () => {
    await desk.keys("menu", "9", "3");
    await desk.finish(await desk.keys("enter"));
  };
  const sale = await sold(5_000);
  await settle();
  await desk.finish(await refund(sale, 2_000));
  await settle();
  await refundToAmount(sale);
  const over = await desk.expect("amount", desk.keys(..."3001", "enter"));
  expect(over.screen.lines.join(" ")).toContain("30.00");
  await desk.expect("confirm", desk.keys("clear", "0", "enter"));
  await desk.finish(await desk.keys("enter"));
  await desk.keys("menu", "3", ..."123456", "enter");
  await desk.swipe(CARD);
  await desk.keys(...sale.reference, "enter");
  expect((await desk.keys(...sale.date, "enter")).screen.lines.join(" ")).toContain("全部退完");
  await desk.finish();
  await desk.keys("menu", "3", ..."123456", "enter");
  await desk.swipe("credit-1");
  await desk.keys(...sale.reference, "enter");
  expect((await desk.keys(...sale.date, "enter")).screen.lines.join(" ")).toContain("不是原交易那张卡");
  await desk.finish();
  expect(await desk.check()).toMatchObject({ ok: true, differences: [] });
});

test("more than the merchant may give back at once is refused at the terminal", async () => {
  await refundToAmount({ reference: "123456789012", date: "1120", trace: "" });
  const state = await desk.expect("amount", desk.keys(..."2000001", "enter"));
  expect(state.screen.lines.join(" ")).toContain("20,000.00");
  await desk.expect("idle", desk.keys("cancel"));
});
