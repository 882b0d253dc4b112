/** What the terminal does by itself: settles and restarts at a set time, locks when deserted; a change of shift; devices that come late. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk, type State } from "./desk-client.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();
const folder = mkdtempSync(join(tmpdir(), "tael-keeping-"));
const CARD = "debit-1";
const MINUTE_MS = 60_000;
let desk: Desk;

const words = ({ screen }: State) => [screen.title, ...screen.lines].join(" ");
const at = (time: string) => desk.post("/clock", { at: `2026-11-21T${time}:00+08:00` });
const advance = (ms: number) => desk.post("/clock", { advanceMs: ms });
async function set(group: number, row: string, value: string): Promise<void> {
  await desk.expect("supervisor", desk.keys("menu", "9", "8"));
  await desk.keys(..."12345678", "enter", ...Array<string>(group - 1).fill("down"), "enter", row);
  await desk.keys(...Array<string>(4).fill("clear"), ...value, "enter");
  await desk.expect("idle", desk.keys("cancel", "cancel"));
}
/** What it does at the full minute it shows for a moment only. */
async function withinAMinute(screen: string): Promise<State> {
  let state = await desk.state();
  for (let seconds = 0; seconds < 60 && state.screen.id !== screen; seconds++) state = await advance(1_000);
  return state;
}
const settled = async () => (await desk.messages()).filter(({ dir, mti }) => dir === "out" && mti === "0500").length;

beforeAll(async () => {
  const demo = JSON.parse(readFileSync(join(root, "tools/sim/profiles/demo.json"), "utf8")) as { rules: object };
  const profile = join(folder, "kept.json");
  writeFileSync(
    profile,
    JSON.stringify({ ...demo, name: "kept", rules: { ...demo.rules, lockAfterMinutes: 15, restartAt: "0310" } }),
  );
  desk = await Desk.start(["--seed", "31", "--profile", profile]);
  await desk.logIn();
});
afterAll(async () => {
  await desk.stop();
  rmSync(folder, { recursive: true });
});

test("a change of shift: the operator leaves, another logs in, without power off", async () => {
  await desk.expect("notice", desk.keys("menu", "9", "5", "6"));
  await desk.expect("login", desk.keys("enter"));
  const state = await desk.logIn("02");
  expect(state.indicators.operator).toBe("02");
  await desk.expect("idle", desk.keys("menu", "9", "5", "6", "cancel"));
  expect((await desk.state()).indicators.operator).toBe("02");
});

test("nobody for fifteen minutes: locked, for the same operator; a key pressed meanwhile begins the time anew", async () => {
  await advance(10 * MINUTE_MS);
  await desk.expect("idle", desk.keys("clear"));
  await advance(10 * MINUTE_MS);
  await desk.expect("idle", desk.state());
  await desk.expect("locked", advance(6 * MINUTE_MS));
  await desk.expect("idle", desk.keys(..."0000", "enter"));
});

test("settles at its time: warned before, put off with Cancel, then by itself, once", async () => {
  await desk.finish(await desk.sale(CARD, 1_000));
  await at("22:58");
  // 结算, 结算时刻.
  await set(7, "4", "2300");
  const warned = await desk.expect("notice", advance(2 * MINUTE_MS + 5_000));
  expect(words(warned)).toContain("自动结算");
  await desk.expect("idle", desk.keys("cancel"));
  expect(await settled()).toBe(0);
  await advance(5 * MINUTE_MS);
  expect(await settled()).toBe(0);
  await advance(8 * MINUTE_MS);
  await desk.finish();
  expect(await settled()).toBe(1);
  expect(await desk.check()).toMatchObject({ ok: true });
  // An hour back: not again today. An empty batch is not settled either.
  await at("22:59");
  await advance(5 * MINUTE_MS);
  expect(await settled()).toBe(1);
});

test("restarts once a day at its time, when nobody uses it, and not in a transaction", async () => {
  await desk.expect("locked", desk.post("/clock", { at: "2026-11-22T03:05:00+08:00" }));
  await desk.expect("idle", desk.keys(..."0000", "enter"));
  await desk.expect("amount", desk.keys("5"));
  await desk.post("/clock", { at: "2026-11-22T03:11:00+08:00" });
  await desk.expect("amount", desk.keys("0"));
  const warned = await desk.expect("notice", desk.keys("cancel"));
  expect(words(warned)).toContain("每日重启");
  await desk.expect("login", desk.keys("enter"));
  await desk.logIn("02");
  await advance(10 * MINUTE_MS);
  await desk.expect("idle", desk.state());
});

test("printer and chip reader that were away at the start are there when they are plugged in, without a restart", async () => {
  await desk.fault("printer", "unplug");
  await desk.fault("icc", "unplug");
  await desk.fault("picc", "silent");
  await desk.power("cut");
  const missing = await desk.expect("selfcheck", desk.power("on"));
  const found = ["磁条读卡器 ok", "IC 卡读卡器 bad", "非接读卡器 bad 没有应答，检查它的线", "打印机 bad"];
  expect(missing.screen.lines.slice(3, 7)).toEqual(found);
  await desk.expect("login", desk.keys("enter"));
  await desk.finish(await desk.logIn("02"));
  await desk.call("DELETE", "/faults");
  const back = await desk.expect("notice", withinAMinute("notice"));
  expect(words(back)).toMatch(/IC 卡读卡器.*打印机/);
  await desk.finish(back);
  const before = (await desk.paper()).length;
  await desk.finish(await desk.sale(CARD, 1_100));
  expect((await desk.paper()).length).toBe(before + 2);
});
