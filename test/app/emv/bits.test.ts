/** TVR and TSI by name (§7), and numbers in and out. */
import { describe, expect, test } from "vitest";
import { TSI_BITS, TVR_BITS } from "../../../app/emv/bits.ts";
import { fromDecimal, fromNumber, toDecimal, toNumber } from "../../../app/emv/bytes.ts";
import { toHex, tsi, tsiNames, tvr, tvrNames } from "../../../app/emv/index.ts";
import { fromBig, rsa, toBig } from "../../../app/emv/rsa.ts";

test("every bit of the tables has its place", () => {
  expect(TVR_BITS).toHaveLength(27);
  const at = Object.fromEntries(TVR_BITS.map((bit) => [bit, toHex(tvr(bit))]));
  expect(at).toMatchObject({
    "oda-not-performed": "8000000000",
    "sda-selected": "0200000000",
    "version-differs": "0080000000",
    "new-card": "0008000000",
    "cvm-failed": "0000800000",
    "online-pin-entered": "0000040000",
    "floor-limit": "0000008000",
    "forced-online": "0000000800",
    "default-tdol": "0000000080",
    "script-failed-after": "0000000010",
  });
  expect(toHex(tvr(...TVR_BITS))).toBe("FEF8FCF8F0");
  expect(new Set(Object.values(at)).size).toBe(27);
  expect(toHex(tsi(...TSI_BITS))).toBe("FC00");
});

test("names of what is set", () => {
  expect(tvrNames("8000048000")).toEqual(["oda-not-performed", "online-pin-entered", "floor-limit"]);
  expect(tsiNames("E800")).toEqual(["oda", "cvm", "card-risk", "terminal-risk"]);
  expect(() => tvrNames("80")).toThrow("95");
});

describe("numbers", () => {
  test("binary and decimal", () => {
    expect([toHex(fromNumber(20_000, 4)), toNumber(fromNumber(20_000, 4))]).toEqual(["00004E20", 20_000]);
    expect(toHex(fromDecimal(999_999_999_999, 6))).toBe("999999999999");
    expect([toDecimal(fromDecimal(12_345, 6)), toDecimal(Uint8Array.of(0x1a))]).toEqual([12_345, undefined]);
  });

  test("big numbers, whatever their length", () => {
    for (const hex of ["00", "FF", "0100000000", "FFFFFFFFFFFFFFFF", `01${"00".repeat(20)}`, "AB".repeat(33)]) {
      const bytes = Uint8Array.from(Buffer.from(hex, "hex"));
      expect(toHex(fromBig(toBig(bytes), bytes.length))).toBe(hex);
    }
  });

  test("what is no modulus is named", () => {
    const exponent = Uint8Array.of(3);
    expect(() => rsa(exponent, { modulus: Uint8Array.of(4), exponent })).toThrow("modulus");
    expect(() => rsa(exponent, { modulus: new Uint8Array(0), exponent })).toThrow("modulus");
    expect(() => rsa(exponent, { modulus: new Uint8Array(257).fill(255), exponent })).toThrow("modulus");
    expect(toHex(rsa(Uint8Array.of(7), { modulus: Uint8Array.of(0x01, 0x01), exponent }))).toBe("0056");
  });
});
