/** 预授权 (M13): held, added to, let go, charged by request or by advice, charge taken back; the list of what is open. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk, type State, type WireMessage } from "./desk-client.ts";

let desk: Desk;
const CARD = "debit-1";
const PAN = "6229990000000000019";

beforeAll(async () => {
  desk = await Desk.start(["--seed", "13"]);
  await desk.logIn();
});
afterAll(() => desk.stop());

const since = async (n: number) => (await desk.messages(true)).slice(n);
const count = async () => (await desk.messages()).length;
const sent = (messages: WireMessage[]) => messages.filter(({ dir }) => dir === "out");
const agrees = async () => expect(await desk.check()).toMatchObject({ ok: true, differences: [] });
const words = ({ screen }: State) => [screen.title, ...screen.lines].join(" ");

interface Held {
  authCode: string;
  /** MMDD. */
  date: string;
  trace: string;
}

async function hold(fen: number): Promise<Held> {
  await desk.expect("present", desk.keys("menu", "4", "1"));
  await desk.expect("amount", desk.swipe(CARD));
  await desk.expect("confirm", desk.keys(...String(fen), "enter"));
  await desk.expect("pin", desk.keys("enter"));
  await desk.expect("approved", desk.pin("123456"));
  await desk.finish();
  const fields = (await desk.messages()).findLast(({ mti }) => mti === "0110")?.fields ?? {};
  return { authCode: fields["38"] ?? "", date: fields["13"] ?? "", trace: fields["11"] ?? "" };
}

/** A row of menu 4 up to the amount: card, day, code of the hold. */
async function toAmount(row: string, { authCode, date }: Held, password = ""): Promise<State> {
  await desk.keys("menu", "4", row);
  if (password !== "") {
    await desk.expect("supervisor", desk.state());
    await desk.keys(...password, "enter");
  }
  await desk.expect("present", desk.state());
  await desk.expect("date", desk.swipe(CARD));
  await desk.expect("authcode", desk.keys(...date, "enter"));
  return desk.expect("amount", desk.keys(...authCode, "enter"));
}

async function open(): Promise<string[]> {
  const codes: string[] = [];
  let state = await desk.keys("menu", "4", "7");
  while (state.screen.id === "original") {
    const code = /\d{6}/.exec(state.screen.lines.find((line) => line.includes("授权码")) ?? "")?.[0] ?? "";
    if (codes.includes(code)) break;
    codes.push(code);
    state = await desk.keys("down");
  }
  await desk.finish(await desk.keys("cancel"));
  return codes;
}

test("held: 0100, the code large on the slip, listed with thirty days left, in no total", async () => {
  await desk.call("DELETE", "/paper");
  const before = await count();
  const held = await hold(100_000);
  const [request, answer] = await since(before);
  expect(request).toMatchObject({ mti: "0100" });
  expect(request?.fields).toMatchObject({ "3": "030000", "4": "000000100000", "25": "06" });
  expect(request?.fields["60"]?.slice(0, 2)).toBe("10");
  expect(answer).toMatchObject({ mti: "0110", mac: "ok" });
  const [merchant] = (await desk.paper()).map(({ text }) => text.join("\n"));
  expect(merchant).toContain("预授权");
  expect(merchant).toContain(held.authCode);

  await desk.call("DELETE", "/paper");
  const list = await desk.expect("original", desk.keys("menu", "4", "7"));
  expect(words(list)).toContain(held.authCode);
  expect(words(list)).toMatch(/30\s*天/);
  await desk.finish(await desk.keys("enter"));
  const [paper] = (await desk.paper()).map(({ text }) => text.join("\n"));
  expect(paper).toContain(held.authCode);
  expect(paper).toContain("1000.00");
  expect(await desk.get("/journal")).toMatchObject({ totals: { debitCount: 0, creditCount: 0 } });
  await agrees();
});

test("charged by request, up to 115 %: 0200/20 with DE38 and DE61, then no longer open", async () => {
  const held = await hold(10_000);
  const suggested = await toAmount("3", held);
  expect(words(suggested)).toContain("100.00");
  const over = await desk.expect("amount", desk.keys(..."11501", "enter"));
  expect(words(over)).toContain("115.00");
  const before = await count();
  await desk.expect("confirm", desk.keys("clear", "0", "enter"));
  await desk.expect("pin", desk.keys("enter"));
  await desk.expect("approved", desk.pin("123456"));
  await desk.finish();
  const [request] = await since(before);
  expect(request?.mti).toBe("0200");
  expect(request?.fields).toMatchObject({ "3": "000000", "4": "000000011500", "25": "06", "38": held.authCode });
  expect(request?.fields["60"]?.slice(0, 2)).toBe("20");
  expect(request?.fields["61"]?.slice(6)).toBe(held.trace + held.date);
  expect(await open()).not.toContain(held.authCode);
  await agrees();
});

test("the charge is voided by its trace: open again, and charged by advice without a PIN", async () => {
  const held = await hold(5_000);
  await toAmount("3", held);
  await desk.keys("enter", "enter");
  await desk.expect("approved", desk.pin("123456"));
  await desk.finish();
  const trace = (await desk.messages()).findLast(({ mti }) => mti === "0210")?.fields["11"] ?? "";

  let before = await count();
  await desk.expect("supervisor", desk.keys("menu", "4", "5"));
  await desk.expect("trace", desk.keys(..."123456", "enter"));
  await desk.expect("original", desk.keys(...trace, "enter"));
  await desk.expect("present", desk.keys("enter"));
  await desk.expect("pin", desk.swipe(CARD));
  await desk.expect("approved", desk.pin("123456"));
  await desk.finish();
  const [voided] = await since(before);
  expect(voided?.fields).toMatchObject({ "3": "200000", "25": "06" });
  expect(voided?.fields["60"]?.slice(0, 2)).toBe("21");
  expect(voided?.fields["61"]?.slice(6, 12)).toBe(trace);
  await agrees();
  expect(await open()).toContain(held.authCode);

  before = await count();
  await toAmount("4", held);
  await desk.expect("confirm", desk.keys("enter"));
  await desk.expect("approved", desk.keys("enter"));
  await desk.finish();
  const [advice, answer] = await since(before);
  expect(advice).toMatchObject({ mti: "0220" });
  expect(advice?.fields).toMatchObject({ "2": PAN, "3": "000000", "25": "06", "38": held.authCode });
  expect(advice?.fields["52"]).toBeUndefined();
  expect(answer).toMatchObject({ mti: "0230", mac: "ok" });
  expect(await open()).not.toContain(held.authCode);
  await agrees();
});

test("let go: the same amount only, with the supervisor; another amount is refused at the terminal", async () => {
  const held = await hold(7_000);
  await toAmount("2", held, "123456");
  const other = await desk.expect("amount", desk.keys(..."6999", "enter"));
  expect(words(other)).toContain("70.00");
  const before = await count();
  await desk.expect("confirm", desk.keys("clear", "clear", "clear", "clear", ..."7000", "enter"));
  await desk.expect("pin", desk.keys("enter"));
  await desk.expect("approved", desk.pin("123456"));
  await desk.finish();
  const [request] = await since(before);
  expect(request?.mti).toBe("0100");
  expect(request?.fields).toMatchObject({ "3": "200000", "25": "06", "38": held.authCode });
  expect(request?.fields["60"]?.slice(0, 2)).toBe("11");
  expect(await open()).not.toContain(held.authCode);
  await agrees();
});

test("added to: DE25 60; the hold is larger by it", async () => {
  const held = await hold(20_000);
  await toAmount("6", held);
  const before = await count();
  await desk.expect("confirm", desk.keys(..."5000", "enter"));
  await desk.expect("pin", desk.keys("enter"));
  await desk.expect("approved", desk.pin("123456"));
  await desk.finish();
  const [request] = await since(before);
  expect(request?.fields).toMatchObject({ "3": "030000", "25": "60", "38": held.authCode, "61": "0".repeat(16) });
  const suggested = await toAmount("3", held);
  expect(words(suggested)).toContain("250.00");
  await desk.expect("idle", desk.keys("cancel"));
  await agrees();
});

test("each that can be reversed is, with its DE38 and DE61", async () => {
  const held = await hold(3_000);
  for (const [row, password] of [
    ["2", "123456"],
    ["3", ""],
    ["6", ""],
  ] as const) {
    await toAmount(row, held, password);
    const before = await count();
    await desk.keys(...(row === "6" ? ["1", "0", "0"] : []), "enter");
    await desk.expect("pin", desk.keys("enter"));
    await desk.fault("host", "drop-response", { count: 1 });
    await desk.expect("unknown", desk.pin("123456"));
    await desk.finish();
    const [request, reversal] = sent(await since(before));
    expect(reversal?.mti).toBe("0400");
    for (const field of ["3", "4", "11", "22", "25", "38", "61"]) expect(reversal?.fields[field]).toBe(request?.fields[field]);
    await agrees();
  }
  expect(await open()).toContain(held.authCode);
});

test("an advice that is not answered is stored, goes before the next, and is never reversed", async () => {
  const held = await hold(4_000);
  await toAmount("4", held);
  const before = await count();
  await desk.keys("enter");
  await desk.fault("host", "drop-response", { count: 1 });
  const state = await desk.expect("notice", desk.keys("enter"));
  expect(words(state)).toContain("已保存");
  expect(state.debt).toMatchObject({ reversals: 0, offline: 1 });
  await desk.finish(state);
  await hold(100);
  expect(sent(await since(before)).map(({ mti }) => mti)).toEqual(["0220", "0220", "0100"]);
  await agrees();
});

test("a day more than thirty days ago, a day that is not, a code too short, letters with Alpha", async () => {
  await desk.keys("menu", "4", "3");
  await desk.swipe(CARD);
  const today = (await desk.state()).time.slice(0, 10);
  const old = new Date(Date.parse(`${today}T00:00:00Z`) - 31 * 86_400_000).toISOString().slice(5, 10).replace("-", "");
  expect(words(await desk.expect("date", desk.keys(...old, "enter")))).toContain("30 天");
  await desk.expect("date", desk.keys(...Array<string>(4).fill("clear"), ..."0931", "enter"));
  const now = today.slice(5).replace("-", "");
  await desk.expect("authcode", desk.keys(...Array<string>(4).fill("clear"), ...now, "enter"));
  expect(words(await desk.expect("authcode", desk.keys("2", "alpha", "alpha", "enter")))).toContain("6 位");
  expect(words(await desk.state())).toContain("B");
  await desk.expect("idle", desk.keys("cancel"));
});
