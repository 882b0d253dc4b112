/** 国密 (§4.3): a terminal whose keys are of SM4, from sign-on to settlement. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk } from "./desk-client.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();
const folder = mkdtempSync(join(tmpdir(), "tael-sm-"));
let desk: Desk;

beforeAll(async () => {
  const demo = JSON.parse(readFileSync(join(root, "tools/sim/profiles/demo.json"), "utf8")) as {
    testKeys: { workingKeys: object };
  };
  const { testKeys } = demo;
  const profile = join(folder, "sm.json");
  const workingKeys = { ...testKeys.workingKeys, MAK: "5E5E5E5E6B6B6B6B0123456789ABCDEF" };
  const keys = { masterSlot: 1, signOnCode: "006", mac: "sm4" };
  writeFileSync(profile, JSON.stringify({ ...demo, keys, testKeys: { ...testKeys, workingKeys } }));
  desk = await Desk.start(["--seed", "43", "--profile", profile]);
  await desk.logIn();
});
afterAll(async () => {
  await desk.stop();
  rmSync(folder, { recursive: true });
});

test("the PIN goes in DE59, zeros stand in DE52, DE53 says SM4 and enciphered tracks; the MACs are right both ways", async () => {
  await desk.finish(await desk.sale("debit-1", 10_000));
  const messages = await desk.messages(true);
  const request = messages.findLast(({ mti }) => mti === "0200");
  expect(request?.fields).toMatchObject({ "52": "0".repeat(16), "53": "2310000000000000" });
  expect(request?.fields["59"]).toMatch(/^hex:[0-9A-F]{32}$/);
  expect(messages.filter(({ mac }) => mac === "bad")).toEqual([]);
  expect(messages.findLast(({ mti }) => mti === "0210")).toMatchObject({ mac: "ok", fields: { "39": "00" } });
});

test("a wrong PIN is the host's to find; a void and the settlement agree", async () => {
  await desk.swipe("debit-1");
  await desk.keys("enter", "5", "0", "0", "enter", "enter");
  const wrong = await desk.expect("declined", desk.pin("111111"));
  expect(wrong.screen.lines.join(" ")).toContain("密码错");
  await desk.keys("clear");
  await desk.finish(await desk.expect("approved", desk.pin("123456")));
  const trace = (await desk.messages()).findLast(({ mti }) => mti === "0210")?.fields["11"] ?? "";
  await desk.keys("menu", "2", ..."123456", "enter");
  await desk.keys(...trace, "enter", "enter");
  await desk.swipe("debit-1");
  await desk.finish(await desk.expect("approved", desk.pin("123456")));
  await desk.keys("menu", "9", "3");
  const settled = await desk.expect("settled", desk.keys("enter"));
  expect(settled.screen.lines.join(" ")).toContain("对账平");
  await desk.finish(settled);
  expect(await desk.check()).toMatchObject({ ok: true, differences: [] });
});
