/** Export and backup (M19) on the bundle, over the file line; and what the line may do wrong. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk } from "./desk-client.ts";

let desk: Desk;
interface Sent {
  n: number;
  name: string;
  bytes: number;
  base64: string;
}
const files = (): Promise<Sent[]> => desk.get<Sent[]>("/files");
const textOf = ({ base64 }: Sent): string => Buffer.from(base64, "base64").toString("utf8");
const last = async (): Promise<Sent> => (await files()).at(-1)!;

beforeAll(async () => {
  desk = await Desk.start(["--seed", "7"]);
  await desk.logIn();
  await desk.finish(await desk.sale("debit-1", 10_000));
  await desk.keys("menu", "9", "3");
  await desk.finish(await desk.keys("enter"));
  for (const fen of [1_234, 500]) await desk.finish(await desk.sale("debit-1", fen));
}, 60_000);
afterAll(() => desk.stop());

test("CSV of today: the open batch and what was settled, amounts exact, cards masked", async () => {
  const state = await desk.keys("menu", "8", "6", "8", "1", "2");
  expect(state.screen.lines.join(" ")).toContain("已导出 3 笔");
  await desk.finish(state);
  const file = await last();
  expect(file.name).toBe("tael-10000001-20260105.csv");
  const lines = textOf(file).split("\r\n");
  const columns = lines[0]?.split(",") ?? [];
  const rows = lines.slice(1, -1).map((line) => Object.fromEntries(line.split(",").map((cell, n) => [columns[n], cell])));
  expect(rows.map(({ batch, kind, amount }) => [batch, kind, amount])).toEqual([
    ["000001", "sale", "100.00"],
    ["000002", "sale", "12.34"],
    ["000002", "sale", "5.00"],
  ]);
  expect(textOf(file)).not.toContain("6229990000000000019");
  expect(rows[0]?.card).toBe("622999*********0019");
});

test("JSON of the open batch, of the settled one, of some days: each with its own totals", async () => {
  await desk.finish(await desk.keys("menu", "8", "6", "8", "2", "1"));
  const document = JSON.parse(textOf(await last())) as { batch: string; totalsFen: unknown; transactions: unknown[] };
  expect(document).toMatchObject({
    batch: "000002",
    merchant: { id: "898110154110001" },
    totalsFen: { domestic: { debitFen: 1_734, debitCount: 2 } },
  });
  expect(document.transactions).toHaveLength(2);
  await desk.finish(await desk.keys("menu", "8", "6", "8", "2", "5", "1"));
  expect((await last()).name).toBe("tael-10000001-000001.json");
  expect(JSON.parse(textOf(await last()))).toMatchObject({
    batch: "000001",
    totalsFen: { domestic: { debitFen: 10_000, debitCount: 1 } },
  });
  const clear = Array<string>(4).fill("clear");
  await desk.finish(await desk.keys("menu", "8", "6", "8", "2", "4", ...clear, "0", "1", "0", "3", "enter", "enter"));
  expect((await last()).name).toBe("tael-10000001-20260103-20260105.json");
  expect(JSON.parse(textOf(await last()))).toMatchObject({
    from: "2026-01-03",
    to: "2026-01-05",
    totalsFen: { domestic: { debitFen: 11_734, debitCount: 3 } },
  });
});

test("backup: sealed, whole when it comes back; altered on the way it is refused; older after another sale", async () => {
  await desk.finish(await desk.keys("menu", "9", "9", "8"));
  const backup = await last();
  expect(backup.name).toBe("tael-10000001-000002.tbk");
  const raw = Buffer.from(backup.base64, "base64");
  expect(raw.includes("6229990000000000019")).toBe(false);
  expect(raw.includes("622999")).toBe(false);

  const check = async (body: unknown): Promise<string> => {
    await desk.expect("notice", desk.keys("menu", "9", "9", "9"));
    const state = await desk.post("/files", body);
    const words = state.screen.lines.join(" ");
    await desk.finish(state);
    return words;
  };
  expect(await check({ n: backup.n })).toContain("备份完好");
  await desk.fault("files", "spoil", { count: 1 });
  expect(await check({ n: backup.n })).toContain("路上坏了");
  const spoilt = Buffer.from(raw);
  spoilt[raw.length >> 1]! ^= 1;
  expect(await check({ name: "spoilt.tbk", base64: spoilt.toString("base64") })).toContain("不能用");
  expect(await check({ name: "other.tbk", base64: Buffer.from("hello").toString("base64") })).toContain("不能用");
  await desk.finish(await desk.sale("debit-1", 600));
  expect(await check({ n: backup.n })).toContain("比现在的记录旧");
});

test("no line, a silent far end, a full one: words, and nothing else happens", async () => {
  const before = (await files()).length;
  for (const [fault, words] of [
    ["silent", "没有应答"],
    ["refuse", "不收"],
    ["unplug", "没有接好"],
  ] as const) {
    await desk.fault("files", fault, fault === "refuse" ? { count: 1 } : {});
    const state = await desk.keys("menu", "8", "6", "8", "1", "1");
    expect(state.screen.lines.join(" ")).toContain(words);
    await desk.call("DELETE", "/faults");
    await desk.finish(state);
  }
  expect(await files()).toHaveLength(before);
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("nobody sends the backup to be checked: back after a while", async () => {
  await desk.keys("menu", "9", "9", "9");
  const state = await desk.post("/clock", { advanceMs: 61_000 });
  await desk.finish(state);
});
