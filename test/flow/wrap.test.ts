/** Trace and batch go round, from 999999 to 1, with transactions open (§5.2, §5.5.9): nothing is lost, mixed or taken for an old one. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk } from "./desk-client.ts";
import { prepare } from "./prepared.ts";

const CARD = "debit-1";
const data = mkdtempSync(join(tmpdir(), "tael-wrap-"));
let desk: Desk;

const traces = async (): Promise<string[]> =>
  (await desk.get<{ transactions: { trace: string }[] }>("/journal")).transactions.map(({ trace }) => trace);
const sent = async (from = 0): Promise<string[]> =>
  (await desk.messages())
    .slice(from)
    .filter(({ dir }) => dir === "out")
    .map(({ mti, fields }) => `${mti} ${fields["11"]}`);
const agrees = async () => expect(await desk.check()).toMatchObject({ ok: true, differences: [] });

beforeAll(async () => {
  await prepare(data, { batch: 999_999, nextTrace: 999_997 });
  desk = await Desk.start(["--seed", "21"], { data, fresh: false });
});
afterAll(async () => {
  await desk.stop();
  rmSync(data, { recursive: true, force: true });
});

test("the last traces, an outcome that is not known, and the first trace: the reversal goes first, under its own trace", async () => {
  const state = await desk.logIn();
  expect([state.batch, state.trace]).toEqual(["999999", "999998"]);
  await desk.finish(await desk.sale(CARD, 1_000));
  await desk.fault("host", "drop-response", { count: 2 });
  const before = (await desk.messages()).length;
  await desk.finish(await desk.expect("unknown", desk.sale(CARD, 2_000)));
  await desk.expect("approved", desk.sale(CARD, 3_000));
  await desk.finish();
  expect(await sent(before)).toEqual(["0200 999999", "0400 999999", "0400 999999", "0200 000001"]);
  expect(await traces()).toEqual(["999998", "000001"]);
  await agrees();
});

test("after a restart and another sign-on the batch goes on: a trace that went round is not a store that was lost", async () => {
  await desk.power("cycle");
  await desk.logIn();
  await desk.finish(await desk.keys("menu", "9", "1"));
  const state = await desk.state();
  expect([state.batch, state.level]).toEqual(["999999", "ready"]);
  await desk.finish(await desk.sale(CARD, 4_000));
  await agrees();
});

test("a sale from before is voided after; the last slip is the newest one, not the one with the highest trace", async () => {
  await desk.keys("menu", "2", ..."123456", "enter");
  await desk.expect("original", desk.keys(..."999998", "enter"));
  await desk.expect("present", desk.keys("enter"));
  await desk.expect("pin", desk.swipe(CARD));
  await desk.finish(await desk.expect("approved", desk.pin("123456")));
  const newest = (await traces()).at(-1);
  await desk.call("DELETE", "/paper");
  await desk.finish(await desk.keys("menu", "8", "1"));
  expect((await desk.paper())[0]?.text.join("\n")).toContain(newest);
  await agrees();
});

test("batch 999999 is settled, balanced, and the next one is 000001", async () => {
  await desk.expect("notice", desk.keys("menu", "9", "3"));
  const state = await desk.expect("settled", desk.keys("enter"));
  expect(state.screen.lines.join(" ")).toContain("对账平");
  expect(state.batch).toBe("000001");
  await desk.finish(state);
  await desk.finish(await desk.sale(CARD, 5_000));
  const sale = (await desk.messages()).findLast(({ mti }) => mti === "0200");
  expect(sale?.fields["60"]?.slice(2, 8)).toBe("000001");
  await desk.expect("notice", desk.keys("menu", "9", "3"));
  await desk.expect("settled", desk.keys("enter"));
  const { settlements } = await desk.get<{ settlements: { batch: string; closed: boolean; problems: unknown[] }[] }>(
    "/acquirer/ledger",
  );
  expect(settlements).toMatchObject([
    { batch: "999999", closed: true, problems: [] },
    { batch: "000001", closed: true, problems: [] },
  ]);
  await agrees();
});
