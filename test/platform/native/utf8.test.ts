/** UTF-8 of the native outside, against Node's. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { textOf, utf8Of } from "../../../platform/native/utf8.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

test("texts become the bytes that Node makes of them, and texts again", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
      expect(Buffer.from(utf8Of(text)).equals(Buffer.from(text, "utf8"))).toBe(true);
      expect(textOf(utf8Of(text))).toBe(Buffer.from(text, "utf8").toString("utf8"));
    }),
  );
  const long = "茶 a".repeat(5000);
  expect(textOf(utf8Of(long))).toBe(long);
});

test("bytes that are none: a sign in the place of each piece, as everywhere", () => {
  const edges = fc.constantFrom(
    0x00,
    0x41,
    0x7f,
    0x80,
    0x8f,
    0x90,
    0x9f,
    0xa0,
    0xbf,
    0xc1,
    0xc2,
    0xdf,
    0xe0,
    0xed,
    0xef,
    0xf0,
    0xf4,
    0xf5,
  );
  fc.assert(
    fc.property(fc.array(edges, { maxLength: 12 }), (bytes) => {
      expect(textOf(Uint8Array.from(bytes))).toBe(decoder.decode(Uint8Array.from(bytes)));
    }),
    { numRuns: 2000 },
  );
});
