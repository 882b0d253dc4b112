/** A merchant's own rules: what is not enabled is on no menu and cannot be begun; voids without card, PIN and supervisor. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk, type State } from "./desk-client.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();
const folder = mkdtempSync(join(tmpdir(), "tael-rules-"));
const CARD = "debit-1";
let desk: Desk;

beforeAll(async () => {
  const demo = JSON.parse(readFileSync(join(root, "tools/sim/profiles/demo.json"), "utf8")) as object;
  const rules = {
    enabled: ["sale", "void"],
    voidNeedsCard: false,
    voidNeedsPin: false,
    voidNeedsSupervisor: false,
    manualEntry: false,
    balanceNeedsSupervisor: true,
  };
  const profile = join(folder, "strict.json");
  writeFileSync(profile, JSON.stringify({ ...demo, name: "strict", rules }));
  desk = await Desk.start(["--seed", "17", "--profile", profile]);
  await desk.logIn();
});
afterAll(async () => {
  await desk.stop();
  rmSync(folder, { recursive: true });
});

const words = ({ screen }: State) => [screen.title, ...screen.lines].join(" ");

test("only what is enabled is on the menu, under its own digit; other digits do nothing", async () => {
  const menu = words(await desk.expect("menu", desk.keys("menu")));
  expect(menu).toContain("消费撤销");
  for (const gone of ["退货", "预授权"]) expect(menu).not.toContain(gone);
  await desk.expect("menu", desk.keys("3"));
  await desk.expect("menu", desk.keys("4"));
  const other = words(await desk.expect("menu", desk.keys("7")));
  expect(other).toContain("余额查询");
  for (const gone of ["离线结算", "现金收款", "小费"]) expect(other).not.toContain(gone);
  await desk.finish(await desk.keys("cancel", "cancel"));
});

test("a card at idle is not offered what is not enabled", async () => {
  const card = await desk.expect("card", desk.swipe(CARD));
  expect(words(card)).not.toContain("预授权");
  await desk.expect("idle", desk.keys("cancel"));
});

test("a balance asks for the supervisor where the merchant wants that, also when the card came first", async () => {
  await desk.expect("supervisor", desk.keys("menu", "7", "1"));
  await desk.expect("present", desk.keys(..."123456", "enter"));
  await desk.expect("idle", desk.keys("cancel"));
  await desk.expect("card", desk.swipe(CARD));
  const asked = await desk.expect("supervisor", desk.keys("down", "enter"));
  expect(asked.screen.lines.join(" ")).toContain("主管密码");
  await desk.expect("pin", desk.keys(..."123456", "enter"));
  await desk.call("POST", "/pinpad", { action: "cancel" });
  await desk.finish();
});

test("no number is keyed where the merchant may not", async () => {
  await desk.expect("present", desk.keys("menu", "1"));
  await desk.expect("present", desk.keys("enter"));
  await desk.expect("idle", desk.keys("cancel"));
});

test("a void needs nothing but its trace: the number from the record, DE22 012, no PIN", async () => {
  await desk.finish(await desk.sale(CARD, 1_000));
  const trace = (await desk.messages()).findLast(({ mti }) => mti === "0210")?.fields["11"] ?? "";
  await desk.expect("trace", desk.keys("menu", "2"));
  await desk.expect("original", desk.keys(...trace, "enter"));
  await desk.expect("approved", desk.keys("enter"));
  await desk.finish();
  const request = (await desk.messages(true)).findLast(({ mti }) => mti === "0200");
  expect(request?.fields).toMatchObject({ "2": "6229990000000000019", "3": "200000", "22": "012" });
  for (const field of ["35", "52"]) expect(request?.fields[field]).toBeUndefined();
  expect(await desk.check()).toMatchObject({ ok: true, differences: [] });
});
