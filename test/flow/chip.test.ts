/** Chips in the slot on the real bundle: whatever card, host or hand does, money and books agree (M6, §5.7). */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Desk, type State } from "./desk-client.ts";

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.start(["--seed", "61"]);
  await desk.logIn();
});
afterAll(() => desk.stop());
/** So that one that fails does not leave its card to the next. */
afterEach(async () => {
  await remove().catch(() => undefined);
  await desk.keys("cancel");
  await desk.finish();
});

const insert = (card: string): Promise<State> => desk.post("/card", { action: "insert", card });
const remove = (): Promise<State> => desk.post("/card", { action: "remove" });
const words = async (): Promise<string> => (await desk.state()).screen.lines.join(" ");
const sent = async (from: number) => (await desk.messages(true)).slice(from).filter(({ dir }) => dir === "out");
const count = async (): Promise<number> => (await desk.messages()).length;

/** From the slot to whatever stands there after the PIN. */
async function pay(card: string, fen: number): Promise<State> {
  await desk.expect("amount", insert(card));
  await desk.expect("confirm", desk.keys(...String(fen), "enter"));
  const state = await desk.keys("enter");
  return state.screen.id === "pin" ? desk.pin("123456") : state;
}

async function done(): Promise<void> {
  const state = await desk.state();
  await desk.finish(state.screen.id === "remove-card" ? await remove() : state);
  expect(await desk.check()).toMatchObject({ ok: true });
  expect((await desk.state()).debt.reversals).toBe(0);
}

test("two applications: the cardholder chooses, then pays", async () => {
  await desk.expect("amount", insert("chip-choice-1"));
  await desk.expect("application", desk.keys("1", "0", "0", "enter"));
  await desk.expect("confirm", desk.keys("1"));
  await desk.expect("pin", desk.keys("enter"));
  await desk.expect("remove-card", desk.pin("123456"));
  await desk.expect("approved", remove());
  await done();
});

test.each(["chip-refuses-second-ac", "chip-dies-at-second-ac"])(
  "%s: approved by the host, reversed with the card's data",
  async (card) => {
    const from = await count();
    await desk.expect("remove-card", pay(card, 5_000));
    await desk.expect("unknown", remove());
    await done();
    const [payment, reversal] = await sent(from);
    expect([payment?.mti, reversal?.mti]).toEqual(["0200", "0400"]);
    expect(reversal?.fields).toMatchObject({ "11": payment?.fields["11"], "22": "051", "23": "001", "39": "06" });
    expect(reversal?.fields["55"]).toMatch(/^9505/);
  },
);

test("no answer: the card is told no and the sale is reversed", async () => {
  await desk.post("/acquirer", { match: { mti: "0200" }, fault: "silence", count: 1 });
  const from = await count();
  await desk.expect("remove-card", pay("chip-debit-1", 4_000));
  await desk.expect("unknown", remove());
  await done();
  expect((await sent(from)).map(({ mti, fields }) => `${mti} ${fields["39"] ?? ""}`)).toEqual(["0200 ", "0400 98"]);
});

test("the host declines: nothing is owed", async () => {
  await desk.post("/acquirer", { match: { mti: "0200" }, answer: { "39": "51" }, count: 1 });
  const from = await count();
  await desk.expect("remove-card", pay("chip-debit-1", 4_100));
  await desk.expect("declined", remove());
  await done();
  expect((await sent(from)).map(({ mti }) => mti)).toEqual(["0200"]);
});

test("a script of the issuer runs, and what became of it is told with the next transaction", async () => {
  await desk.post("/acquirer", { match: { mti: "0200" }, chip: { scripts: [{ do: "pin-unblock" }] }, count: 1 });
  await desk.expect("remove-card", pay("chip-debit-1", 4_200));
  await done();
  const from = await count();
  await pay("chip-debit-1", 4_300);
  await done();
  const [notice, payment] = await sent(from);
  expect([notice?.mti, payment?.mti]).toEqual(["0620", "0200"]);
  expect(notice?.fields["55"]).toContain("DF31");
  // DE32 as the answer with the scripts had it (§2.10).
  const answers = (await desk.messages()).filter(({ mti }) => mti === "0210");
  expect([notice?.fields["32"]]).toEqual([answers.at(-2)?.fields["32"]]);
  expect(notice?.fields["32"]).toMatch(/^\d+$/);
  expect((await desk.messages()).find(({ mti }) => mti === "0630")?.fields["39"]).toBe("00");
});

test("pulled out at any command: nothing happened, or it was reversed, or it stands", async () => {
  const fates = new Set<string>();
  for (const value of [2, 12, 24, 25, 26, 27, 28, 29]) {
    const from = await count();
    await desk.fault("icc", "pull-at", { value });
    await desk.expect("amount", insert("chip-debit-1"));
    let state = await desk.keys("1", "0", "0", "enter");
    if (state.screen.id === "confirm") state = await desk.keys("enter");
    if (state.screen.id === "pin") await desk.pin("123456");
    await done();
    fates.add((await sent(from)).map(({ mti }) => mti).join(" "));
    await desk.call("DELETE", "/faults");
  }
  expect([...fates].sort()).toEqual(["", "0200", "0200 0400"]);
});

test("a dead chip three times, then its stripe stands in and says so", async () => {
  for (let n = 0; n < 3; n++) {
    await desk.keys("menu", "1");
    await desk.expect("amount", insert("chip-mute"));
    await desk.expect("notice", desk.keys("1", "enter"));
    expect(await words()).toContain("芯片无应答");
    await desk.expect("remove-card", desk.keys("enter"));
    await done();
  }
  const from = await count();
  await desk.expect("approved", desk.sale("chip-mute", 3_000));
  await done();
  expect((await sent(from))[0]?.fields).toMatchObject({ "22": "021", "60": expect.stringMatching(/62\d?$/) });
});

test("a balance by the chip", async () => {
  await desk.keys("menu", "7", "1");
  await desk.expect("pin", insert("chip-debit-1"));
  await desk.expect("remove-card", desk.pin("123456"));
  await desk.expect("approved", remove());
  await done();
});

test("a void by the chip's number; the hold by its cryptogram; the settlement takes the certificates", async () => {
  await pay("chip-debit-1", 6_000);
  await done();
  const trace = Number((await desk.state()).trace) - 1;
  await desk.keys("menu", "2");
  await desk.keys(..."123456", "enter");
  await desk.keys(...String(trace), "enter");
  await desk.expect("present", desk.keys("enter"));
  await desk.expect("pin", insert("chip-debit-1"));
  await desk.expect("remove-card", desk.pin("123456"));
  await desk.expect("approved", remove());
  await done();

  await desk.keys("menu", "4", "1");
  await desk.expect("amount", insert("chip-debit-1"));
  await desk.keys(..."5000", "enter");
  await desk.keys("enter");
  await desk.expect("remove-card", desk.pin("123456"));
  await done();

  const from = await count();
  await desk.finish(await desk.keys("menu", "9", "3", "enter"));
  const uploads = (await desk.messages()).slice(from).filter(({ mti }) => mti === "0330");
  expect(uploads.length).toBeGreaterThan(3);
  expect(uploads.every(({ fields }) => fields["39"] === "00")).toBe(true);
  expect(await desk.check()).toMatchObject({ ok: true });
});
