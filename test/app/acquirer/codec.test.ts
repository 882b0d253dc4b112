import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CodecError, macBlock, MAX_MESSAGE_BYTES, packMessage, unpackMessage } from "../../../app/acquirer/codec.ts";
import { type Field, fieldTable } from "../../../app/acquirer/fields.ts";
import { unwrap, wrap } from "../../../app/acquirer/frame.ts";
import type { Message } from "../../../app/acquirer/host.ts";
import { hex, SALE_FRAME, TABLE, unhex } from "./desk.ts";

fc.configureGlobal({ seed: 20_261_121 });

const characters = (set: string, field: Field): fc.Arbitrary<string> => {
  const least = field.prefix === "none" ? field.length : 0;
  return fc.string({ unit: fc.constantFrom(...set), minLength: least, maxLength: field.length });
};

function contentOf(field: Field): fc.Arbitrary<string | Uint8Array> {
  if (field.encoding === "bytes") {
    return fc.uint8Array({ minLength: field.prefix === "none" ? field.length : 0, maxLength: Math.min(field.length, 60) });
  }
  const sets = { digits: "0123456789", track: "0123456789ABCDEF", ascii: "0123456789 AZaz~!" };
  return characters(sets[field.encoding], field);
}

const messages = (table = TABLE): fc.Arbitrary<Message> =>
  fc.record({
    mti: fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 4, maxLength: 4 }),
    fields: fc
      .uniqueArray(fc.constantFrom(...table.keys()), { maxLength: 40 })
      .chain((numbers) => fc.tuple(...numbers.map((n) => fc.tuple(fc.constant(n), contentOf(table.get(n) as Field)))))
      .map((pairs) => new Map(pairs.sort(([a], [b]) => a - b))),
  });

/** What parsing gave, or the one error it may give. */
function parsed(bytes: Uint8Array): Message | CodecError {
  try {
    return unpackMessage(bytes, TABLE);
  } catch (error) {
    if (error instanceof CodecError) return error;
    throw error;
  }
}

describe("properties", () => {
  test("a message packed and unpacked is the same", () => {
    fc.assert(
      fc.property(messages(), (message) => void expect(unpackMessage(packMessage(message, TABLE), TABLE)).toEqual(message)),
    );
  });

  test("so it is where a host wants 48, 60 and 61 as text", () => {
    const table = fieldTable({ 48: "ascii", 60: "ascii", 61: "ascii" });
    fc.assert(
      fc.property(messages(table), (message) => void expect(unpackMessage(packMessage(message, table), table)).toEqual(message)),
    );
  });

  test("bytes that are read are written again as they were", () => {
    fc.assert(
      fc.property(messages(), fc.nat(), fc.nat({ max: 255 }), (message, at, byte) => {
        const bytes = packMessage(message, TABLE);
        bytes[at % bytes.length] = byte;
        const read = parsed(bytes);
        if (!(read instanceof CodecError)) expect(hex(packMessage(read, TABLE))).toBe(hex(bytes));
      }),
      { numRuns: 500 },
    );
  });

  test("garbage gives a message or a CodecError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void parsed(bytes)),
      { numRuns: 1000 },
    );
  });

  test("every beginning of a message is a CodecError", () => {
    const whole = unhex(SALE_FRAME).subarray(11);
    for (let length = 0; length < whole.length; length++) expect(parsed(whole.subarray(0, length))).toBeInstanceOf(CodecError);
  });
});

describe("encodings of §1.4", () => {
  const packed = (number: number, value: string): string =>
    hex(packMessage({ mti: "0200", fields: new Map([[number, value]]) }, TABLE)).slice(20);

  test.each([
    [2, "6229990000000000019", "1962299900000000000190"],
    [22, "051", "0510"],
    [23, "001", "0001"],
    [35, "123D4", "05123D40"],
    [48, "123", "00031230"],
    [60, "2200000700050", "001322000007000500"],
    [41, "12345678", "3132333435363738"],
  ])("DE%i %s → %s", (number, value, bytes) => expect(packed(number, value)).toBe(bytes));
});

describe("what is refused, and why", () => {
  const from = (fields: string, bitmap: string, mti = "0210"): CodecError => {
    const result = parsed(unhex(mti + bitmap + fields));
    expect(result).toBeInstanceOf(CodecError);
    return result as CodecError;
  };
  const BIT = (n: number): string =>
    hex(Uint8Array.from({ length: 8 }, (_, i) => ((n - 1) >> 3 === i ? 0x80 >> ((n - 1) & 7) : 0)));

  test.each([
    ["a second bitmap", "", BIT(1), "unknown-field", 1],
    ["an unknown field", "", BIT(5), "unknown-field", 5],
    ["a length that is not decimal", "1A", BIT(2), "bad-length", 2],
    ["a length beyond the field", "20", BIT(2), "bad-length", 2],
    ["a length beyond the message", "19", BIT(2), "truncated", 2],
    ["an end in the length", "00", BIT(60), "truncated", 60],
    ["a letter among digits", "00000A", BIT(3), "bad-digit", 3],
    ["a free nibble that is not 0", "0511", BIT(22), "bad-digit", 22],
    ["a byte that cannot be printed", "0030", BIT(39), "bad-text", 39],
    ["bytes behind the end", "303000", BIT(39), "trailing", 0],
  ])("%s", (_, fields, bitmap, fault, field) => {
    const error = from(fields, bitmap);
    expect([error.fault, error.field]).toEqual([fault, field]);
  });

  test("an MTI that is no number; a message longer than any", () => {
    expect(from("", "0000000000000000", "02A0").fault).toBe("bad-digit");
    expect((parsed(new Uint8Array(MAX_MESSAGE_BYTES + 1)) as CodecError).fault).toBe("oversize");
  });

  test("values that do not fit their field cannot be packed, and are not in the words", () => {
    const pack = (number: number, value: string | Uint8Array) => () =>
      packMessage({ mti: "0200", fields: new Map([[number, value]]) }, TABLE);
    expect(pack(4, "123")).toThrow(CodecError);
    expect(pack(2, "622999x000000019")).toThrow("DE2: character 7 is not a digit");
    expect(pack(37, "äaaaaaaaaaaa")).toThrow(CodecError);
    expect(pack(52, "12345678")).toThrow("DE52: takes bytes");
    expect(pack(7, "1")).toThrow("DE7: not in the field table");
  });
});

test("the MAC block is everything before DE64, with its bit set", () => {
  const whole = unhex(SALE_FRAME).subarray(11);
  const message = unpackMessage(whole, TABLE);
  message.fields.delete(64);
  expect(hex(macBlock(message, TABLE))).toBe(hex(whole.subarray(0, -8)));
});

describe("TPDU and header", () => {
  const envelope = { tpdu: "6000030000", header: "603100320000" };

  test("around a message and off again, with the host's wish", () => {
    expect(hex(wrap(envelope, unhex("0800")))).toBe("60000300006031003200000800");
    expect(unwrap(unhex("60000000036031033200000810"))).toEqual({ message: unhex("0810"), headerRequest: 3 });
  });

  test("refused: too short, no TPDU, a profile that is wrong", () => {
    expect(() => unwrap(unhex("6000000003"))).toThrow(CodecError);
    expect(() => unwrap(new Uint8Array(40))).toThrow("the TPDU does not begin with 60");
    expect(() => wrap({ ...envelope, tpdu: "60" }, unhex("0800"))).toThrow(CodecError);
  });
});
