import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { bars } from "../../../../tools/sim/devices/barcodes.ts";
import { Bitmap } from "../../../../tools/sim/devices/bitmap.ts";
import { PrintFont } from "../../../../tools/sim/devices/print-font.ts";
import { SimPrinter } from "../../../../tools/sim/devices/printer.ts";
import { bench } from "./bench.ts";

const directory = mkdtempSync(join(tmpdir(), "font-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** A font of three characters, each with rows of its own. */
const ROWS: Record<string, number> = { A: 0xaa0000, 中: 0xf0f0f1, 龘: 0x123456 };
const path = join(directory, "font.bin");
const characters = Object.keys(ROWS);
const row = (value: number): number[] => [value >> 16, (value >> 8) & 0xff, value & 0xff];
writeFileSync(
  path,
  Buffer.from([
    ...Buffer.from("TPF1"),
    ...[characters.length, 0, 24, 24],
    ...characters.flatMap((character) => [character.charCodeAt(0) & 0xff, character.charCodeAt(0) >> 8]),
    ...characters.flatMap((character) => Array.from({ length: 24 }, () => row(ROWS[character]!)).flat()),
  ]),
);

test("glyphs are read from the file, Latin half as wide", () => {
  const font = new PrintFont(path);
  expect(font.glyph("A").width).toBe(12);
  expect([...font.glyph("A").dots.slice(0, 9)]).toEqual([1, 0, 1, 0, 1, 0, 1, 0, 0]);
  expect(font.glyph("中").width).toBe(24);
  expect(font.glyph("中").get(23, 5)).toBe(true);
  expect(font.has("国")).toBe(false);
  expect(font.glyph("国").blank).toBe(false);
});

test("a character that was sent as dots reads as itself", () => {
  const { context, clock } = bench();
  const printer = new SimPrinter(context, { fontFile: path });
  const columns = (value: number): number[] =>
    Array.from({ length: 24 }, (_, x) => ((value >> (23 - x)) & 1 ? [255, 255, 255] : [0, 0, 0])).flat();
  printer.receive(new Uint8Array([0x41, 0x1b, 0x2a, 33, 24, 0, ...columns(ROWS.龘!), 0x41, 0x0a]));
  const wide = [0, 0, 0, ...row(ROWS.中!)];
  const rows = Array.from({ length: 24 }, () => wide).flat();
  printer.receive(new Uint8Array([0x1d, 0x76, 0x30, 0, 6, 0, 24, 0, ...rows]));
  clock.settle();
  expect(printer.paper[0]?.text).toEqual(["A龘A", "  中"]);
});

test("packing and unpacking a bitmap", () => {
  const bitmap = new Bitmap(11, 2);
  bitmap.set(0, 0);
  bitmap.set(10, 1);
  expect([...bitmap.pack()]).toEqual([0x80, 0, 0, 0x20]);
  expect(Bitmap.unpack(bitmap.pack(), 11, 2).dots).toEqual(bitmap.dots);
});

test("bar patterns: known codes", () => {
  expect(bars("EAN13", "5901234123457")).toBe(
    "10100010110100111011001100100110111101001110101010110011011011001000010101110010011101000100101",
  );
  expect(bars("EAN8", "9638507")).toBe("1010001011010111101111010110111010101001110111001010001001011100101");
  expect(bars("CODE39", "A")).toHaveLength(3 * (6 + 9) + 2);
  const code = bars("CODE128", "{BPJJ123C")!;
  expect(code).toHaveLength(11 * 9 + 13);
  // The check symbol: (104 + Σ position × value) mod 103 = 55.
  expect(code.slice(-24, -13)).toBe("11101000110");
  expect(bars("CODE128", "no set chosen")).toBeUndefined();
  expect(bars("EAN13", "12")).toBeUndefined();
});
