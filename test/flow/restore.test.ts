/** Closed batches by hand, and a backup put back (M18, M19) on the bundle: onto a terminal with a damaged store, and onto an empty one. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk, type State } from "./desk-client.ts";

let desk: Desk;
interface Sent {
  n: number;
  name: string;
  base64: string;
}
const ADMINISTRATOR = [..."12345678", "enter"];
const CLEAR = Array<string>(6).fill("clear");
const last = async (): Promise<Sent> => (await desk.get<Sent[]>("/files")).at(-1)!;
const words = ({ screen }: State): string => [screen.title, ...screen.lines].join(" | ");
const journal = async (): Promise<string[]> =>
  (await desk.get<{ transactions: { trace: string; amountFen: number }[] }>("/journal")).transactions.map(({ trace }) => trace);

beforeAll(async () => {
  desk = await Desk.start(["--seed", "7"]);
  await desk.logIn();
  await desk.finish(await desk.sale("debit-1", 10_000));
  await desk.keys("menu", "9", "3");
  await desk.finish(await desk.keys("enter"));
  await desk.finish(await desk.sale("debit-1", 1_234));
}, 60_000);
afterAll(() => desk.stop());

test("a slip of a settled batch comes again, by its trace: masked, without the expiry, marked as a reprint", async () => {
  const wrong = await desk.expect("trace", desk.keys("menu", "8", "2", "9", "9", "9", "enter"));
  expect(words(wrong)).toContain("没有这笔交易");
  const sold = (await desk.messages()).find(({ mti }) => mti === "0200")?.fields["11"] ?? "";
  const found = await desk.expect("original", desk.keys(...CLEAR, ...sold, "enter"));
  expect(words(found)).toContain(`000001/${sold}`);
  expect(words(found)).toContain("100.00");
  const before = (await desk.paper()).length;
  await desk.keys("enter");
  await desk.finish(await desk.keys("cancel", "cancel", "cancel"));
  const text = (await desk.paper())[before]?.text.join("\n") ?? "";
  expect(text).toContain("重打印");
  expect(text).toContain("6229 99** **** ***0 019");
  expect(text).not.toContain("有效期");
});

/** From idle or from a fault; the file is the backup's. */
async function restore(begin: readonly string[], backup: Sent): Promise<State> {
  await desk.expect("supervisor", desk.keys(...begin));
  await desk.expect("notice", desk.keys(...ADMINISTRATOR));
  return desk.post("/files", { n: backup.n });
}

const storeFolder = (): string => join(desk.data, "terminal", "store");

/** A worn spot in the commit that approved the sale: the disk no longer says what ended its debt. */
function wear(trace: string): void {
  const path = join(storeFolder(), "store.log");
  const bytes = readFileSync(path);
  const at = bytes.indexOf(`txn/000002/${trace}`);
  expect(at).toBeGreaterThan(0);
  bytes[at + 60]! ^= 0x10;
  writeFileSync(path, bytes);
}

test("a backup is put back: refused over newer money, onto a broken terminal, onto an empty one", async () => {
  await desk.finish(await desk.keys("menu", "9", "9", "8"));
  const backup = await last();
  expect(backup.name).toMatch(/\.tbk$/);
  const open = await journal();
  const same = await restore(["menu", "9", "9", "0"], backup);
  expect(words(same)).toContain("和备份一样");
  await desk.finish(same);

  await desk.finish(await desk.sale("debit-1", 500));
  const refused = await restore(["menu", "9", "9", "0"], backup);
  expect(words(refused)).toContain("有 1 项是备份没有的");
  await desk.finish(refused);

  await desk.finish(await desk.keys("menu", "9", "9", "8"));
  const fresh = await last();
  const all = await journal();
  const { trace } = await desk.state();
  await desk.power("cut");
  wear(open[0] ?? "");
  await desk.expect("selfcheck", desk.power("on"));
  const fault = await desk.expect("fault", desk.keys("enter"));
  expect(fault.screen.hints.join()).toContain("恢复备份");
  const asked = await restore(["menu"], fresh);
  expect(words(asked)).toContain("备份时间 2026-01-05");
  expect(words(asked)).toContain("请与银行对账");
  await desk.keys("enter");
  const back = await desk.post("/clock", { advanceMs: 10_000 });
  expect(back.screen.id).toBe("login");
  await desk.logIn();
  expect(await journal()).toEqual(all);
  expect(Number((await desk.state()).trace)).toBeGreaterThan(Number(trace));
  const day = await desk.keys("menu", "8", "6", "1", "2");
  expect(words(day)).toContain("汇总 3 笔 117.34");
  await desk.finish(await desk.keys("cancel", "cancel", "cancel"));

  await desk.power("cut");
  rmSync(storeFolder(), { recursive: true });
  await desk.power("on");
  await desk.logIn();
  expect(await journal()).toEqual([]);
  await desk.expect("notice", restore(["menu", "9", "9", "0"], backup));
  await desk.keys("enter");
  await desk.post("/clock", { advanceMs: 10_000 });
  await desk.logIn();
  expect(await journal()).toEqual(open);
  // What was sold after the backup is the host's alone: the terminal says so.
  const compared = await desk.keys("menu", "8", "6", "7", "enter");
  expect(words(compared)).toContain("终端没有 1 笔");
  await desk.finish(await desk.keys("cancel", "cancel", "cancel"));
  const audit = await desk.keys("menu", "9", "9", "3", ...ADMINISTRATOR);
  expect(words(audit) + words(await desk.keys("down"))).toContain("恢复备份");
}, 120_000);

test("a store that cannot be opened at all, gone or unreadable: rebuilt, its files kept, and the backup put back", async () => {
  await desk.expect("idle", desk.keys("cancel", "cancel", "cancel"));
  await desk.finish(await desk.keys("menu", "9", "9", "8"));
  const backup = await last();
  const all = await journal();
  const path = join(storeFolder(), "store.log");
  for (const [n, spoil] of [() => rmSync(path), () => writeFileSync(path, new Uint8Array(5_000).fill(7))].entries()) {
    await desk.power("cut");
    const before = n === 0 ? undefined : new Uint8Array(5_000).fill(7);
    spoil();
    await desk.expect("selfcheck", desk.power("on"));
    const fault = await desk.expect("fault", desk.keys("enter"));
    expect(fault.level).toBe("faulted");
    expect(words(await desk.expect("supervisor", desk.keys("menu")))).toContain("系统管理员");
    expect((await desk.expect("fault", desk.keys("cancel"))).level).toBe("faulted");
    await desk.keys("menu");
    expect(words(await desk.expect("notice", desk.keys(...ADMINISTRATOR)))).toContain("改名保留");
    await desk.keys("enter");
    await desk.post("/clock", { advanceMs: 10_000 });
    const kept = readdirSync(storeFolder()).filter((name) => name.startsWith("store-kept-"));
    expect(kept).toContain(`store-kept-${n + 1}.mark`);
    if (before !== undefined) expect(new Uint8Array(readFileSync(join(storeFolder(), "store-kept-2.log")))).toEqual(before);
    // Nothing is sold on the empty store, before or after another restart, until the backup is back.
    await desk.power("cycle");
    await desk.expect("fault", desk.keys("enter"));
    const asked = await restore(["menu"], backup);
    expect(words(asked)).toContain("备份时间");
    await desk.keys("enter");
    await desk.post("/clock", { advanceMs: 10_000 });
    await desk.logIn();
    expect(await journal()).toEqual(all);
  }
}, 120_000);
