/** 参数 (M26) on the real bundle: keyed, refused, downloaded, and what the host asks for in its headers (§1.3). */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk } from "./desk-client.ts";

let desk: Desk;
const ADMINISTRATOR = [..."12345678", "enter"];
const words = async () => {
  const { screen } = await desk.state();
  return [screen.title, ...screen.lines].join(" ");
};
const open = async () => {
  await desk.expect("supervisor", desk.keys("menu", "9", "8"));
  await desk.expect("menu", desk.keys(...ADMINISTRATOR));
};
const out = async (from: number) => (await desk.messages()).slice(from).filter(({ dir }) => dir === "out");
const network = async (from: number) => (await out(from)).map(({ mti, fields }) => `${mti} ${fields["60"]?.slice(8, 11) ?? ""}`);

beforeAll(async () => {
  desk = await Desk.start(["--seed", "12"]);
  await desk.logIn();
});
afterAll(() => desk.stop());

test("a number is changed, one out of range is refused with the reason, and it counts at once", async () => {
  await open();
  // 通讯, second page, 应答超时.
  await desk.keys("3");
  expect(await words()).toContain("线路标识 6000030000");
  await desk.expect("field", desk.keys(...Array<string>(5).fill("down"), "enter"));
  expect(await words()).toContain("60 秒");
  await desk.keys(..."301", "enter");
  expect(await words()).toContain("1 到 300");
  await desk.expect("menu", desk.keys("clear", "clear", "clear", "4", "5", "enter"));
  expect(await words()).toContain("应答超时 45 秒");
  await desk.finish(await desk.keys("cancel", "cancel"));
  await desk.power("cycle");
  await desk.logIn();
  await open();
  await desk.keys("3", ...Array<string>(5).fill("down"));
  expect(await words()).toContain("应答超时 45 秒");
  await desk.finish(await desk.keys("cancel", "cancel"));
});

test("a switch takes a transaction out of the menu, and brings it back", async () => {
  await open();
  await desk.keys("4");
  expect(await words()).toContain("退货 开");
  await desk.keys("3", "2");
  expect(await words()).toContain("退货 关");
  await desk.keys("cancel", "cancel");
  await desk.keys("menu");
  expect(await words()).not.toContain("退货");
  await desk.keys("cancel");
  await open();
  await desk.finish(await desk.keys("4", "3", "1", "cancel", "cancel"));
  await desk.keys("menu");
  expect(await words()).toContain("退货");
  await desk.keys("cancel");
});

test("letters and a Chinese character are typed on the keypad", async () => {
  await open();
  await desk.keys("1");
  await desk.expect("field", desk.keys("3"));
  await desk.keys(...Array<string>(30).fill("clear"));
  // 店 is 2174 (row 21, column 74); "Bc" by the alpha key.
  await desk.keys("func", "2", "1", "7", "4", "2", "alpha", "alpha", "2", ...Array<string>(6).fill("alpha"));
  expect(await words()).toContain("店Bc");
  await desk.expect("menu", desk.keys("enter"));
  await desk.finish(await desk.keys("cancel", "cancel"));
  expect((await desk.state()).screen.title).toBe("店Bc");
});

test("merchant, terminal and line address stay while a batch is open", async () => {
  await desk.finish(await desk.sale("debit-1", 1_000));
  await open();
  await desk.keys("1");
  const state = await desk.keys("1");
  expect(state.screen.lines.join(" ")).toContain("请先结算");
  await desk.keys("enter");
  await desk.finish(await desk.keys("cancel", "cancel"));
});

test("a download changes what it may, leaves what it may not, and ends with 361", async () => {
  await desk.post("/acquirer", { parameters: { "12": "50", "14": "95516", "19": "10", "22": "下载的店", "25": "2", "20": "0" } });
  const before = (await desk.messages()).length;
  await desk.keys("menu", "9", "9", "6");
  const state = await desk.keys(...ADMINISTRATOR);
  expect(await network(before)).toEqual(["0800 360", "0800 361"]);
  const told = [state.screen.title, ...state.screen.lines].join(" ");
  expect(told).toContain("参数下载");
  // The key slot would need a settled batch.
  expect(told).toMatch(/主密钥索引.*请先结算/);
  await desk.finish(state);
  expect((await desk.state()).screen.title).toBe("下载的店");
  await open();
  await desk.keys("3", ...Array<string>(5).fill("down"));
  expect(await words()).toContain("应答超时 50 秒");
  await desk.finish(await desk.keys("cancel", "cancel"));
});

test("the status upload tells devices and parameters", async () => {
  const before = (await desk.messages()).length;
  await desk.finish(await desk.keys("menu", "9", "9", "7"));
  expect(await network(before)).toEqual(["0820 362"]);
  const { terminals } = await desk.get<{ terminals: { status?: { values: Record<string, string> } }[] }>("/acquirer");
  expect(terminals[0]?.status?.values).toMatchObject({
    "01": "1",
    "02": "1",
    "04": "1",
    "12": "50",
    "14": "95516",
    "22": "下载的店",
  });
});

test("what the host asks for in a header is done back at idle, once", async () => {
  for (const [value, expected] of [
    [1, ["0800 360", "0800 361"]],
    [2, ["0820 362"]],
    [3, ["0800 004"]],
  ] as const) {
    const before = (await desk.messages()).length;
    await desk.post("/acquirer", { match: { mti: "0200" }, headerRequest: value, count: 1 });
    await desk.finish(await desk.sale("debit-1", 1_000 + value));
    const sent = await network(before);
    expect(sent[0]).toMatch(/^0200/);
    expect(sent.slice(1)).toEqual(expected);
  }
  const before = (await desk.messages()).length;
  await desk.finish(await desk.keys("menu", "cancel"));
  expect(await out(before)).toEqual([]);
});

test("a request outlives a power cut; 4 and 5 bring the public keys and the chip's parameters anew", async () => {
  await desk.post("/acquirer", { match: { mti: "0200" }, headerRequest: 2, count: 1 });
  await desk.expect("approved", desk.sale("debit-1", 2_000));
  await desk.power("cut");
  const before = (await desk.messages()).length;
  await desk.power("on");
  await desk.logIn();
  await desk.finish();
  expect(await network(before)).toContain("0820 362");

  await desk.post("/acquirer", { match: { mti: "0200" }, headerRequest: 4, count: 1 });
  await desk.post("/acquirer", { match: { mti: "0200" }, headerRequest: 5, count: 1 });
  const then = (await desk.messages()).length;
  await desk.finish(await desk.sale("debit-1", 2_100));
  await desk.finish(await desk.sale("debit-1", 2_200));
  const sent = await network(then);
  expect(sent.filter((each, n) => each !== sent[n - 1]).map((each) => each.slice(0, 8))).toEqual([
    ...["0200 000", "0820 372", "0800 370", "0800 371"],
    ...["0200 000", "0820 382", "0800 380", "0800 381"],
  ]);
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("6 gets parameters, 7 the blacklist block by block, 8 needs nothing: each once", async () => {
  const many = Array.from({ length: 45 }, (_, n) => String(621_000 + n));
  await desk.post("/acquirer", { blacklist: [...many, "6229990000000000019"] });
  for (const [value, expected] of [
    [6, ["0800 360", "0800 361"]],
    [7, ["0800 390", "0800 390", "0800 390", "0800 391"]],
    [8, []],
  ] as const) {
    const before = (await desk.messages()).length;
    await desk.post("/acquirer", { match: { mti: "0200" }, headerRequest: value, count: 1 });
    await desk.finish(await desk.sale("debit-2", 1_000 + value));
    expect((await network(before)).slice(1)).toEqual(expected);
    const after = (await desk.messages()).length;
    await desk.finish(await desk.keys("menu", "cancel"));
    expect(await out(after)).toEqual([]);
  }
  // What came is what counts: the card is on it now.
  await desk.expect("card", desk.swipe("debit-1"));
  await desk.expect("amount", desk.keys("enter"));
  await desk.keys(..."1000", "enter");
  expect(await words()).toContain("黑名单");
  await desk.finish();
});

test("by hand the host's next list takes the place of its last", async () => {
  await desk.post("/acquirer", { blacklist: ["400000"] });
  await desk.expect("supervisor", desk.keys("menu", "9", "9", "4", "5"));
  await desk.keys(...ADMINISTRATOR);
  expect(await words()).toContain("1 条");
  await desk.finish();
  await desk.keys("menu", "9", "9", "4", "2");
  expect(await words()).toContain("400000");
  expect(await words()).not.toContain("621000");
  await desk.finish();
});

test("contact chips switched off: no slot is offered, a stripe counts whatever its service code; purses say why not", async () => {
  const contact = async (choice: string) => {
    await open();
    await desk.keys(...Array<string>(5).fill("down"), "5", "1", choice, "cancel", "cancel");
    await desk.finish();
  };
  await contact("2");
  expect(await words()).not.toContain("插卡");
  await desk.expect("card", desk.swipe("chip-1"));
  await desk.keys("cancel");
  await desk.keys("menu", "6", "3");
  expect(await words()).toContain("没有开通");
  await desk.finish();

  await contact("1");
  expect(await words()).toContain("插卡");
  await desk.expect("notice", desk.swipe("chip-1"));
  expect(await words()).toContain("请插卡");
  await desk.finish();
});
