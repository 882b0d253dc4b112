import fc from "fast-check";
import { expect, test } from "vitest";
import { shortened, typeSet, widthOf, wrapped } from "../../../app/screens/type.ts";
import { builtFonts } from "../../golden/screens/desk.ts";

const types = typeSet(builtFonts());
const texts = fc
  .array(fc.constantFrom(..."银行没有答复，。！（）、终端 会 abcdefgh WMil 0123 . , ; \u{1f600}"), {
    minLength: 1,
    maxLength: 60,
  })
  .map((all) => all.join(""));

test("lines are never wider than asked, and no character is lost", () => {
  fc.assert(
    fc.property(texts, fc.integer({ min: 40, max: 300 }), (text, width) => {
      const lines = wrapped(types.normal, text, width);
      for (const line of lines) expect(widthOf(types.normal, line)).toBeLessThanOrEqual(width);
      expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
    }),
    { numRuns: 300 },
  );
});

test("a line does not start with a stop, and breaks between clauses when it can", () => {
  const text = "上一笔没有收到钱，可以重新收款";
  expect(wrapped(types.normal, text, 292)).toEqual(["上一笔没有收到钱，", "可以重新收款"]);
  for (const width of [60, 80, 120, 200]) {
    for (const line of wrapped(types.normal, text, width)) expect(line).not.toMatch(/^，/);
  }
});

test("Latin words stay whole where they fit a line, also in one long clause", () => {
  const text = "This card cannot be tapped. Insert or swipe it, please";
  for (const width of [120, 160, 200, 250, 292]) {
    expect(wrapped(types.normal, text, width).flatMap((line) => line.split(" "))).toEqual(text.split(" "));
  }
});

test("a text too long for its room ends in a mark", () => {
  const name = shortened(types.normal, "上海市黄浦区南京东路老字号食品商店第一分店", 200);
  expect(name.endsWith("…")).toBe(true);
  expect(widthOf(types.normal, name)).toBeLessThanOrEqual(200);
});

test("every character of GB2312 and of both catalogues has its own glyph", () => {
  const decoder = new TextDecoder("gbk");
  for (let row = 0xb0; row <= 0xf7; row++) {
    for (let cell = 0xa1; cell <= 0xfe; cell++) {
      const character = decoder.decode(Uint8Array.of(row, cell));
      const point = character.codePointAt(0) ?? 0;
      if (point < 0x4e00 || point > 0x9fff) continue;
      expect(types.small.faces[0].glyph(point), character).toBeDefined();
      expect(types.normal.faces[0].glyph(point), character).toBeDefined();
    }
  }
});
