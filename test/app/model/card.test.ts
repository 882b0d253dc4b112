import fc from "fast-check";
import { expect, test } from "vitest";
import { bankName } from "../../../app/model/banks.ts";
import { expired, expiryTyped, grouped, luhnValid, maskPan, maskTyping, parseTrack2 } from "../../../app/model/card.ts";
import { contribution } from "../../../app/model/ledger.ts";
import { groupedYuan, MAX_AMOUNT_FEN, yuan } from "../../../app/model/money.ts";

const digits = (least: number, most: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: least, maxLength: most });

test("a masked number shows first six and last four, whatever its length", () => {
  fc.assert(
    fc.property(digits(0, 22), (pan) => {
      const masked = maskPan(pan);
      expect(masked.length).toBe(pan.length);
      expect(masked.replaceAll("*", "").length).toBe(pan.length < 13 ? 0 : 10);
    }),
    { seed: 20_261_121 },
  );
  expect([maskPan("6222021234567"), maskPan("622202123456")]).toEqual(["622202***4567", "************"]);
  expect(maskPan("6229990000000000019")).toBe("622999*********0019");
  expect(grouped("622999*********0019")).toBe("6229 99** **** ***0 019");
});

test("check digit", () => {
  expect(luhnValid("6229990000000000019")).toBe(true);
  expect(luhnValid("6229990000000000018")).toBe(false);
  expect(luhnValid("622999000000")).toBe(false);
  expect(luhnValid("62299900000000000a9")).toBe(false);
  // Zeros add up; only their number tells.
  expect([12, 13, 19, 20].map((count) => luhnValid("0".repeat(count)))).toEqual([false, true, true, false]);
  expect([" 0000000000000", "0000000000000 "].map(luhnValid)).toEqual([false, false]);
});

test("a card is good to the end of its month", () => {
  expect([expired("2611", "20261121"), expired("2611", "20261201"), expired("2701", "20261231")]).toEqual([false, true, false]);
});

test("track 2 with either separator; what is none is none", () => {
  const parsed = { pan: "6229990000000000019", expiry: "3012", serviceCode: "201" };
  expect(parseTrack2("6229990000000000019=30122010000012300")).toMatchObject(parsed);
  expect(parseTrack2("6229990000000000019D30122010000012300")).toMatchObject({
    ...parsed,
    track2: "6229990000000000019=30122010000012300",
  });
  expect(parseTrack2(";6229990000000000019=30122010000012300")).toBeUndefined();
  expect(parseTrack2("6229990000000000019=9913201")?.expiry).toBeUndefined();
  for (const wrong of ["", "=", "123=3012201", "6229990000000000019", "6229990000000000019=3012x"])
    expect(parseTrack2(wrong)).toBeUndefined();
});

test("money in words of yuan", () => {
  expect([yuan(0), yuan(1), yuan(10_000), yuan(-5), groupedYuan(12_345_678_901)]).toEqual([
    "0.00",
    "0.01",
    "100.00",
    "-0.05",
    "123,456,789.01",
  ]);
  expect(yuan(MAX_AMOUNT_FEN)).toBe("9999999999.99");
  expect(() => yuan(0.5)).toThrow(RangeError);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: MAX_AMOUNT_FEN }), (fen) => Number(yuan(fen).replace(".", "")) === fen),
    { seed: 20_261_121 },
  );
});

test("what a record adds to the totals", () => {
  const record = { kind: "sale", approvedFen: 100 } as const;
  expect(contribution({ ...record, state: "approved" })).toEqual({ direction: "debit", amountFen: 100 });
  expect(contribution({ ...record, state: "voided" })).toEqual({ direction: "debit", amountFen: 100 });
  expect(contribution({ ...record, state: "reversed" })).toEqual({ direction: "none", amountFen: 0 });
});

test("banks by their ids", () => {
  expect([bankName("03080000", "zh-CN"), bankName("01020000", "en"), bankName("99990000", "en")]).toEqual([
    "招商银行",
    "ICBC",
    "99990000",
  ]);
});

test("while a number is typed only its newest digit is clear", () => {
  expect(maskTyping("")).toBe("");
  fc.assert(
    fc.property(digits(1, 19), (pan) => {
      const shown = maskTyping(pan);
      return shown.length === pan.length && shown.endsWith(pan.slice(-1)) && /^\**.$/.test(shown);
    }),
  );
});

test("an expiry as the card has it, or the other way round", () => {
  expect(expiryTyped("1230")).toBe("3012");
  expect(expiryTyped("3012")).toBe("3012");
  expect(expiryTyped("0131")).toBe("3101");
  expect(expiryTyped("1330")).toBeUndefined();
  expect(expiryTyped("0030")).toBeUndefined();
  for (const long of ["30123", "30112"]) expect(expiryTyped(long)).toBeUndefined();
});

test("a track 2 that ends after its separator, or whose month is none, has no expiry", () => {
  expect(parseTrack2("6222021234567=")).toEqual({
    pan: "6222021234567",
    expiry: undefined,
    serviceCode: undefined,
    track2: "6222021234567=",
  });
  for (const month of ["00", "13"]) expect(parseTrack2(`6222021234567D30${month}201`)?.expiry).toBeUndefined();
  for (const month of ["01", "12"])
    expect(parseTrack2(`6222021234567D30${month}201`)).toMatchObject({ expiry: `30${month}`, serviceCode: "201" });
});
