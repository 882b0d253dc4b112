import { expect, test } from "vitest";
import { gb18030Table } from "../../build/gb18030.ts";
import { Gb18030 } from "../../hal/printer/gb18030.ts";

const table = new Uint8Array(gb18030Table());
const gb = new Gb18030(table);
const oracle = new TextDecoder("gb18030");

test("the table is small and has a two-byte code for all of GB2312's characters", () => {
  expect(table.length).toBeLessThan(80_000);
  for (let lead = 0xb0; lead <= 0xf7; lead++) {
    for (let trail = 0xa1; trail <= (lead === 0xd7 ? 0xf9 : 0xfe); trail++) {
      const cp = oracle.decode(Uint8Array.of(lead, trail)).codePointAt(0) as number;
      expect(gb.twoByte(cp)).toBe((lead << 8) | trail);
    }
  }
});

test("every character of the BMP and samples above it come back the same, here and in the oracle", () => {
  const unencodable: number[] = [];
  for (let cp = 0; cp <= 0xffff; cp++) {
    if (cp >= 0xd800 && cp <= 0xdfff) continue;
    const bytes = gb.encodePoint(cp);
    if (bytes === undefined) {
      unencodable.push(cp);
      continue;
    }
    const wanted = String.fromCodePoint(cp);
    const seen = oracle.decode(Uint8Array.from(bytes));
    // A decoder in stream mode eats a byte order mark.
    if (cp !== 0xfeff && seen !== wanted)
      throw new Error(`U+${cp.toString(16)}: ${bytes} reads as ${seen.codePointAt(0)?.toString(16)}`);
    if (gb.decode(Uint8Array.from(bytes)) !== wanted) throw new Error(`U+${cp.toString(16)} does not come back`);
  }
  // GB18030-2022 gave the places of a few private-use characters away; nobody writes those.
  expect(unencodable.filter((cp) => cp < 0xe000 || cp > 0xf8ff)).toEqual([]);
  expect(unencodable.length).toBeLessThan(30);
  for (const char of ["𠀀", "𠮷", "😀", "\u{10ffff}"]) {
    expect(oracle.decode(gb.encode(char))).toBe(char);
    expect(gb.decode(gb.encode(char))).toBe(char);
  }
});

test("published code points", () => {
  expect([...gb.encode("中€A")]).toEqual([0xd6, 0xd0, 0xa2, 0xe3, 0x41]);
  expect([...gb.encode("㐀")]).toEqual([0x81, 0x39, 0xee, 0x39]);
  expect([...gb.encode("¥")]).toEqual([0x81, 0x30, 0x84, 0x36]);
});

test("damaged bytes are replaced and the rest is read", () => {
  expect(gb.decode(Uint8Array.of(0x41, 0xff, 0x42))).toBe("A\ufffdB");
  expect(gb.decode(Uint8Array.of(0xd6))).toBe("\ufffd");
  expect(gb.decode(Uint8Array.of(0x81, 0x30, 0x84))).toBe("\ufffd0\ufffd");
  expect(() => new Gb18030(table.subarray(0, table.length - 1))).toThrow(/damaged/);
});
