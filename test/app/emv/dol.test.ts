/** Data object lists and the dictionary behind them (§5). */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DataStore } from "../../../app/emv/data.ts";
import { buildDol, DICTIONARY, EmvError, kindOf, parseDol, tcHash, toBytes, toHex } from "../../../app/emv/index.ts";

const build = (dol: string, data: Record<string, string>) => toHex(buildDol(dol, data));

describe("building", () => {
  test("objects one behind the other, as long as asked for", () => {
    expect(build("9F02065F2A029A039F3704", { "9F02": "000000010000", "5F2A": "0156", "9A": "261122", "9F37": "11223344" })).toBe(
      "000000010000015626112211223344",
    );
  });

  test.each([
    ["numeric, too long: the right end", "9F0203", { "9F02": "000000123456" }, "123456"],
    ["numeric, too short: zeros on the left", "9F1A04", { "9F1A": "0156" }, "00000156"],
    ["compressed numeric, too long: the left end", "5A04", { "5A": "622999123456" }, "62299912"],
    ["compressed numeric, too short: F on the right", "5A08", { "5A": "6229" }, "6229FFFFFFFFFFFF"],
    ["binary, too long: the left end", "9F3702", { "9F37": "11223344" }, "1122"],
    ["binary, too short: zeros on the right", "9F3706", { "9F37": "11223344" }, "112233440000"],
    ["text, too long: the left end", "9F1E02", { "9F1E": "4142434445464748" }, "4142"],
    ["text, too short: zeros on the right", "8A04", { "8A": "3030" }, "30300000"],
    ["unknown: zeros", "DF7E03", {}, "000000"],
    ["nobody has it: zeros", "9F3704", {}, "00000000"],
    ["constructed: zeros, even when it is there", "7002", { "70": "1122" }, "0000"],
    ["no length: nothing", "9F3700", { "9F37": "11223344" }, ""],
    ["an empty list: nothing", "", { "9F37": "11223344" }, ""],
  ] as [string, string, Record<string, string>, string][])("%s", (_, dol, data, expected) => {
    expect(build(dol, data)).toBe(expected);
  });

  test.each(["9F", "9F37", "9F379F02", "DF8181810104"])("%s is no list", (dol) => {
    expect(() => parseDol(dol)).toThrow(EmvError);
  });

  test("any list gives exactly the bytes it asks for", () => {
    const tag = fc.constantFrom("9F02", "5A", "9F37", "5F20", "DF01", "70", "95");
    const entry = fc.tuple(tag, fc.nat({ max: 40 }));
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), fc.uint8Array({ maxLength: 30 }), (entries, value) => {
        const dol = entries.map(([name, length]) => name + length.toString(16).padStart(2, "0")).join("");
        const asked = entries.reduce((sum, [, length]) => sum + length, 0);
        expect(buildDol(dol, () => value)).toHaveLength(asked);
      }),
      { seed: 20_261_122 },
    );
  });
});

describe("TC hash", () => {
  const lookup = (tag: string) => (tag === "9A" ? toBytes("261122") : undefined);
  const sha1 = (hex: string) => createHash("sha1").update(Buffer.from(hex, "hex")).digest("hex").toUpperCase();

  test("over the card's TDOL", () => {
    const { value, usedDefault } = tcHash(toBytes("9A03"), toBytes("9F3704"), lookup);
    expect([toHex(value), usedDefault]).toEqual([sha1("261122"), false]);
  });

  test("over the terminal's when the card has none, which shows in the TVR", () => {
    const { value, usedDefault } = tcHash(undefined, toBytes("9F3704"), lookup);
    expect([toHex(value), usedDefault]).toEqual([sha1("00000000"), true]);
  });
});

describe("dictionary and stores", () => {
  test("every object has one row, a tag that is one, and lengths that make sense", () => {
    for (const { tag, min, max, source } of DICTIONARY.values()) {
      expect(parseDol(`${tag}01`)[0]?.tag).toBe(tag);
      expect(min).toBeLessThanOrEqual(max);
      expect(["card", "terminal", "issuer", "kernel"]).toContain(source);
    }
    expect(DICTIONARY.size).toBeGreaterThan(130);
  });

  test("what must not be seen is marked", () => {
    for (const tag of ["57", "5A", "5F20", "99", "9F1F", "9F20", "9F61"]) expect(kindOf(tag)?.sensitive).toBe(true);
  });

  test("kernel goes before transaction, card and configuration; a card sets nothing of the terminal's", () => {
    const store = new DataStore(new Map([["9F02", toBytes("01")]]), new Map([["9F1A", toBytes("0156")]]));
    expect(store.addCard("9F1A", toBytes("0840"))).toBe("foreign");
    expect(store.addCard("95", toBytes("FFFFFFFFFF"))).toBe("foreign");
    expect(store.addCard("5A", toBytes("6229"))).toBe("kept");
    expect(store.addCard("5A", toBytes("6228"))).toBe("duplicate");
    store.kernel.set("9F02", toBytes("02"));
    expect([store.value("9F1A"), store.value("5A"), store.value("9F02"), store.value("95")].map(toHex)).toEqual([
      "0156",
      "6229",
      "02",
      "",
    ]);
  });

  test("an empty object is none", () => {
    const store = new DataStore(new Map(), new Map([["9F4E", toBytes("41")]]));
    store.setCard("9F4E", toBytes(""));
    expect(toHex(store.value("9F4E"))).toBe("41");
  });
});
