/** Electronic cash on the real bundle (M7, §2.5, §2.6): whatever purse, host or hand does, money and books agree. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Desk, type State } from "./desk-client.ts";

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.start(["--seed", "67"]);
  await desk.logIn();
});
afterAll(() => desk.stop());
/** So that one that fails does not leave its card to the next. */
afterEach(async () => {
  await remove().catch(() => undefined);
  await desk.call("DELETE", "/faults");
  await desk.keys("cancel");
  await desk.finish();
});

const PURSE = "chip-ecash-1";
const insert = (card: string): Promise<State> => desk.post("/card", { action: "insert", card });
const remove = (): Promise<State> => desk.post("/card", { action: "remove" });
const words = async (): Promise<string> => (await desk.state()).screen.lines.join(" ");
const sent = async (from: number) => (await desk.messages(true)).slice(from).filter(({ dir }) => dir === "out");
const count = async (): Promise<number> => (await desk.messages()).length;
const mtis = async (from: number): Promise<string> =>
  (await sent(from)).map(({ mti, fields }) => `${mti} ${(fields["60"] ?? "").slice(0, 2)}`).join(", ");

async function done(): Promise<void> {
  for (let state = await desk.state(); state.screen.id !== "idle"; )
    state = state.screen.id === "remove-card" ? await remove() : await desk.keys("enter");
  expect(await desk.check()).toMatchObject({ ok: true, differences: [] });
  expect((await desk.state()).debt.reversals).toBe(0);
}

/** From the menu to the card at work. */
async function pay(row: string, fen: number, card: string): Promise<State> {
  await desk.keys("menu", "6", row);
  await desk.expect("present", desk.keys(...String(fen), "enter"));
  return insert(card);
}

async function load(row: string, fen: number, card = PURSE): Promise<State> {
  await desk.keys("menu", "6", "5", row);
  await desk.keys(...String(fen), "enter");
  await desk.expect("confirm", insert(card));
  const state = await desk.keys("enter");
  return state.screen.id === "pin" ? desk.pin("123456") : state;
}

async function balance(card = PURSE): Promise<number> {
  await desk.keys("menu", "6", "3");
  await desk.expect("remove-card", insert(card));
  const { screen } = await desk.expect("approved", remove());
  await desk.finish();
  return Math.round(
    Number(
      screen.lines
        .join(" ")
        .match(/[\d,]+\.\d\d/)?.[0]
        .replaceAll(",", ""),
    ) * 100,
  );
}

test("fast out of the slot and out of the field: nothing asked, nothing sent, no signature", async () => {
  const [from, held] = [await count(), await balance()];
  await desk.call("DELETE", "/paper");
  await desk.expect("remove-card", pay("1", 1_000, PURSE));
  await done();
  await desk.keys("menu", "6", "1");
  await desk.expect("present", desk.keys(..."2000", "enter"));
  await desk.expect("approved", desk.post("/card", { action: "tap", card: PURSE }));
  await done();
  expect([await mtis(from), held - (await balance())]).toEqual(["", 3_000]);
  const papers = (await desk.paper()).map(({ text }) => text.join("\n"));
  expect(papers).toHaveLength(4);
  for (const paper of papers) {
    expect(paper).toContain("电子现金消费");
    expect(paper).not.toContain("持卡人签名");
  }
});

test("normal: number and amount agreed to; what the purse does not hold the account pays, with its PIN", async () => {
  await desk.expect("confirm", pay("2", 1_500, PURSE));
  await desk.expect("remove-card", desk.keys("enter"));
  await done();
  const from = await count();
  await desk.expect("confirm", pay("2", 5_000, "chip-ecash-low"));
  await desk.expect("pin", desk.keys("enter"));
  await desk.expect("remove-card", desk.pin("123456"));
  await done();
  // With the next one that goes to the host, what was paid without it is told first.
  expect(await mtis(from)).toBe("0200 36, 0200 36, 0200 36, 0200 22");
});

test("fast from a purse that is too small, from a card without one, over the limit", async () => {
  const from = await count();
  await pay("1", 5_000, "chip-ecash-low");
  await desk.expect("declined", remove());
  expect(await words()).toContain("电子现金余额不足");
  await done();
  await pay("1", 5_000, "chip-debit-1");
  expect(await words()).toContain("没有电子现金");
  await done();
  await desk.keys("menu", "6", "1");
  await desk.expect("amount", desk.keys(..."100000", "enter"));
  expect(await words()).toContain("须低于");
  await desk.keys("cancel");
  expect(await mtis(from)).toBe("");
});

test("loads of all three kinds, and the cash given back: the purse holds them, each with its own message", async () => {
  const [from, held] = [await count(), await balance()];
  await desk.expect("remove-card", load("1", 3_000));
  await done();
  await desk.keys("menu", "6", "5", "2");
  await desk.expect("present", desk.keys(..."4000", "enter"));
  await desk.swipe("debit-1");
  await desk.expect("confirm", insert(PURSE));
  await desk.expect("pin", desk.keys("enter"));
  await desk.expect("remove-card", desk.pin("123456"));
  await done();
  const paper = (await desk.paper()).at(-1)!.text.join("\n");
  expect(paper).toContain("转出卡号");
  await desk.expect("remove-card", load("3", 5_000));
  await done();
  expect((await balance()) - held).toBe(12_000);
  const trace = Number((await desk.state()).trace) - 1;
  await desk.keys("menu", "6", "5", "4");
  await desk.keys(..."123456", "enter");
  await desk.keys(...String(trace), "enter");
  await desk.expect("present", desk.keys("enter"));
  await desk.expect("confirm", insert(PURSE));
  await desk.expect("remove-card", desk.keys("enter"));
  await done();
  expect((await balance()) - held).toBe(7_000);
  expect((await mtis(from)).replaceAll("0200 36, ", "")).toBe("0200 45, 0620 00, 0200 47, 0620 00, 0200 46, 0620 00, 0200 51");
});

test("a wrong PIN: typed again while the card waits, over the same cryptogram; then paid, and loaded", async () => {
  const from = await count();
  await desk.expect("confirm", pay("2", 5_000, "chip-ecash-low"));
  await desk.expect("pin", desk.keys("enter"));
  await desk.expect("declined", desk.pin("111111"));
  await desk.expect("pin", desk.keys("clear"));
  await desk.expect("remove-card", desk.pin("123456"));
  await desk.expect("approved", remove());
  await done();
  await desk.keys("menu", "6", "5", "1");
  await desk.keys(..."2500", "enter");
  await desk.expect("confirm", insert(PURSE));
  await desk.expect("pin", desk.keys("enter"));
  await desk.expect("declined", desk.pin("111111"));
  await desk.expect("pin", desk.keys("clear"));
  await desk.expect("remove-card", desk.pin("123456"));
  await done();
  const requests = (await sent(from)).filter(({ mti }) => mti === "0200");
  expect(requests.map(({ fields }) => fields["3"])).toEqual(["000000", "000000", "600000", "600000"]);
  const field55 = requests.map(({ fields }) => fields["55"]);
  expect([field55[1], field55[3]]).toEqual([field55[0], field55[2]]);
});

test("a load the card does not take is reversed, with the card's counter and what became of the script", async () => {
  const [from, held] = [await count(), await balance()];
  await desk.expect("remove-card", load("3", 90_000));
  await desk.expect("unknown", remove());
  await done();
  const [request, reversal] = (await sent(from)).filter(({ mti }) => mti === "0200" || mti === "0400");
  expect([reversal?.mti, reversal?.fields["39"], reversal?.fields["3"]]).toEqual(["0400", "06", "630000"]);
  expect(reversal?.fields["11"]).toBe(request?.fields["11"]);
  expect(reversal?.fields["55"]).toMatch(/9F3602.*DF31051/);
  expect(await balance()).toBe(held);
});

test("no answer to a load: the purse is not loaded, and the load is reversed", async () => {
  const held = await balance();
  await desk.post("/acquirer", { match: { mti: "0200" }, fault: "silence", count: 1 });
  const from = await count();
  await desk.expect("remove-card", load("1", 2_000));
  await desk.expect("unknown", remove());
  await done();
  expect((await sent(from)).at(-1)?.fields["39"]).toBe("98");
  expect(await balance()).toBe(held);
});

test("pulled out while it pays: nothing is charged twice, whatever the purse has done", async () => {
  const fates = new Set<string>();
  for (const value of [24, 30, 31, 32]) {
    const held = await balance();
    await desk.fault("icc", "pull-at", { value });
    const first = await pay("1", 100, PURSE);
    await done();
    await desk.call("DELETE", "/faults");
    const charged = (await balance()) < held;
    if (["remove-card", "approved"].includes(first.screen.id)) {
      expect(charged).toBe(true);
      continue;
    }
    await pay("1", 100, PURSE);
    const said = await words();
    await done();
    // Once before and said so, or once now: never both.
    expect(held - (await balance()), said).toBe(100);
    fates.add(charged ? "charged, and told the next time" : "nothing happened");
    expect(said.includes("已扣款"), said).toBe(charged);
  }
  expect(fates.size).toBe(2);
});

test("refused by the chip alone, since there is no line: its certificate is told with the settlement, and counts for nothing", async () => {
  await desk.fault("host", "refuse");
  await desk.expect("amount", insert("chip-debit-1"));
  await desk.expect("confirm", desk.keys(..."1000", "enter"));
  await desk.expect("pin", desk.keys("enter"));
  await desk.pin("123456");
  await remove();
  await desk.call("DELETE", "/faults");
  await done();
  const from = await count();
  await desk.keys("menu", "9", "3", "enter");
  await done();
  const failed = (await sent(from)).filter(({ mti, fields }) => mti === "0320" && fields["62"]?.startsWith("71"));
  expect(failed.map(({ fields }) => [fields["60"]?.slice(8, 11), fields["62"]])).toEqual([["204", "71001100000000100015610"]]);
  // The host's statement of the day knows each kind by its own digits.
  await desk.keys("menu", "8", "6", "7", "enter");
  expect(await words()).toContain("相符");
  expect(await words()).not.toMatch(/两边|(终端没有|银行没有|不相同) [1-9]/);
  await desk.keys("cancel", "cancel", "cancel", "cancel");
});

test("given back: what a purse paid goes to the account, by the slip", async () => {
  await desk.expect("remove-card", pay("1", 1_200, PURSE));
  await done();
  const trace = Number((await desk.state()).trace) - 1;
  const from = await count();
  await desk.keys("menu", "6", "6");
  await desk.keys(..."123456", "enter");
  await desk.expect("field", insert(PURSE));
  await desk.expect("field", desk.keys("enter"));
  await desk.expect("trace", desk.keys("enter"));
  await desk.keys(...String(trace), "enter");
  await desk.keys(...(await desk.state()).time.slice(5, 10).replace("-", ""), "enter");
  await desk.expect("confirm", desk.keys(..."700", "enter"));
  await desk.keys("enter");
  await done();
  expect(await mtis(from)).toBe("0200 36, 0220 27");
});
