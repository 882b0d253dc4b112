/** What was answered survives; what was torn is cut off; what is damaged is told. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { LEDGER_FILE, openLedger } from "../../../tools/acquirer/ledger.ts";
import { Bench, PAN, ready } from "./bench.ts";

const dirs: string[] = [];
const newDir = (): string => {
  const dir = mkdtempSync(join(tmpdir(), "ledger-"));
  dirs.push(dir);
  return dir;
};
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true });
});

const known = ({ host }: Bench) => ({ ...host.state({ clear: true }), log: [], ledger: host.ledger({ clear: true }) });

test("a restarted host knows everything: keys, batch, money, duplicates, early reversals, PIN tries", async () => {
  const dataDir = newDir();
  const before = ready({ dataDir });
  const first = before.sale();
  before.sale({ trace: "000124" });
  before.reversal({ trace: "000124" });
  before.reversal({ trace: "000125" });
  before.sale({ trace: "000126", pin: "000000" });
  before.host.setAccount({ pan: "6229990000000000068", balanceFen: 777 });
  const state = known(before);
  await before.host.close();

  const after = new Bench({ dataDir });
  expect(known(after)).toEqual(state);
  expect(after.sale()?.fields).toEqual(first?.fields);
  expect(after.sale({ trace: "000124" })?.fields[39]).toBe("94");
  expect(after.sale({ trace: "000125" })?.fields[39]).toBe("12");
  expect(after.reversal({ trace: "000124" })?.fields[39]).toBe("12");
  expect(after.reversal()?.fields[39]).toBe("00");
  expect(after.sale({ trace: "000127", pin: "000000" })?.fields[39]).toBe("55");
  expect(after.sale({ trace: "000128", pin: "000000" })?.fields[39]).toBe("75");
  expect(after.account("6229990000000000068").balanceFen).toBe(777);
  await after.host.close();
});

test("the ledger cut at any byte of its last record opens without it", async () => {
  const dataDir = newDir();
  const bench = ready({ dataDir });
  bench.sale();
  const whole = readFileSync(join(dataDir, LEDGER_FILE));
  bench.sale({ trace: "000124", amountFen: 5 });
  await bench.host.close();
  const longer = readFileSync(join(dataDir, LEDGER_FILE));
  expect(longer.subarray(0, whole.length).equals(whole)).toBe(true);
  for (let cut = whole.length; cut < longer.length; cut += 7) {
    const dir = newDir();
    writeFileSync(join(dir, LEDGER_FILE), longer.subarray(0, cut));
    const ledger = openLedger(dir);
    expect(ledger.records).toHaveLength(2);
    expect(ledger.repaired === undefined).toBe(cut === whole.length);
    ledger.append({ n: 1 });
    ledger.close();
    const again = openLedger(dir);
    expect(again.records.at(-1)).toEqual({ n: 1 });
    expect(again.repaired).toBeUndefined();
    again.close();
  }
});

test("a garbled tail is cut off, and the host says so", async () => {
  const dataDir = newDir();
  const bench = ready({ dataDir });
  await bench.host.close();
  appendFileSync(join(dataDir, LEDGER_FILE), Buffer.from("\0\0\0\0half a line\nmore"));
  const after = new Bench({ dataDir });
  expect(after.lastWords()).toContain("20 bytes of an unfinished record were cut off");
  expect(after.sale()?.fields[39]).toBe("00");
  await after.host.close();
});

test("damage before a good record is never skipped", async () => {
  const dataDir = newDir();
  const bench = ready({ dataDir });
  bench.sale();
  await bench.host.close();
  const file = join(dataDir, LEDGER_FILE);
  const bytes = readFileSync(file);
  bytes[20]! ^= 1;
  writeFileSync(file, bytes);
  expect(() => new Bench({ dataDir })).toThrow("line 1 is damaged and line 2 after it is good");
});

test("no answer before its record is durable", () => {
  const order: string[] = [];
  const storage = { records: [], repaired: undefined, append: () => void order.push("durable"), close: () => {} };
  const bench = new Bench({ storage });
  const line = bench.host.connect({ send: () => void order.push("answer"), close: () => {} });
  const who = { 41: bench.terminal, 42: "898110154110001" };
  line.receive(bench.frame("0800", { ...who, 11: "000001", 60: "00000001004", 63: "01 " }, false));
  line.receive(bench.frame("0200", bench.saleFields() as Record<string, string>, true));
  line.receive(bench.frame("0400", bench.reversalFields() as Record<string, string>, true));
  line.receive(bench.frame("0400", bench.reversalFields({ trace: "000999" }) as Record<string, string>, true));
  expect(order).toEqual(["durable", "answer", "durable", "answer", "durable", "answer", "durable", "answer"]);
});

test("when the ledger cannot be written the answer is 96 and nothing moved", () => {
  let full = false;
  const append = () => {
    if (full) throw new Error("no space left");
  };
  const bench = ready({ storage: { records: [], repaired: undefined, append, close: () => {} } });
  full = true;
  const answer = bench.sale();
  expect(answer).toMatchObject({ macState: "ok", fields: { 39: "96" } });
  expect(bench.lastWords()).toContain("no space left");
  expect(bench.balance()).toBe(1_000_000);
  full = false;
  expect(bench.sale()?.fields[39]).toBe("00");
  full = true;
  expect(bench.reversal()?.fields[39]).toBe("96");
  expect(bench.balance()).toBe(999_000);
  full = false;
  expect(bench.reversal()?.fields[39]).toBe("00");
});

test("neither PIN block nor track is in the ledger's file", async () => {
  const dataDir = newDir();
  const bench = ready({ dataDir });
  const fields = bench.saleFields();
  bench.sale();
  await bench.host.close();
  const text = readFileSync(join(dataDir, LEDGER_FILE), "utf8");
  expect(text).toContain(PAN);
  expect(text).not.toContain(fields[52]);
  expect(text).not.toContain(fields[35]);
  expect(text).not.toContain("30122010000012300");
});
