/** TLV objects as cards write them (§5). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EmvError, encodeTlv, findTlv, parseTlv, primitives, toBytes, toHex } from "../../../app/emv/index.ts";

const SEED = 20_261_122;
const fault = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof EmvError) return `${error.fault} ${error.where}`;
    throw error;
  }
  return "none";
};

describe("reading", () => {
  test("an FCI, its templates opened", () => {
    const fci = parseTlv("6F1A840E315041592E5359532E4444463031A5088801015F2D027A68");
    expect(fci).toHaveLength(1);
    expect(toHex(findTlv(fci, "6F", "A5", "88")?.value ?? new Uint8Array(0))).toBe("01");
    expect(primitives(fci).map(({ tag }) => tag)).toEqual(["84", "88", "5F2D"]);
  });

  test("tags of one to four bytes", () => {
    const tags = parseTlv("5A01 11 9F2601 22 DF810101 33 DF81810101 44").map(({ tag }) => tag);
    expect(tags).toEqual(["5A", "9F26", "DF8101", "DF818101"]);
    expect(fault(() => parseTlv("DF8181810101 44"))).toBe("tlv byte 0");
  });

  test("zero bytes before, between and behind objects are skipped", () => {
    expect(parseTlv("0000 5A0111 00 5F340101 0000").map(({ tag }) => tag)).toEqual(["5A", "5F34"]);
    expect(parseTlv("7007 00 5A0111 00 00 00")[0]?.children).toHaveLength(1);
  });

  test("FF is no padding but the beginning of a tag", () => {
    expect(parseTlv("FF0102 5A00").map(({ tag }) => tag)).toEqual(["FF01"]);
    expect(fault(() => parseTlv("5A0111 FF"))).toBe("tlv byte 3");
  });

  test("a length longer than it needs to be is read, and written short again", () => {
    const long = parseTlv("5A820001 11");
    expect(toHex(long[0]?.value ?? new Uint8Array(0))).toBe("11");
    expect(toHex(encodeTlv(long))).toBe("5A0111");
    expect(toHex(parseTlv("5A8101 11")[0]?.raw ?? new Uint8Array(0))).toBe("5A810111");
  });

  test.each([
    ["80", "5A80111100"],
    ["FF", "5AFF11"],
    ["83", "5A83000001 11"],
    ["84", "5A8400000001 11"],
  ])("a length beginning with %s is refused", (_, bytes) => {
    expect(fault(() => parseTlv(bytes))).toBe("tlv byte 1");
  });

  test.each([
    ["inside a tag", "9F"],
    ["before a length", "5A"],
    ["inside a length", "5A82 01"],
    ["inside a value", "5A03 1122"],
    ["inside an inner object", "7003 5A0311"],
  ])("what ends %s is refused", (_, bytes) => {
    expect(fault(() => parseTlv(bytes))).toMatch(/^tlv byte/);
  });

  test("no more than eight templates in one another, no more than 256 objects", () => {
    const nested = (depth: number) =>
      Array.from({ length: depth }).reduce<string>((inner) => toHex(encodeTlv([["70", inner]])), "");
    expect(parseTlv(nested(7))).toHaveLength(1);
    expect(fault(() => parseTlv(nested(10)))).toMatch(/^tlv/);
    expect(parseTlv("5A00".repeat(256))).toHaveLength(256);
    expect(fault(() => parseTlv("5A00".repeat(257)))).toMatch(/^tlv/);
  });

  test("digits that are no hex are named", () => {
    expect(fault(() => parseTlv("5A0"))).toBe("value TLV");
    expect(fault(() => parseTlv("5A01ZZ"))).toBe("value TLV");
  });

  test("whatever the bytes are, it is objects or an EmvError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => void fault(() => parseTlv(bytes))),
      { seed: SEED, numRuns: 500 },
    );
  });
});

describe("writing", () => {
  test("a table, pairs and parsed objects give the same", () => {
    const bytes = "6F07A505500141 8700".replace(" ", "");
    expect(toHex(encodeTlv({ "6F": { A5: { "50": "41", "87": "" } } }))).toBe(bytes);
    expect(toHex(encodeTlv([["6f", [["A5", "50014187 00"]]]]))).toBe(bytes);
    expect(toHex(encodeTlv(parseTlv(bytes)))).toBe(bytes);
    expect(toHex(encodeTlv({ tag: "5A", value: toBytes("11") }))).toBe("5A0111");
    expect(toHex(encodeTlv([[0x9f26, "11"]]))).toBe("9F260111");
  });

  test("lengths of one, two and three bytes", () => {
    const head = (length: number) => toHex(encodeTlv([["5A", new Uint8Array(length)]]).slice(0, 4));
    expect([head(127), head(128), head(255), head(256), head(65_535)]).toEqual([
      "5A7F0000",
      "5A818000",
      "5A81FF00",
      "5A820100",
      "5A82FFFF",
    ]);
    expect(fault(() => encodeTlv([["5A", new Uint8Array(65_536)]]))).toBe("tlv length");
  });

  test("what is no tag is named", () => {
    expect(fault(() => encodeTlv([["9F", "11"]]))).toMatch(/^tlv/);
    expect(fault(() => encodeTlv([["5A11", "11"]]))).toBe("value tag 5A11");
  });

  test("what was written is read again", () => {
    const tag = fc.constantFrom("5A", "82", "9F26", "9F02", "DF8101", "5F24");
    const primitive = fc.tuple(tag, fc.uint8Array({ maxLength: 300 }));
    fc.assert(
      fc.property(fc.array(primitive, { maxLength: 8 }), (list) => {
        const bytes = encodeTlv([["70", list]]);
        const read = parseTlv(bytes)[0]?.children ?? [];
        expect(read.map((object) => [object.tag, object.value])).toEqual(list);
        expect(encodeTlv(parseTlv(bytes))).toEqual(bytes);
      }),
      { seed: SEED },
    );
  });
});
