import fc from "fast-check";
import { expect, test } from "vitest";
import {
  concat,
  decodeAscii,
  decodeUtf8,
  encodeAscii,
  encodeUtf8,
  equalBytes,
  fromHex,
  toBuffer,
  toHex,
  wipe,
} from "../../../platform/guest/bytes.ts";
import { crc32 } from "../../../platform/guest/crc32.ts";

test("hex goes there and back; what is no hex is refused with its place", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(toHex(bytes)).toBe(Buffer.from(bytes).toString("hex").toUpperCase());
      expect(fromHex(toHex(bytes).toLowerCase())).toEqual(bytes);
    }),
  );
  expect(fromHex("9F 26\n08")).toEqual(Uint8Array.from([0x9f, 0x26, 8]));
  expect(() => fromHex("123")).toThrow("odd number of digits (3)");
  expect(() => fromHex("12G4")).toThrow("at place 2");
});

test("UTF-8 is what the platform's own encoder and decoder make of it, for good and bad input", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(encodeUtf8(text)).toEqual(Uint8Array.from(new TextEncoder().encode(text)));
    }),
  );
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(decodeUtf8(bytes)).toBe(decoder.decode(bytes));
    }),
    { numRuns: 1000 },
  );
  const tricky = fc.constantFrom(
    0x41,
    0x80,
    0xbf,
    0xc0,
    0xc1,
    0xc2,
    0xe0,
    0xa0,
    0x9f,
    0xed,
    0xef,
    0xbb,
    0xf0,
    0x90,
    0x8f,
    0xf4,
    0xf5,
    0xff,
  );
  fc.assert(
    fc.property(fc.array(tricky, { maxLength: 12 }), (list) => {
      const bytes = Uint8Array.from(list);
      expect(decodeUtf8(bytes)).toBe(decoder.decode(bytes));
    }),
    { numRuns: 3000 },
  );
  expect(encodeUtf8("\ud800x")).toEqual(Uint8Array.from([0xef, 0xbf, 0xbd, 0x78]));
});

test("ASCII refuses what is none; bytes above it become question marks", () => {
  expect(decodeAscii(encodeAscii("A\u0000~"))).toBe("A\u0000~");
  expect(() => encodeAscii("ok 元")).toThrow("place 3 (U+5143)");
  expect(decodeAscii(Uint8Array.from([65, 200]))).toBe("A?");
});

test("concat, equalBytes, wipe, toBuffer", () => {
  const part = new Uint8Array([0, 1, 2, 3]).subarray(1, 3);
  expect(concat(part, new Uint8Array(0), part)).toEqual(Uint8Array.from([1, 2, 1, 2]));
  expect([
    equalBytes(part, Uint8Array.from([1, 2])),
    equalBytes(part, Uint8Array.from([1, 3])),
    equalBytes(part, new Uint8Array(3)),
  ]).toEqual([true, false, false]);
  expect(new Uint8Array(toBuffer(part))).toEqual(Uint8Array.from([1, 2]));
  wipe(part);
  expect(part).toEqual(new Uint8Array(2));
});

test("CRC-32 has its check value, and goes on from a sum", () => {
  const check = encodeAscii("123456789");
  expect(crc32(check)).toBe(0xcbf43926);
  expect(crc32(check.subarray(4), crc32(check.subarray(0, 4)))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
});
