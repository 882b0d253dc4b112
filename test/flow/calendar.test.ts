/** Midnight, leap day, year end, and a clock that has stopped or was set wrong (A12, E7): the day is always the right one, and the money never cares. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk } from "./desk-client.ts";

let desk: Desk;
const CARD = "debit-1";

const setWall = (at: string) => desk.post("/clock", { at });
/** On the idle screen. */
const day = async () => /\d+年\d+月\d+日/.exec((await desk.state()).screen.lines.join(" "))?.[0];
const agrees = async () => expect(await desk.check()).toMatchObject({ ok: true, differences: [] });
const lastSlip = async () => (await desk.paper()).at(-1)?.text.join("\n") ?? "";
const rule = (body: unknown) => desk.post("/acquirer", body);
const last = async () => (await desk.get<{ transactions: { date: string; time: string }[] }>("/journal")).transactions.at(-1);

beforeAll(async () => {
  desk = await Desk.start(["--seed", "22"]);
  await desk.logIn();
});
afterAll(() => desk.stop());

async function afterRestartAt(wall: string): Promise<void> {
  await desk.power("cut");
  await setWall(wall);
  // The self-check says what is wrong with the clock.
  const state = await desk.power("on");
  if (state.screen.id === "selfcheck") await desk.keys("enter");
  await desk.logIn();
}

/** A sale on its way while the calendar goes on to `wall`. */
async function saleAcross(wall: string, fen: number): Promise<void> {
  await desk.saleToPin(CARD, fen);
  await setWall(wall);
  await desk.finish(await desk.expect("approved", desk.pin("123456")));
}

test("midnight in the middle of a sale: it is of the day on which the host said yes, and is found and voided the day after", async () => {
  await setWall("2026-02-27T23:59:58+08:00");
  await saleAcross("2026-02-28T00:00:03+08:00", 1_000);
  expect(await last()).toMatchObject({ date: "20260228" });
  expect(await lastSlip()).toContain("2026/02/28");
  await desk.keys("menu", "2", ..."123456", "enter");
  const trace = (await desk.messages()).findLast(({ mti }) => mti === "0200")?.fields["11"] ?? "";
  await desk.expect("original", desk.keys(...trace, "enter"));
  await desk.expect("present", desk.keys("enter"));
  await desk.expect("pin", desk.swipe(CARD));
  await desk.finish(await desk.expect("approved", desk.pin("123456")));
  await agrees();
});

test("29 February, and the year's end in the middle of a sale", async () => {
  await setWall("2028-02-29T10:00:00+08:00");
  await desk.finish(await desk.sale(CARD, 1_100));
  expect(await last()).toMatchObject({ date: "20280229" });
  await setWall("2028-12-31T23:59:58+08:00");
  await saleAcross("2029-01-01T00:00:03+08:00", 1_200);
  expect(await last()).toMatchObject({ date: "20290101" });
  await agrees();
});

test("a hold of 31 January is charged on its 30th day, 1 March of a leap year, and not on the day after", async () => {
  const hold = async (): Promise<string> => {
    await desk.keys("menu", "4", "1");
    await desk.swipe(CARD);
    await desk.keys(..."50000", "enter", "enter");
    await desk.finish(await desk.expect("approved", desk.pin("123456")));
    return (await desk.messages()).findLast(({ mti }) => mti === "0110")?.fields["38"] ?? "";
  };
  const charge = async (authCode: string) => {
    await desk.keys("menu", "4", "3");
    await desk.expect("date", desk.swipe(CARD));
    const state = await desk.keys(..."0131", "enter");
    return state.screen.id === "authcode" ? desk.keys(...authCode, "enter", "enter", "enter") : state;
  };
  await setWall("2028-01-31T12:00:00+08:00");
  const first = await hold();
  const second = await hold();
  await setWall("2028-03-01T12:00:00+08:00");
  await desk.expect("pin", charge(first));
  await desk.finish(await desk.expect("approved", desk.pin("123456")));
  await setWall("2028-03-02T12:00:00+08:00");
  const state = await desk.expect("date", charge(second));
  expect(state.screen.lines.join(" ")).toContain("30");
  await desk.finish(await desk.keys("cancel"));
  await agrees();
});

test("an hour back and a year ahead: sales go on, in their order, and the batch settles to the fen", async () => {
  await setWall("2028-03-02T11:00:00+08:00");
  await desk.finish(await desk.expect("approved", desk.sale(CARD, 1_300)));
  await setWall("2029-03-02T11:00:00+08:00");
  await desk.finish(await desk.expect("approved", desk.sale(CARD, 1_400)));
  await setWall("2028-03-02T12:00:00+08:00");
  await desk.finish(await desk.expect("approved", desk.sale(CARD, 1_500)));
  await desk.keys("menu", "9", "3");
  const state = await desk.expect("settled", desk.keys("enter"));
  expect(state.screen.lines.join(" ")).toContain("对账平");
  await desk.finish(state);
  await agrees();
});

test("a clock that has stopped: the newest record tells the year, the host the day", async () => {
  await afterRestartAt("2028-03-03T09:00:00+08:00");
  await desk.finish(await desk.sale(CARD, 1_600));
  await desk.fault("host", "refuse");
  await afterRestartAt("1970-01-01T00:00:10Z");
  expect(await day()).toBe("2028年3月3日");
  await desk.call("DELETE", "/faults");
  const told = { "12": "101500", "13": "0304" };
  await rule({ match: { mti: "0800" }, answer: told });
  // A host whose calendar has stopped too would call every card expired.
  await rule({ match: { mti: "0200" }, answer: { ...told, "39": "00" } });
  await desk.finish(await desk.keys("menu", "9", "1"));
  expect(await day()).toBe("2028年3月4日");
  await desk.finish(await desk.expect("approved", desk.sale(CARD, 1_700)));
  expect(await last()).toMatchObject({ date: "20280304", time: "101500" });
  await desk.call("DELETE", "/acquirer/rules");
  // A new battery: what made up for the old one is dropped.
  await afterRestartAt("2028-03-05T09:00:00+08:00");
  expect(await day()).toBe("2028年3月5日");
  await agrees();
});
