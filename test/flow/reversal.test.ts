/** What is not known is never called declined, and is taken back before anything else (M21). */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Desk } from "./desk-client.ts";

let desk: Desk;
const CARD = "debit-1";
const mtisSince = async (n: number) =>
  (await desk.messages()).slice(n).map(({ mti, dir, fields }) => `${mti}${dir === "out" ? "" : ` ${fields["39"] ?? ""}`}`);

beforeAll(async () => {
  desk = await Desk.start();
  await desk.logIn();
});
afterEach(async () => {
  await desk.call("DELETE", "/faults");
  await desk.finish();
});
afterAll(() => desk.stop());

test("no answer: unknown, then the reversal with 98 and the same trace, then the next sale", async () => {
  const before = (await desk.messages()).length;
  await desk.fault("host", "drop-response", { count: 1 });
  const state = await desk.sale(CARD, 10_000);
  await desk.expect("unknown", state);
  expect(state.debt.reversals).toBe(1);
  await desk.finish(state);
  const messages = (await desk.messages()).slice(before);
  const sale = messages.find(({ mti }) => mti === "0200");
  const reversal = messages.find(({ mti }) => mti === "0400");
  expect(reversal?.fields).toMatchObject({ "39": "98", "11": sale?.fields["11"], "4": sale?.fields["4"] });
  expect((await desk.state()).debt.reversals).toBe(0);
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("power cut while the host is silent: the reversal goes out before the next sale", async () => {
  await desk.fault("host", "drop-response", { count: 1 });
  const state = await desk.sale(CARD, 10_000);
  await desk.expect("unknown", state);
  const trace = (await desk.messages()).findLast(({ mti }) => mti === "0200")?.fields["11"];
  await desk.power("cut");
  const before = (await desk.messages()).length;
  await desk.power("on");
  await desk.logIn();
  await desk.finish(await desk.sale(CARD, 200));
  const after = (await desk.messages()).slice(before).filter(({ dir }) => dir === "out");
  const reversal = after.findIndex(({ mti }) => mti === "0400");
  expect(after[reversal]?.fields).toMatchObject({ "39": "98", "11": trace });
  expect(after.findIndex(({ mti }) => mti === "0200")).toBeGreaterThan(reversal);
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("wrong MAC in the answer: reversal A0 and a new sign-on", async () => {
  const before = (await desk.messages()).length;
  await desk.fault("host", "wrong-mac", { count: 1 });
  await desk.finish(await desk.sale(CARD, 700));
  const out = (await desk.messages()).slice(before).filter(({ dir }) => dir === "out");
  expect(out.map(({ mti }) => mti)).toEqual(["0200", "0800", "0400"]);
  expect(out[2]?.fields["39"]).toBe("A0");
  expect(await desk.check()).toMatchObject({ ok: true });
});

for (const fault of ["garbage", "wrong-trace", "oversize", "disconnect", "cut-at-byte"]) {
  test(`${fault}: no crash, the right fate, and the next sale goes through`, async () => {
    const before = (await desk.messages()).length;
    await desk.fault("host", fault, { count: 1, ...(fault === "cut-at-byte" ? { value: 9 } : {}) });
    const state = await desk.sale(CARD, 1_300);
    expect(state.screen.id).not.toBe("declined");
    await desk.finish(state);
    await desk.expect("approved", desk.sale(CARD, 1_400));
    await desk.finish();
    expect((await mtisSince(before)).filter((line) => line.startsWith("0400")).length).toBeGreaterThan(0);
    expect(await desk.check()).toMatchObject({ ok: true });
  });
}

test("no line: nothing is sent, no money moved, nothing owed", async () => {
  await desk.fault("host", "refuse");
  const state = await desk.sale(CARD, 1_000);
  await desk.expect("notice", state);
  expect(state.debt.reversals).toBe(0);
  await desk.call("DELETE", "/faults");
  await desk.finish();
  await desk.expect("approved", desk.sale(CARD, 1_000));
});
