import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeFrame } from "../../../tools/acquirer/codec.ts";
import { inspect } from "../../../tools/inspect/inspect.ts";

const PAN = "6229990000000000019";
const sale = Buffer.from(
  encodeFrame({
    tpdu: "6000030000",
    header: "603100310000",
    mti: "0200",
    fields: {
      "2": PAN,
      "3": "000000",
      "4": "000000010000",
      "11": "000007",
      "35": `${PAN}D30122010000012300`,
      "41": "10000001",
      "49": "156",
    },
  }),
).toString("hex");

test("a message with its length, field by field, card number masked", () => {
  const lines = inspect(sale, false).join("\n");
  expect(lines).toContain("MTI    0200");
  expect(lines).toContain("622999*********0019");
  expect(lines).toContain("交易金额");
  expect(lines).not.toContain(PAN);
});

test("--clear shows it; blanks and a missing length do no harm", () => {
  expect(inspect(sale.replace(/(..)/g, "$1 "), true).join("\n")).toContain(PAN);
  expect(inspect(sale.slice(4), false).join("\n")).toContain("MTI    0200");
});

test("a broken message says what could be read and where it broke", () => {
  const lines = inspect(sale.slice(0, 60), false).join("\n");
  expect(lines).toContain("MTI    0200");
  expect(lines).toMatch(/!.*(LEN says|cut short)/);
});

test("a TLV string with its templates, secrets masked", () => {
  const text = "6F1A840E315041592E5359532E4444463031A5088801015F2D027A685A0A6229990000000000019F".toUpperCase();
  const lines = inspect(text, false);
  expect(lines[0]).toMatch(/^6F/);
  expect(lines.join("\n")).toContain("DF name");
  expect(lines.join("\n")).not.toContain("6229990000000000019");
});

test("an APDU trace, command and answer", () => {
  const lines = inspect("> 00A404000E315041592E5359532E4444463031\n< 6A82\n> 0020008008241234FFFFFFFFFF\n< 63C2", false).join(
    "\n",
  );
  expect(lines).toContain("SELECT");
  expect(lines).toContain("6A82 not found");
  expect(lines).toContain("2 tries left");
  expect(lines).not.toContain("241234");
});

test("what is nothing of this is refused with words", () => {
  expect(() => inspect("hello", false)).toThrow("not hexadecimal");
  expect(() => inspect("", false)).toThrow("not hexadecimal");
});

test("no bytes make it fail otherwise than with an Error of words", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        expect(inspect(Buffer.from(bytes).toString("hex"), false).length).toBeGreaterThan(0);
      } catch (error) {
        expect((error as Error).message).toMatch(/neither a message|not hexadecimal/);
      }
    }),
  );
});
