/** A wrong PIN (answer 55): another try in the same transaction, as a message of its own (§3.13, §5.2). */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk, type State } from "./desk-client.ts";

let desk: Desk;
const CARD = "debit-1";
const requests = async (from: number) => (await desk.messages()).slice(from).filter(({ dir }) => dir === "out");
const wrongPin = (count: number) => desk.post("/acquirer", { match: { mti: "0200" }, answer: { "39": "55" }, count });
const told = ({ screen }: State) => screen.lines.join(" ");

beforeAll(async () => {
  desk = await Desk.start(["--seed", "5"]);
  await desk.logIn();
});
afterAll(() => desk.stop());

test("Clear asks for the PIN again; the second message has a trace of its own and is approved, nothing is reversed", async () => {
  const before = (await desk.messages()).length;
  const declined = await desk.expect("declined", desk.sale(CARD, 5_000, "111111"));
  expect(told(declined)).toContain("还可试 2 次");
  expect(declined.screen.hints.join(" ")).toContain("重输密码");
  await desk.expect("pin", desk.keys("clear"));
  await desk.finish(await desk.expect("approved", desk.pin("123456")));
  const sent = await requests(before);
  expect(sent.map(({ mti }) => mti)).toEqual(["0200", "0200"]);
  expect(Number(sent[1]?.fields["11"])).toBe(Number(sent[0]?.fields["11"]) + 1);
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("three PINs at most; Enter or Cancel ends it as before", async () => {
  await wrongPin(3);
  const before = (await desk.messages()).length;
  await desk.expect("declined", desk.sale(CARD, 5_100, "123456"));
  await desk.keys("clear");
  expect(told(await desk.expect("declined", desk.pin("123456")))).toContain("还可试 1 次");
  await desk.keys("clear");
  const last = await desk.expect("declined", desk.pin("123456"));
  expect(last.screen.hints.join(" ")).not.toContain("重输密码");
  await desk.expect("idle", desk.keys("enter"));
  expect(await requests(before)).toHaveLength(3);

  await wrongPin(1);
  await desk.expect("declined", desk.sale(CARD, 5_200, "123456"));
  await desk.expect("idle", desk.keys("cancel"));
  await wrongPin(1);
  await desk.expect("declined", desk.sale(CARD, 5_300, "123456"));
  await desk.expect("pin", desk.keys("clear"));
  await desk.expect("idle", desk.keys("cancel"));
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("an issuer that stops it with 75 is not asked again", async () => {
  await desk.post("/acquirer", { match: { mti: "0200" }, answer: { "39": "75" }, count: 1 });
  const state = await desk.expect("declined", desk.sale(CARD, 5_400, "123456"));
  expect(state.screen.hints.join(" ")).not.toContain("重输密码");
  await desk.finish(state);
});

test("a balance may be asked for again too", async () => {
  await desk.expect("card", desk.swipe(CARD));
  await desk.expect("pin", desk.keys("3"));
  await desk.expect("declined", desk.pin("111111"));
  await desk.expect("pin", desk.keys("clear"));
  await desk.finish(await desk.expect("approved", desk.pin("123456")));
});

const insert = (card: string): Promise<State> => desk.post("/card", { action: "insert", card });
const remove = (): Promise<State> => desk.post("/card", { action: "remove" });

async function chipToPin(fen: number): Promise<State> {
  await desk.expect("amount", insert("chip-debit-1"));
  await desk.expect("confirm", desk.keys(...String(fen), "enter"));
  return desk.expect("pin", desk.keys("enter"));
}

test("a chip waits in the slot: the second message has the same cryptogram, another trace, another PIN, and the card approves", async () => {
  const before = (await desk.messages()).length;
  await chipToPin(6_000);
  const declined = await desk.expect("declined", desk.pin("111111"));
  expect(told(declined)).toContain("还可试 2 次");
  await desk.expect("pin", desk.keys("clear"));
  await desk.expect("remove-card", desk.pin("123456"));
  await desk.finish(await desk.expect("approved", remove()));
  const sent = await requests(before);
  expect(sent.map(({ mti }) => mti)).toEqual(["0200", "0200"]);
  const [first, second] = sent as [(typeof sent)[number], (typeof sent)[number]];
  expect(second.fields["55"]).toBe(first.fields["55"]);
  expect(Number(second.fields["11"])).toBe(Number(first.fields["11"]) + 1);
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("a chip: declined for good when the cashier leaves it, when three were wrong, and when the card is pulled; told once", async () => {
  await wrongPin(1);
  await chipToPin(6_100);
  await desk.expect("declined", desk.pin("123456"));
  await desk.expect("remove-card", desk.keys("enter"));
  await desk.expect("idle", remove());

  await wrongPin(3);
  const before = (await desk.messages()).length;
  await chipToPin(6_200);
  for (const _ of [1, 2]) {
    await desk.expect("declined", desk.pin("123456"));
    await desk.expect("pin", desk.keys("clear"));
  }
  await desk.expect("remove-card", desk.pin("123456"));
  await desk.finish(await desk.expect("declined", remove()));
  expect(await requests(before)).toHaveLength(3);

  await wrongPin(1);
  const third = (await desk.messages()).length;
  await chipToPin(6_300);
  await desk.expect("declined", desk.pin("123456"));
  await remove();
  await desk.finish(await desk.keys("clear"));
  expect((await requests(third)).map(({ mti }) => mti)).toEqual(["0200"]);
  expect((await desk.state()).debt.reversals).toBe(0);
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("a balance by the chip may be asked for again too", async () => {
  await desk.keys("menu", "7", "1");
  await desk.expect("pin", insert("chip-debit-1"));
  await desk.expect("declined", desk.pin("111111"));
  await desk.expect("pin", desk.keys("clear"));
  await desk.expect("remove-card", desk.pin("123456"));
  await desk.finish(await desk.expect("approved", remove()));
});
