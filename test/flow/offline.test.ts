/** 离线结算, 结算调整, 追加小费 (M15): durable first, told to the host afterwards, again and again until it takes or refuses. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk, type State, type WireMessage } from "./desk-client.ts";

let desk: Desk;
const CARD = "debit-1";
const PAN = "6229990000000000019";

beforeAll(async () => {
  desk = await Desk.start(["--seed", "16"]);
  await desk.logIn();
});
afterAll(() => desk.stop());

const since = async (n: number) => (await desk.messages(true)).slice(n);
const count = async () => (await desk.messages()).length;
const sent = (messages: WireMessage[]) => messages.filter(({ dir }) => dir === "out");
const words = ({ screen }: State) => [screen.title, ...screen.lines].join(" ");
const agrees = async () => expect(await desk.check()).toMatchObject({ ok: true, differences: [] });
const traceOfLast = async (): Promise<string> => {
  const { transactions } = await desk.get<{ transactions: { trace: number }[] }>("/journal");
  return String(transactions.at(-1)?.trace ?? 0).padStart(6, "0");
};

/** Menu 7 2 up to the confirmation. */
async function offline(fen: number, code = "123456"): Promise<State> {
  await desk.expect("present", desk.keys("menu", "7", "2"));
  await desk.expect("amount", desk.swipe(CARD));
  await desk.expect("menu", desk.keys(...String(fen), "enter"));
  await desk.expect("authcode", desk.keys("1"));
  return desk.expect("confirm", desk.keys(...code, "enter"));
}

async function change(row: string, trace: string): Promise<State> {
  await desk.expect("trace", desk.keys("menu", "7", row));
  await desk.expect("original", desk.keys(...trace, "enter"));
  return desk.expect("amount", desk.keys("enter"));
}

test("authorised by telephone: 0220/30 with the code given, taken at once, on paper", async () => {
  await desk.call("DELETE", "/paper");
  const before = await count();
  const state = await offline(10_000);
  expect(words(state)).toContain("电话授权");
  await desk.expect("approved", desk.keys("enter"));
  await desk.finish();
  const [request, answer] = await since(before);
  expect(request?.mti).toBe("0220");
  expect(request?.fields).toMatchObject({ "2": PAN, "3": "000000", "4": "000000010000", "38": "123456", "63": "CUP" });
  expect(request?.fields["60"]?.slice(0, 2)).toBe("30");
  expect(request?.fields["61"]?.slice(16, 18)).toBe("01");
  expect(answer).toMatchObject({ mti: "0230", mac: "ok" });
  const [merchant] = (await desk.paper()).map(({ text }) => text.join("\n"));
  expect(merchant).toContain("离线结算");
  expect(merchant).toContain("123456");
  await agrees();
});

test("without a line it is stored and printed; it survives the power, and goes before the next sale", async () => {
  await desk.fault("host", "refuse");
  await offline(2_000, "654321");
  const state = await desk.expect("notice", desk.keys("enter"));
  expect(words(state)).toContain("已保存");
  expect(state.debt).toMatchObject({ reversals: 0, offline: 1 });
  await desk.power("cut");
  await desk.call("DELETE", "/faults");
  const before = await count();
  await desk.power("on");
  await desk.logIn();
  await desk.finish(await desk.sale(CARD, 100));
  const out = sent(await since(before)).map(({ mti }) => mti);
  expect(out.indexOf("0220")).toBeGreaterThan(-1);
  expect(out.indexOf("0220")).toBeLessThan(out.indexOf("0200"));
  expect((await desk.state()).debt.offline).toBe(0);
  await agrees();
});

test("what never left is voided here without a message; what has left is not", async () => {
  await desk.fault("host", "refuse");
  await offline(3_000, "111111");
  await desk.finish(await desk.keys("enter"));
  const trace = await traceOfLast();
  const before = await count();
  await desk.keys("menu", "2", ..."123456", "enter");
  await desk.expect("original", desk.keys(...trace, "enter"));
  const state = await desk.expect("notice", desk.keys("enter"));
  expect(words(state)).toContain("本机撤销");
  expect(state.debt.offline).toBe(0);
  await desk.call("DELETE", "/faults");
  await desk.finish(state);
  expect(await count()).toBe(before);
  await agrees();

  await offline(3_100, "222222");
  await desk.finish(await desk.keys("enter"));
  await desk.keys("menu", "2", ..."123456", "enter");
  const there = await desk.expect("trace", desk.keys(...(await traceOfLast()), "enter"));
  expect(words(there)).toContain("请用退货");
  await desk.expect("idle", desk.keys("cancel"));
});

test("adjusted within the percentage: 0220/32 with the new amount; beyond it, and the same amount, are refused here", async () => {
  await offline(10_000, "333333");
  await desk.finish(await desk.keys("enter"));
  const trace = await traceOfLast();
  expect(words(await change("3", trace))).toContain("新的金额");
  expect(words(await desk.expect("amount", desk.keys(..."11501", "enter")))).toContain("115.00");
  expect(words(await desk.expect("amount", desk.keys(...Array<string>(5).fill("clear"), ..."10000", "enter")))).toContain(
    "没有变",
  );
  const before = await count();
  await desk.expect("confirm", desk.keys(...Array<string>(5).fill("clear"), ..."9500", "enter"));
  await desk.expect("approved", desk.keys("enter"));
  await desk.finish();
  const [request] = await since(before);
  expect(request?.fields).toMatchObject({ "4": "000000009500" });
  expect(request?.fields["60"]?.slice(0, 2)).toBe("32");
  expect(request?.fields["61"]?.slice(6, 12)).toBe(trace);
  await agrees();
});

test("a tip on a sale: 0220/34 with the total and DE48; the slip shows both; refused by the host, the sale is as before", async () => {
  await desk.finish(await desk.sale(CARD, 10_000));
  const trace = await traceOfLast();
  expect(words(await change("5", trace))).toContain("小费");
  expect(words(await desk.expect("amount", desk.keys(..."1501", "enter")))).toContain("15.00");
  await desk.call("DELETE", "/paper");
  let before = await count();
  await desk.expect("confirm", desk.keys("clear", "0", "enter"));
  await desk.expect("approved", desk.keys("enter"));
  await desk.finish();
  const [request] = await since(before);
  expect(request?.fields).toMatchObject({ "4": "000000011500", "48": "000000001500" });
  expect(request?.fields["60"]?.slice(0, 2)).toBe("34");
  const [merchant] = (await desk.paper()).map(({ text }) => text.join("\n"));
  for (const amount of ["100.00", "15.00", "115.00"]) expect(merchant).toContain(amount);
  await agrees();

  await desk.finish(await desk.sale(CARD, 20_000));
  await change("5", await traceOfLast());
  await desk.post("/acquirer", { match: { mti: "0220" }, answer: { "39": "57" }, count: 1 });
  before = await count();
  await desk.keys(..."1000", "enter");
  await desk.expect("declined", desk.keys("enter"));
  await desk.finish();
  const { transactions } = await desk.get<{ transactions: { approvedFen: number; state: string }[] }>("/journal");
  expect(transactions.at(-1)).toMatchObject({ approvedFen: 20_000, state: "approved" });
  await agrees();
});

test("refused when it is delivered later: told to the cashier in words, counted no more, never sent again", async () => {
  await desk.fault("host", "refuse");
  await offline(4_000, "444444");
  await desk.finish(await desk.keys("enter"));
  await desk.call("DELETE", "/faults");
  await desk.post("/acquirer", { match: { mti: "0220" }, answer: { "39": "14" }, count: 1 });
  await desk.expect(
    "confirm",
    desk.keys("1", "0", "0", "enter").then(() => desk.swipe(CARD)),
  );
  const state = await desk.expect("notice", desk.keys("enter"));
  expect(words(state)).toContain("银行不接受");
  expect(words(state)).toContain("离线结算");
  await desk.expect("pin", desk.keys("enter"));
  await desk.finish(await desk.pin("123456"));
  expect((await desk.state()).debt.offline).toBe(0);
  await agrees();
});

test("the order of §5.3: sign-on, then the reversal, then what is stored, then the next sale", async () => {
  await desk.fault("host", "drop-response", { count: 3 });
  const state = await desk.sale(CARD, 5_000);
  await desk.finish(await desk.expect("unknown", state));
  await offline(6_000, "555555");
  const stored = await desk.expect("notice", desk.keys("enter"));
  expect(stored.debt).toMatchObject({ reversals: 1, offline: 1 });
  await desk.finish(stored);
  const before = await count();
  await desk.power("cycle");
  await desk.logIn();
  await desk.finish(await desk.sale(CARD, 200));
  const out = sent(await since(before)).map(({ mti }) => mti);
  expect(out.filter((mti, at) => mti !== out[at - 1])).toEqual(expect.arrayContaining(["0800", "0400", "0220", "0200"]));
  expect(out.lastIndexOf("0400")).toBeLessThan(out.indexOf("0220"));
  expect(out.lastIndexOf("0220")).toBeLessThan(out.indexOf("0200"));
  expect((await desk.state()).debt).toMatchObject({ reversals: 0, offline: 0 });
  await agrees();
});

test("while nobody sells it goes by itself", async () => {
  await desk.fault("host", "refuse");
  await offline(7_000, "666666");
  await desk.finish(await desk.keys("enter"));
  await desk.call("DELETE", "/faults");
  const state = await desk.post("/clock", { advanceMs: 6 * 60_000 });
  expect(state.debt.offline).toBe(0);
  await agrees();
});

test("tip, adjustment, tip on one sale, told or never told: the host stands where the terminal stands", async () => {
  const changed = async (row: string, trace: string, fen: number): Promise<void> => {
    await change(row, trace);
    await desk.expect("confirm", desk.keys(...String(fen), "enter"));
    await desk.finish(await desk.keys("enter"));
  };
  await offline(10_000, "777777");
  await desk.finish(await desk.keys("enter"));
  const told = await traceOfLast();
  await changed("5", told, 1_000);
  await changed("3", told, 12_000);
  await changed("5", told, 500);
  const { transactions } = await desk.get<{ transactions: { approvedFen: number; tipFen: number }[] }>("/journal");
  expect(transactions.at(-1)).toMatchObject({ approvedFen: 11_500, tipFen: 500 });
  await agrees();

  await desk.fault("host", "refuse");
  await offline(20_000, "888888");
  await desk.finish(await desk.keys("enter"));
  const untold = await traceOfLast();
  await changed("5", untold, 1_000);
  await changed("3", untold, 22_000);
  await changed("5", untold, 2_000);
  await offline(5_000, "999999");
  await desk.finish(await desk.keys("enter"));
  await changed("5", await traceOfLast(), 500);
  expect((await desk.state()).debt.offline).toBe(2);
  await desk.call("DELETE", "/faults");
  const before = await count();
  await desk.finish(await desk.sale(CARD, 300));
  const out = sent(await since(before)).map(({ mti, fields }) => `${mti} ${fields["60"]?.slice(0, 2)} ${Number(fields["4"])}`);
  expect(out).toEqual(["0220 32 23000", "0220 34 5500", "0200 22 300"]);
  expect((await desk.state()).debt.offline).toBe(0);
  await agrees();
});
