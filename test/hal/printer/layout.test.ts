import fc from "fast-check";
import { expect, test } from "vitest";
import { gb18030Table } from "../../../build/gb18030.ts";
import { type Glyph, glyphLines, leftRight, widthOf, wrap } from "../../../hal/printer/columns.ts";
import { PrintFont } from "../../../hal/printer/font.ts";
import { Gb18030 } from "../../../hal/printer/gb18030.ts";
import { layout } from "../../../hal/printer/layout.ts";
import { MODELS, type PrinterModel } from "../../../hal/printer/models.ts";
import type { PrintItem } from "../../../hal/printer/printer.ts";
import { concat, toHex } from "../../../platform/guest/bytes.ts";

const table = new Gb18030(new Uint8Array(gb18030Table()));
const model = (name: string): PrinterModel => MODELS[name]!;
const words = (lines: readonly (readonly Glyph[])[]): string[] =>
  lines.map((line) => String.fromCodePoint(...line.map((glyph) => glyph.cp)));
const wrapped = (text: string, columns: number): string[] => words(wrap(glyphLines(text)[0]!, columns));
const bytesOf = (items: readonly PrintItem[], name = "58mm", font?: PrintFont): Uint8Array =>
  concat(...layout(items, { model: model(name), table, font }).map((block) => block.bytes));
const decoded = (bytes: Uint8Array): string => new TextDecoder("gb18030").decode(bytes);

/** A face with a black box for each of these characters. */
function boxes(characters: string): PrintFont {
  const points = [...characters].map((char) => char.codePointAt(0)!).sort((a, b) => a - b);
  const file = new Uint8Array(8 + points.length * 74).fill(0xff);
  file.set([0x54, 0x50, 0x46, 0x31, points.length & 0xff, points.length >> 8, 24, 24]);
  for (const [at, cp] of points.entries()) file.set([cp & 0xff, cp >> 8], 8 + at * 2);
  return PrintFont.open(file)!;
}

test("wraps at blanks, between Chinese characters, and in the middle of what has neither", () => {
  expect(wrapped("the quick brown fox", 10)).toEqual(["the quick", "brown fox"]);
  expect(wrapped("示例商户名称很长", 6)).toEqual(["示例商", "户名称", "很长"]);
  expect(wrapped("1234567890", 4)).toEqual(["1234", "5678", "90"]);
  expect(wrapped("金额100", 4)).toEqual(["金额", "100"]);
  expect(wrapped("", 4)).toEqual([""]);
});

test("left and right on one line, or apart when they do not fit", () => {
  expect(words(leftRight("金额", "100.00", 16))).toEqual(["金额      100.00"]);
  expect(words(leftRight("商户名称", "示例商户", 12))).toEqual(["商户名称", "    示例商户"]);
  expect(words(leftRight("", "100", 6))).toEqual(["   100"]);
  expect(words(leftRight("a", "", 3))).toEqual(["a  "]);
});

test("no line is wider than the paper and no letter is lost", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", " ", "国", "1", "，"), maxLength: 60 });
  fc.assert(
    fc.property(text, text, fc.integer({ min: 4, max: 48 }), (left, right, columns) => {
      const lines = [...wrap(glyphLines(left)[0]!, columns), ...leftRight(left, right, columns)];
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
      const letters = (s: string) => s.replaceAll(" ", "");
      expect(letters(words(wrap(glyphLines(left)[0]!, columns)).join(""))).toBe(letters(left));
      expect(letters(words(leftRight(left, right, columns)).join(""))).toBe(letters(left + right));
    }),
  );
});

test("text as the printer wants it: modes only when they change, GB18030, line feeds", () => {
  expect(
    toHex(bytesOf([{ text: "A国" }, { text: "B", bold: true, align: "center", wide: true, tall: true }, { text: "C" }])),
  ).toBe(["41B9FA0A", "1B6101", "1B4501", "1D2111", "420A", "1B6100", "1B4500", "1D2100", "430A"].join(""));
});

test("control characters cannot command the printer", () => {
  expect(decoded(bytesOf([{ text: "a\x1b@\x10\x04\x01b\tc\u200bd" }]))).toBe("a @   b cd\n");
  expect(decoded(bytesOf([{ text: "one\ntwo\r\nthree" }]))).toBe("one\ntwo\nthree\n");
});

test("¥ becomes the sign the printer has; what it lacks becomes □ without a font", () => {
  expect(decoded(bytesOf([{ text: "¥5 𠮷" }]))).toBe("￥5 □\n");
  expect(decoded(bytesOf([{ text: "王" }], "58mm-basic"))).toBe("王\n");
  expect(decoded(bytesOf([{ text: "堃" }], "58mm-basic"))).toBe("□\n");
  expect(decoded(bytesOf([{ text: "堃" }], "58mm"))).toBe("堃\n");
});

test("a line with a character that only we have is drawn", () => {
  const bytes = bytesOf([{ text: "王堃", align: "right", bold: true }], "58mm-basic", boxes("王堃□"));
  expect(toHex(bytes.subarray(0, 11))).toBe("1B6102" + "1D763000" + "0600" + "1E00");
  expect(bytes.length).toBe(11 + 6 * 30);
  expect([...bytes.subarray(11, 11 + 24 * 6)].every((byte) => byte === 0xff)).toBe(true);
  expect([...bytes.subarray(11 + 24 * 6)].every((byte) => byte === 0)).toBe(true);
});

test("characters that only the printer has stay letters when another is lacking", () => {
  expect(decoded(bytesOf([{ text: "王堃" }], "58mm-basic", boxes("堃□")))).toBe("王□\n");
});

test("pictures go in bands below 1 KB and below the model's cap, cut off at the paper's edge", () => {
  const raster = new Uint8Array(100 * 300).fill(1);
  for (const name of Object.keys(MODELS)) {
    const blocks = layout([{ raster, widthDots: 800 }], { model: model(name), table, font: undefined });
    let rows = 0;
    for (const { bytes, dots } of blocks) {
      const [x, y] = [bytes[4]! | (bytes[5]! << 8), bytes[6]! | (bytes[7]! << 8)];
      expect(toHex(bytes.subarray(0, 4))).toBe("1D763000");
      expect(x).toBe(Math.min(100, model(name).widthDots / 8));
      expect(bytes.length).toBe(8 + x * y);
      expect(bytes.length).toBeLessThanOrEqual(1024);
      expect(y).toBeLessThanOrEqual(model(name).rasterRowCap);
      expect(dots).toBe(y);
      rows += y;
    }
    expect(rows).toBe(300);
  }
});

test("no picture carries a real-time command", () => {
  const body = Uint8Array.from([0x10, 0x04, 0x01, 0x10, 0x05, 0x02, 0x10, 0x14, 0x01, 0x00, 0x10, 0x10, 0x04]);
  const bytes = bytesOf([{ raster: body, widthDots: body.length * 8 }]).subarray(8);
  expect(toHex(bytes)).toBe("100C01100D02101C010010100C");
});

test("QR codes: by the printer when it can, as dots when it cannot, never wider than the paper", () => {
  const bytes = toHex(bytesOf([{ qr: "AB", moduleDots: 5 }]));
  expect(bytes).toBe(
    ["1B6101", "1D286B040031413200", "1D286B0300314305", "1D286B0300314531", "1D286B0500315030", "4142", "1D286B0300315130"].join(
      "",
    ),
  );
  const long = "x".repeat(1000);
  const [block] = layout([{ qr: long, moduleDots: 16 }], { model: model("58mm"), table, font: undefined });
  expect(block!.dots).toBeLessThanOrEqual(384);
  expect(toHex(bytesOf([{ qr: "AB" }], "58mm-basic").subarray(0, 7))).toBe("1B61011D763000");
});

test("cuts, feeds, rules", () => {
  expect(toHex(bytesOf([{ cut: "full" }, { cut: "partial" }], "80mm"))).toBe("1D5641001D564200");
  expect(toHex(bytesOf([{ cut: "full" }], "58mm"))).toBe("1B6404");
  expect(toHex(bytesOf([{ feed: 300 }]))).toBe("1B64FF1B642D");
  expect(decoded(bytesOf([{ rule: "=" }]))).toBe(`${"=".repeat(32)}\n`);
});
