/** Cards in the field on the real bundle: one tap, and money, books, slips and lights agree whatever card, host or hand does (M8, §5.7, §5.8). */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Desk, type State } from "./desk-client.ts";

let desk: Desk;

/** Rows of the group of §5.8, by their place in it. */
const QUICK = { channel: 1, cdcvm: 10 } as const;

const GROUP = 8;
const down = (place: number): string[] => Array<string>(place - 1).fill("down");

async function change(row: keyof typeof QUICK, choice: "1" | "2"): Promise<void> {
  await desk.keys("menu", "9", "8");
  await desk.keys(..."12345678", "enter");
  await desk.keys(...down(GROUP), "enter", ...down(QUICK[row]), "enter", choice);
  await desk.finish(await desk.keys("cancel", "cancel"));
}

beforeAll(async () => {
  desk = await Desk.start(["--seed", "81"]);
  await desk.logIn();
  // The rest is as the host handed it out at the first sign-on (394).
  await change("cdcvm", "1");
});
afterAll(() => desk.stop());
/** So that one that fails does not leave its faults to the next. */
afterEach(async () => {
  await desk.call("DELETE", "/faults");
  await desk.keys("cancel");
  await desk.finish();
});

const tap = (card: string): Promise<State> => desk.post("/card", { action: "tap", card });
/** The same, and yes where a card that comes often is asked about. */
async function pay(card: string): Promise<State> {
  const state = await tap(card);
  return state.screen.id === "confirm" ? desk.keys("enter") : state;
}
const words = async (): Promise<string> => (await desk.state()).screen.lines.join(" ");
const sent = async (from: number) => (await desk.messages(true)).slice(from).filter(({ dir }) => dir === "out");
const count = async (): Promise<number> => (await desk.messages()).length;
const lights = async (): Promise<string[]> => (await desk.get<{ picc: { lights: string[] } }>("/readers")).picc.lights;
const field = async (): Promise<boolean> => (await desk.get<{ picc: { field: boolean } }>("/readers")).picc.field;
const slip = async (): Promise<string> => {
  const paper = await desk.paper();
  return paper
    .slice(-2)
    .map(({ text }) => text.join("\n"))
    .join("\n");
};

const amount = (fen: number): Promise<State> => desk.expect("present", desk.keys(...String(fen), "enter"));

async function done(): Promise<void> {
  await desk.finish();
  expect(await desk.check()).toMatchObject({ ok: true });
  expect((await desk.state()).debt.reversals).toBe(0);
}

test("a small amount by a credit card: neither PIN nor signature; lights and field go with it", async () => {
  const from = await count();
  await amount(10_000);
  expect([await lights(), await field()]).toEqual([["blue"], true]);
  await desk.expect("approved", pay("chip-credit-1"));
  expect([await lights(), await field()]).toEqual([["blue", "yellow", "green"], false]);
  await done();
  const [request, ...more] = await sent(from);
  expect(more).toEqual([]);
  expect(request?.fields).toMatchObject({ "22": "072", "23": "001", "60": expect.stringMatching(/60\d?$/) });
  expect(request?.fields["52"]).toBeUndefined();
  // TVR as the card has signed it; 9F34: nothing.
  expect(request?.fields["55"]).toContain("95050000000000");
  expect(request?.fields["55"]).toContain("9F34031F0002");
  expect(await slip()).toContain("交易金额未超过1000元，免密免签");
  expect(await slip()).not.toContain("持卡人签名");
  expect(await slip()).toMatch(/ARQC: [0-9A-F]{16}/);
});

test("over the limit: PIN and signature; a wrong PIN is tried again over the same cryptogram", async () => {
  const from = await count();
  await amount(100_100);
  await desk.expect("pin", pay("chip-debit-1"));
  await desk.expect("declined", desk.pin("111111"));
  await desk.expect("pin", desk.keys("clear"));
  await desk.expect("approved", desk.pin("123456"));
  await done();
  const [wrong, right] = await sent(from);
  expect([wrong?.fields["22"], right?.fields["22"]]).toEqual(["071", "071"]);
  expect(right?.fields["55"]).toBe(wrong?.fields["55"]);
  expect(right?.fields["55"]).toContain("9F3403020000");
  expect(right?.fields["11"]).not.toBe(wrong?.fields["11"]);
  expect(await slip()).toContain("持卡人签名");
  expect(await slip()).not.toContain("免");
});

test("a debit card in no table has a PIN at any amount; one without a PIN presses Enter", async () => {
  await amount(1_000);
  await desk.expect("pin", pay("chip-debit-1"));
  await desk.expect("approved", desk.pin("123456"));
  await done();
  expect(await slip()).toContain("持卡人签名");
});

test("a phone that has verified its owner needs no PIN over the limit; one that wants to be looked at says so first", async () => {
  await amount(200_000);
  await desk.expect("approved", pay("chip-phone-1"));
  await done();
  expect(await slip()).not.toContain("未超过");
  expect(await slip()).toContain("持卡人签名");

  await amount(3_000);
  await desk.expect("present", tap("chip-phone-locked"));
  expect(await words()).toContain("看手机");
  await desk.expect("approved", pay("chip-phone-locked"));
  await done();
});

test("at idle, and at a question for the card, a tap only means to pay: the amount, then the card again", async () => {
  await desk.expect("amount", tap("chip-credit-1"));
  expect(await field()).toBe(false);
  await desk.expect("present", desk.keys(..."2500", "enter"));
  expect(await words()).toContain("请再次挥卡");
  await desk.expect("approved", pay("chip-credit-1"));
  await done();
  await desk.expect("present", desk.keys("menu", "1"));
  await desk.expect("amount", tap("chip-credit-1"));
  await desk.expect("present", desk.keys(..."2600", "enter"));
  await desk.expect("approved", pay("chip-credit-1"));
  await done();
});

test("two cards at once: one only, please; a card of another world: another side of it, and no more tapping", async () => {
  await amount(3_100);
  await desk.expect("present", tap("chip-two-in-field"));
  expect(await words()).toContain("只出示一张卡");
  await desk.expect("approved", pay("chip-credit-1"));
  await done();

  await amount(3_200);
  await desk.expect("present", tap("chip-no-application"));
  expect(await words()).toContain("请插卡、刷卡或换卡");
  expect([(await words()).includes("挥卡 "), await field()]).toEqual([false, false]);
  await desk.expect("confirm", desk.post("/card", { action: "insert", card: "chip-debit-1" }));
  await desk.expect("pin", desk.keys("enter"));
  await desk.pin("123456");
  await desk.expect("approved", desk.post("/card", { action: "remove" }));
  await done();
});

test("a swipe or a chip that comes first puts the field out", async () => {
  await amount(3_300);
  await desk.expect("confirm", desk.swipe("debit-1"));
  expect([await field(), await lights()]).toEqual([false, []]);
  await desk.expect("idle", desk.keys("cancel"));
  expect(await field()).toBe(true);
});

test("an amount over the reader's own limit: the field stays out of it", async () => {
  await desk.expect("present", desk.keys(..."9999999", "enter"));
  expect(await field()).toBe(false);
  expect(await words()).not.toContain("挥卡");
});

test("taken away at any command: nothing has happened, and the next tap pays", async () => {
  for (const value of [1, 2, 3]) {
    const from = await count();
    await amount(3_400 + value);
    await desk.fault("picc", "tear-at", { value });
    await desk.expect("present", tap("chip-credit-1"));
    expect(await words()).toContain("请再次挥卡");
    await desk.expect("approved", pay("chip-credit-1"));
    await done();
    expect((await sent(from)).map(({ mti }) => mti)).toEqual(["0200"]);
  }
});

test("no answer: reversed with the card's data; declined: nothing is owed; scripts reach no card", async () => {
  await desk.post("/acquirer", { match: { mti: "0200" }, fault: "silence", count: 1 });
  let from = await count();
  await amount(4_000);
  await desk.expect("unknown", pay("chip-credit-1"));
  await done();
  const [payment, reversal] = await sent(from);
  expect([payment?.mti, reversal?.mti]).toEqual(["0200", "0400"]);
  expect(reversal?.fields).toMatchObject({ "11": payment?.fields["11"], "22": "072", "23": "001", "39": "98" });
  expect(reversal?.fields["55"]).toMatch(/^9505/);

  await desk.post("/acquirer", { match: { mti: "0200" }, answer: { "39": "51" }, count: 1 });
  from = await count();
  await amount(4_100);
  await desk.expect("declined", pay("chip-credit-1"));
  await done();
  expect((await sent(from)).map(({ mti }) => mti)).toEqual(["0200"]);

  await desk.post("/acquirer", { match: { mti: "0200" }, chip: { arpc: "wrong", scripts: [{ do: "pin-unblock" }] }, count: 1 });
  await amount(4_200);
  await desk.expect("approved", pay("chip-credit-1"));
  await done();
  from = await count();
  await amount(4_300);
  await desk.expect("approved", pay("chip-credit-1"));
  await done();
  expect((await sent(from)).map(({ mti }) => mti)).toEqual(["0200"]);
});

test("the card says no: no message, no money", async () => {
  const from = await count();
  await amount(120_000);
  await desk.expect("declined", pay("chip-ecash-only"));
  expect(await lights()).toEqual(["red"]);
  await done();
  expect(await sent(from)).toEqual([]);
});

test("a hold, more of it, its void; a balance; a sale, its void and a refund: all by taps", async () => {
  await desk.expect("present", desk.keys("menu", "4", "1"));
  await desk.expect("amount", tap("chip-debit-1"));
  await desk.expect("present", desk.keys(..."5000", "enter"));
  // A hold has a PIN whatever its amount.
  await desk.expect("pin", pay("chip-debit-1"));
  await desk.expect("approved", desk.pin("123456"));
  await done();
  const held = (await desk.messages(true)).findLast(({ mti }) => mti === "0110")?.fields ?? {};
  // More of it: the card is read for its number, then asked for its cryptogram over the amount.
  await desk.expect("present", desk.keys("menu", "4", "6"));
  await desk.expect("date", tap("chip-debit-1"));
  await desk.expect("authcode", desk.keys(...(held["13"] ?? ""), "enter"));
  await desk.expect("amount", desk.keys(...(held["38"] ?? ""), "enter"));
  await desk.expect("present", desk.keys(..."2000", "enter"));
  await desk.expect("pin", pay("chip-debit-1"));
  await desk.expect("approved", desk.pin("123456"));
  await done();
  const [add] = (await sent(0)).slice(-1);
  expect(add?.fields).toMatchObject({ "22": "071", "25": "60", "55": expect.stringContaining("9F2608") });

  await desk.expect("present", desk.keys("menu", "7", "1"));
  await desk.expect("pin", pay("chip-debit-1"));
  await desk.expect("approved", desk.pin("123456"));
  await done();

  await amount(4_500);
  await desk.expect("approved", pay("chip-credit-1"));
  await done();
  const trace = Number((await desk.state()).trace) - 1;
  await desk.keys("menu", "2");
  await desk.keys(..."123456", "enter");
  await desk.keys(...String(trace), "enter");
  await desk.expect("present", desk.keys("enter"));
  await desk.expect("present", tap("chip-debit-1"));
  expect(await words()).toContain("不是原交易那张卡");
  await desk.expect("pin", pay("chip-credit-1"));
  await desk.expect("approved", desk.post("/pinpad", { keys: ["enter"] }));
  await done();
  const last = (await sent(0)).at(-1);
  expect(last?.fields).toMatchObject({ "3": "200000", "22": "072", "23": "001" });
  expect(last?.fields["55"]).toBeUndefined();

  await amount(4_600);
  await desk.expect("approved", pay("chip-credit-1"));
  await done();
  const sale = (await desk.messages(true)).findLast(({ mti }) => mti === "0210")?.fields ?? {};
  await desk.expect("supervisor", desk.keys("menu", "3"));
  await desk.expect("present", desk.keys(..."123456", "enter"));
  await desk.expect("reference", tap("chip-credit-1"));
  await desk.keys(...(sale["37"] ?? ""), "enter");
  await desk.expect("amount", desk.keys(...(sale["13"] ?? ""), "enter"));
  await desk.expect("confirm", desk.keys(..."1600", "enter"));
  await desk.expect("approved", desk.keys("enter"));
  await done();
  expect((await sent(0)).at(-1)).toMatchObject({ mti: "0220", fields: { "22": "072", "23": "001", "4": "000000001600" } });
});

test("the purse, where the merchant prefers it: paid in one tap without the host, told with the next; torn away, its log says so", async () => {
  await change("channel", "2");
  const from = await count();
  await amount(5_000);
  await desk.expect("approved", pay("chip-ecash-1"));
  await done();
  expect(await sent(from)).toEqual([]);
  expect((await desk.state()).debt.offline).toBe(1);
  expect(await slip()).toContain("TC:");
  expect(await slip()).toMatch(/电子现金余额\(EC BALANCE\)\s+RMB 450\.00/);

  // A record is lost: perhaps the purse has paid, and nobody has seen it.
  await amount(5_100);
  await desk.fault("picc", "tear-at", { value: 4 });
  await desk.expect("present", tap("chip-ecash-1"));
  expect(await words()).toContain("刚才那张卡");
  await desk.expect("approved", pay("chip-ecash-1"));
  await done();

  // Nobody taps again: that the purse may have paid is said, once.
  await amount(5_150);
  await desk.fault("picc", "tear-at", { value: 4 });
  await desk.expect("present", tap("chip-ecash-1"));
  await desk.expect("notice", desk.keys("cancel"));
  expect(await words()).toContain("不要重复收款");
  await desk.finish();
  await amount(5_160);
  await desk.expect("idle", desk.keys("cancel"));
  await change("channel", "1");
  await amount(5_200);
  await desk.expect("approved", pay("chip-credit-1"));
  await done();
  expect((await desk.state()).debt.offline).toBe(0);
  const told = (await sent(from)).filter(({ fields }) => fields["60"]?.startsWith("36"));
  expect(told.map(({ fields }) => [Number(fields["4"]), fields["22"]])).toEqual([
    [5_000, "072"],
    [5_100, "072"],
  ]);
});

test("power goes while the purse may have paid: said at the next start, and the same card clears it", async () => {
  await change("channel", "2");
  await amount(5_300);
  await desk.fault("picc", "tear-at", { value: 4 });
  await desk.expect("present", tap("chip-ecash-1"));
  await desk.power("cycle");
  await desk.keys(..."01", "enter");
  await desk.expect("notice", desk.keys(..."0000", "enter"));
  expect(await words()).toMatch(/断电前 622999\*+\d{4} 付 53\.00/);
  await desk.finish();
  await amount(5_300);
  await desk.expect("approved", pay("chip-ecash-1"));
  await done();
  expect((await desk.state()).debt.offline).toBe(1);
  expect(await slip()).toMatch(/ECC001[\s\S]*RMB 53\.00/);
  // Said once.
  await desk.power("cycle");
  await desk.keys(..."01", "enter");
  expect((await desk.keys(..."0000", "enter")).screen.lines.join(" ")).not.toContain("断电前");
  await desk.finish();
});

test("another card after a torn one: said once, and nothing of it is paid; then as usual", async () => {
  await amount(5_400);
  await desk.fault("picc", "tear-at", { value: 4 });
  await desk.expect("present", tap("chip-ecash-1"));
  await desk.expect("notice", tap("chip-credit-1"));
  expect(await words()).toContain("不要重复收款");
  await desk.finish();
  await amount(5_400);
  await desk.expect("approved", pay("chip-credit-1"));
  await done();
});

test("a blacklisted purse is left before it is charged", async () => {
  const balance = async (): Promise<string> => {
    await desk.keys("menu", "6", "3");
    await desk.expect("remove-card", desk.post("/card", { action: "insert", card: "chip-ecash-1" }));
    const { screen } = await desk.expect("approved", desk.post("/card", { action: "remove" }));
    await desk.finish();
    return screen.lines.join(" ");
  };
  const list = async (row: "3" | "4"): Promise<void> => {
    await desk.keys("menu", "9", "9", "4", row);
    await desk.finish(await desk.keys(..."123456", "enter", ..."6229992000000000033", "enter"));
  };
  const before = await balance();
  await list("3");
  await amount(5_500);
  await desk.expect("notice", tap("chip-ecash-1"));
  expect(await words()).toContain("黑名单");
  await desk.finish();
  expect(await balance()).toBe(before);
  await list("4");
  await change("channel", "1");
  await amount(5_600);
  await desk.expect("approved", pay("chip-credit-1"));
  await done();
});

test("the settlement: it balances, and of what was tapped no certificate is told but that of the refusal", async () => {
  const from = await count();
  await desk.keys("menu", "9", "3");
  await done();
  const told = (await sent(from)).filter(({ mti, fields }) => mti === "0320" && fields["55"] !== undefined);
  expect(told.map(({ fields }) => [fields["60"]?.slice(8, 11), fields["22"]?.slice(0, 2)])).toEqual([
    ["203", "05"],
    ["204", "07"],
  ]);
  // AAC, over the TVR that the card has seen.
  expect(told.at(-1)?.fields["55"]).toContain("9F270100");
  expect(told.at(-1)?.fields["55"]).toContain("95050000000000");
});
