/** The cashier's manual says what the terminal does: its pictures, menu digits, quoted words and table of codes. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Entry, MAIN_MENU } from "../../app/menu.ts";
import { zhCN } from "../../app/text/zh-cn.ts";
import { withCodeTable } from "../../build/manual-codes.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();
const manual = readFileSync(join(root, "app", "MANUAL.zh.md"), "utf8");
const found = (pattern: RegExp): RegExpExecArray[] => [...manual.matchAll(pattern)];

/** Every row with work behind it, as the manual writes it: "9 3 结算". */
function written({ key, text, rows }: Entry, before: readonly string[] = []): string[] {
  const path = key === "" ? before : [...before, key];
  return rows === undefined ? [`${path.join(" ")} ${zhCN[text]}`] : rows.flatMap((row) => written(row, path));
}

test("every picture that is named is there, every one that is there is named, and they are small", () => {
  const folder = join(root, "app", "manual");
  const named = found(/!\[[^\]]+\]\(manual\/([^)]+)\)/g).map(([, name]) => name);
  const there = readdirSync(folder);
  expect([...new Set(named)].sort()).toEqual(there.sort());
  expect(there.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)).toBeLessThan(1_000_000);
});

test("the menu digits and the names behind them are the terminal's, and no function is left out", () => {
  const said = found(/\*\*菜单 ([^*]+)\*\*/g).map(([, path]) => path);
  expect([...new Set(said)].sort()).toEqual(written(MAIN_MENU).sort());
});

test("what stands in 「」 is on a screen of the terminal, whole", () => {
  const screens = new Set<string>(Object.values(zhCN));
  expect(found(/「([^」]+)」/g).flatMap(([, words = ""]) => (screens.has(words) ? [] : [words]))).toEqual([]);
});

test("the table of codes is the terminal's own", () => {
  expect(withCodeTable(manual)).toBe(manual);
});
