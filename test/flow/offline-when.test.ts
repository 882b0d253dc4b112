/** When offline sales go (§5.4, 24 and 27): with the next transaction, or with the settlement and when there are many. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk } from "./desk-client.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();
const folder = mkdtempSync(join(tmpdir(), "tael-when-"));
const CARD = "debit-1";
let desk: Desk;

const advices = async () => (await desk.messages()).filter(({ dir, mti }) => dir === "out" && mti === "0220").length;

async function offline(fen: number): Promise<void> {
  await desk.expect("present", desk.keys("menu", "7", "2"));
  await desk.expect("amount", desk.swipe(CARD));
  await desk.expect("menu", desk.keys(...String(fen), "enter"));
  await desk.expect("authcode", desk.keys("1"));
  await desk.expect("confirm", desk.keys(..."123456", "enter"));
  await desk.finish(await desk.keys("enter"));
}

beforeAll(async () => {
  const demo = JSON.parse(readFileSync(join(root, "tools/sim/profiles/demo.json"), "utf8")) as { rules: object };
  const profile = join(folder, "when.json");
  const rules = { ...demo.rules, tipForeignOnly: true, offlineTries: 1 };
  writeFileSync(profile, JSON.stringify({ ...demo, name: "when", rules }));
  desk = await Desk.start(["--seed", "41", "--profile", profile]);
  await desk.logIn();
  await desk.post("/acquirer", { parameters: { "24": "0", "27": "3" } });
  await desk.keys("menu", "9", "9", "6", ..."12345678");
  await desk.finish(await desk.keys("enter"));
});
afterAll(async () => {
  await desk.stop();
  rmSync(folder, { recursive: true });
});

test("at settlement: it waits through sales, and goes when the third is there", async () => {
  await offline(1_000);
  await desk.finish(await desk.sale(CARD, 500));
  await offline(1_100);
  expect([await advices(), (await desk.state()).debt.offline]).toEqual([0, 2]);
  await offline(1_200);
  expect([await advices(), (await desk.state()).debt.offline]).toEqual([3, 0]);
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("the settlement sends what waits", async () => {
  await offline(1_300);
  const before = await advices();
  await desk.keys("menu", "9", "3");
  await desk.finish(await desk.keys("enter"));
  expect(await advices()).toBeGreaterThan(before);
  expect((await desk.state()).debt.offline).toBe(0);
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("a tip on a domestic card is refused where only foreign ones may have it", async () => {
  await desk.finish(await desk.sale(CARD, 10_000));
  const trace = (await desk.messages()).findLast(({ mti }) => mti === "0210")?.fields["11"] ?? "";
  const refused = await desk.expect("trace", desk.keys("menu", "7", "5", ...trace, "enter"));
  expect(refused.screen.lines.join(" ")).toContain("外卡");
  await desk.expect("idle", desk.keys("cancel"));
  await desk.finish(await desk.sale("visa-like-1", 10_000));
  const foreign = (await desk.messages()).findLast(({ mti }) => mti === "0210")?.fields["11"] ?? "";
  await desk.expect("original", desk.keys("menu", "7", "5", ...foreign, "enter"));
  await desk.expect("idle", desk.keys("cancel"));
});
