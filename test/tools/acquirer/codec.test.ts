import fc from "fast-check";
import { expect, test } from "vitest";
import {
  decodeFrame,
  decodeMessage,
  encodeField,
  encodeFrame,
  type Fields,
  maskFields,
  swapTpdu,
} from "../../../tools/acquirer/codec.ts";
import { type FieldSpec, fields as specs } from "../../../tools/acquirer/fields.ts";
import { FrameSplitter, type Piece } from "../../../tools/acquirer/framing.ts";
import { bytesText, fromHex, textBytes, toHex } from "../../../tools/acquirer/text.ts";

const digits = (least: number, most: number) => fc.stringMatching(new RegExp(`^\\d{${least},${most}}$`));
const raw = (least: number, most: number) => fc.uint8Array({ minLength: least, maxLength: most });

function fieldValue(spec: FieldSpec): fc.Arbitrary<string> {
  const least = spec.lengthDigits === 0 ? spec.size : 0;
  if (spec.kind === "n") return digits(least, spec.size);
  if (spec.kind === "z") return fc.stringMatching(new RegExp(`^[0-9A-F]{${least},${spec.size}}$`));
  if (spec.kind === "b") return raw(least, spec.size).map(toHex);
  const text = fc.stringMatching(new RegExp(`^[A-Za-z0-9 ]{${least},${spec.size}}$`));
  return spec.kind === "an" ? text : fc.oneof(text, raw(least, spec.size).map(bytesText));
}

const anyFields: fc.Arbitrary<Fields> = fc
  .subarray([...specs.values()])
  .chain((chosen) => fc.record(Object.fromEntries(chosen.map((spec) => [String(spec.de), fieldValue(spec)]))));

test("what is packed is parsed again, and packs to the same bytes", () => {
  fc.assert(
    fc.property(digits(10, 10), digits(12, 12), digits(4, 4), anyFields, (tpdu, header, mti, fields) => {
      const bytes = encodeFrame({ tpdu, header, mti, fields });
      const frame = decodeFrame(bytes);
      expect(frame).toMatchObject({ tpdu, header, mti, fields, problem: undefined, faults: [] });
      expect(toHex(encodeFrame(frame))).toBe(toHex(bytes));
    }),
    { numRuns: 60 },
  );
});

test("any bytes at all are decoded without an exception", () => {
  fc.assert(
    fc.property(raw(0, 300), (bytes) => void decodeFrame(bytes)),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(raw(8, 8), raw(0, 300), (bitmap, rest) => {
      const body = Uint8Array.from([...fromHex("60000300006031003100000200"), ...bitmap, ...rest]);
      void decodeMessage(body);
    }),
    { numRuns: 500 },
  );
});

const SAMPLE = encodeFrame({
  tpdu: "6000030000",
  header: "603100310000",
  mti: "0200",
  fields: { 2: "6229990000000000019", 4: "000000001000", 11: "000123", 41: "10000001", 60: "2200000100060", 63: "中文" },
});

test("a frame cut at any byte says where", () => {
  for (let cut = 0; cut < SAMPLE.length; cut++) {
    const frame = decodeFrame(SAMPLE.slice(0, cut));
    expect(frame.problem, `cut at ${cut}`).toMatch(/^cut short/);
  }
  expect(decodeFrame(SAMPLE.slice(0, 44)).problem).toBe("cut short in DE41 terminal at byte 43: needs 8 bytes, 1 are left");
});

test("wrong bytes are named by field and reason", () => {
  const hex = toHex(SAMPLE);
  const decoded = (from: string, to: string) => decodeFrame(fromHex(hex.replace(from, to)));
  expect(decoded("196229990000000000019", "206229990000000000019").problem).toBe("DE2 PAN: its length 20 is over 19");
  expect(decoded("196229990000000000019", "1A6229990000000000019").problem).toBe("DE2 PAN: its length 1A is not decimal");
  expect(decoded("62299900000000000190", "6229990000000000019F").faults).toEqual([{ de: 2, words: "is padded with F, not 0" }]);
  expect(decoded("000123", "0001B3").faults).toEqual([{ de: 11, words: "holds something that is not a decimal digit" }]);
  expect(decoded(hex.slice(0, 4), "0099").faults[0]?.words).toBe(`LEN says 153 bytes, ${SAMPLE.length - 2} follow it`);
  expect(decodeFrame(fromHex(`${hex}00`)).faults.map(({ words }) => words)).toContain("1 bytes are left after the last field");
  const unknown = fromHex(hex);
  unknown[2 + 5 + 6 + 2] = 0x80;
  expect(decodeFrame(unknown).problem).toContain("DE1: the bitmap announces a field this profile does not have");
});

test("a field knows where its bytes are", () => {
  const { raw: places } = decodeFrame(SAMPLE);
  for (const { at, hex } of Object.values(places)) expect(toHex(SAMPLE).slice(at * 2, at * 2 + hex.length)).toBe(hex);
  expect(places[2]?.hex).toBe("1962299900000000000190");
});

test("odd digits are padded on the side the field says", () => {
  expect(toHex(encodeField(22, "021"))).toBe("0210");
  expect(toHex(encodeField(23, "001"))).toBe("0001");
  expect(toHex(encodeField(60, "00000001003"))).toBe("0011000000010030");
  expect(() => encodeField(41, "1234567")).toThrow("DE41 terminal: is 7 long, must be 8");
  expect(() => encodeField(4, "12,00")).toThrow("DE4 amount");
  expect(() => encodeField(99, "1")).toThrow("does not have it");
});

test("the dial-in block is skipped", () => {
  const bytes = SAMPLE.slice(2);
  const lri = new Uint8Array(33);
  lri.set(fromHex("4C5249001C"));
  const frame = decodeMessage(Uint8Array.from([...bytes.slice(0, 5), ...lri, ...bytes.slice(5)]));
  expect(frame).toMatchObject({ mti: "0200", problem: undefined, faults: [] });
});

test("text and bytes share one notation", () => {
  expect(toHex(textBytes("消费A"))).toBe("CFFBB7D141");
  expect(bytesText(fromHex("CFFBB7D141"))).toBe("消费A");
  expect(bytesText(fromHex("00FF"))).toBe("hex:00FF");
  expect(bytesText(textBytes("hex:6865783A3030"))).toBe("hex:6865783A3030");
  expect(() => textBytes("😀")).toThrow("GBK");
  fc.assert(fc.property(raw(0, 60), (bytes) => void expect(toHex(textBytes(bytesText(bytes)))).toBe(toHex(bytes))));
});

test("masked fields show no card number, track or PIN block", () => {
  const pan = "6229990000000000019";
  const masked = maskFields({
    2: pan,
    35: `${pan}D30122010000012300`,
    36: `99${pan}D1561560500`,
    48: `0100000123${pan.padStart(20, "0")}000000001000`,
    52: "676189BB8BF1100B",
    55: "5A0A6229990000000000019F9F2608AABBCCDDEEFF0011",
    59: `A3019${pan}`,
    62: pan,
    11: "000123",
  });
  expect(masked[2]).toBe("622999*********0019");
  expect(masked[11]).toBe("000123");
  expect(masked[55]).toBe("5A0A********************9F2608AABBCCDDEEFF0011");
  expect(JSON.stringify(masked)).not.toMatch(/6229990000|676189|30122010/);
});

test("the answer's TPDU swaps the addresses", () => {
  expect(swapTpdu("6000030000")).toBe("6000000003");
});

test("frames come out of any chunks", () => {
  const frames = [SAMPLE, SAMPLE, SAMPLE];
  const stream = Uint8Array.from(frames.flatMap((frame) => [...frame]));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }), (sizes) => {
      const splitter = new FrameSplitter();
      const pieces: Piece[] = [];
      let at = 0;
      for (const size of [...sizes, stream.length]) {
        pieces.push(...splitter.push(stream.slice(at, at + size)));
        at += size;
      }
      expect(pieces.map((piece) => "frame" in piece && toHex(piece.frame))).toEqual(frames.map((frame) => toHex(frame.slice(2))));
      expect(splitter.unfinished()).toBeUndefined();
    }),
  );
});

test("lying lengths stop the stream, an early end is told", () => {
  expect(new FrameSplitter().push(fromHex("FFFF0000"))).toEqual([{ broken: "LEN says 65535 bytes; a frame has 21 to 4096" }]);
  expect(new FrameSplitter().push(fromHex("0003000000"))).toEqual([{ broken: "LEN says 3 bytes; a frame has 21 to 4096" }]);
  const splitter = new FrameSplitter();
  splitter.push(fromHex("00746000"));
  expect(splitter.unfinished()).toBe("the line ended after 2 of the 116 bytes LEN promised");
});
