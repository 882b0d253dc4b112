/** PINs the card itself checks (§6.7): typed on the pad, compared by the card, and nowhere in between (M6). */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Desk, type State } from "./desk-client.ts";

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.start(["--seed", "62"]);
  await desk.logIn();
});
afterAll(() => desk.stop());
afterEach(async () => {
  await desk.call("DELETE", "/faults");
  await remove().catch(() => undefined);
  await desk.keys("cancel");
  await desk.finish();
});

const insert = (card: string): Promise<State> => desk.post("/card", { action: "insert", card });
const remove = (): Promise<State> => desk.post("/card", { action: "remove" });
const lines = ({ screen }: State): string => screen.lines.join(" ");
const sent = async (from: number) => (await desk.messages(true)).slice(from).filter(({ dir }) => dir === "out");
const count = async (): Promise<number> => (await desk.messages()).length;

/** From the slot to the pad's question. */
async function asked(card: string, fen: number): Promise<State> {
  await desk.expect("amount", insert(card));
  await desk.expect("confirm", desk.keys(...String(fen), "enter"));
  return desk.expect("pin", desk.keys("enter"));
}

/** Back at idle, whatever stands there; the books agree. */
async function done(): Promise<void> {
  for (let state = await desk.state(); state.screen.id !== "idle"; )
    state = state.screen.id === "remove-card" ? await remove() : await desk.keys("enter");
  expect(await desk.check()).toMatchObject({ ok: true });
}

/** 9F34 of the last request. */
async function method(from: number): Promise<string | undefined> {
  const [payment] = await sent(from);
  return /9F3403([0-9A-F]{6})/.exec(payment?.fields["55"] ?? "")?.[1];
}

test.each([
  ["chip-pin-1", "440302"],
  ["chip-plain-pin-1", "410302"],
])("%s: the right PIN, and the host is told that the card has seen it (9F34 %s)", async (card, results) => {
  const from = await count();
  expect(lines(await asked(card, 5_000))).toContain("剩余次数 3");
  await desk.expect("remove-card", desk.pin("1234"));
  await desk.expect("approved", remove());
  await done();
  expect(await method(from)).toBe(results);
  const [payment] = await sent(from);
  expect(payment?.fields["52"]).toBeUndefined();
  expect(payment?.fields["22"]).toBe("052");
});

test("a wrong PIN: the card says how often it may still be tried; the last try is announced; then it is locked and the next rule counts", async () => {
  const from = await count();
  await asked("chip-plain-pin-1", 5_100);
  expect(lines(await desk.expect("pin", desk.pin("9999")))).toContain("密码错，请重新输入，剩余次数 2");
  const last = await desk.expect("pin", desk.pin("9998"));
  expect(lines(last)).toContain("最后一次机会");
  expect(await desk.get("/pinpad")).toMatchObject({ prompt: "last-try" });
  await desk.pin("9997");
  await done();
  // Its issuer wants a PIN of it, and got none.
  const [payment] = await sent(from);
  expect(payment?.fields["39"]).toBeUndefined();
  expect(await method(from)).toBe("1E0000");
  expect(payment?.fields["55"]).toMatch(/9505[0-9A-F]{4}20/);
  await desk.expect("amount", insert("chip-plain-pin-1"));
  await desk.expect("confirm", desk.keys(..."5100", "enter"));
  expect((await desk.keys("enter")).screen.id).not.toBe("pin");
  await done();
});

test("two wrong, then the right one", async () => {
  const from = await count();
  await asked("chip-pin-1", 5_200);
  await desk.expect("pin", desk.pin("1111"));
  await desk.expect("pin", desk.pin("2222"));
  await desk.expect("remove-card", desk.pin("1234"));
  await done();
  expect(await method(from)).toBe("440302");
});

test("left out with Enter alone: the host is told so, and wants one", async () => {
  const from = await count();
  await asked("chip-pin-1", 5_300);
  await desk.expect("remove-card", desk.post("/pinpad", { keys: ["enter"] }));
  await desk.expect("declined", remove());
  await done();
  const [payment] = await sent(from);
  // TVR byte 3, bit 4: PIN required, not entered; and the walk went on to the last rule.
  expect(/9505[0-9A-F]{4}(..)/.exec(payment?.fields["55"] ?? "")?.[1]).toBe("08");
  expect(await method(from)).toBe("1F0002");
  expect(payment?.fields["52"]).toBeUndefined();
});

test("Cancel on the pad or at the terminal, and nobody at the pad: nothing was sent", async () => {
  const from = await count();
  await asked("chip-pin-1", 5_400);
  await desk.post("/pinpad", { keys: ["cancel"] });
  await done();
  await asked("chip-pin-1", 5_400);
  await desk.keys("cancel");
  await done();
  expect(await sent(from)).toEqual([]);
});

test("the pad is pulled while it asks: nothing is sent, and the words say why", async () => {
  const from = await count();
  await asked("chip-pin-1", 5_500);
  await desk.fault("pinpad", "unplug");
  expect(lines(await desk.expect("notice", desk.state()))).toContain("密码键盘没有连上");
  await done();
  expect(await sent(from)).toEqual([]);
});

test.each(["chip-pin-1", "chip-debit-1"])(
  "%s is pulled while its PIN is typed: nobody is asked any more, nothing was sent",
  async (card) => {
    const from = await count();
    await asked(card, 5_700);
    const after = await desk.expect("notice", remove());
    expect(lines(after)).toContain("卡片已拔出，交易没有完成，未扣款");
    expect(await desk.get("/pinpad")).toMatchObject({ asking: false });
    await done();
    expect(await sent(from)).toEqual([]);
  },
);
