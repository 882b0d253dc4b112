/** Version, usage and dates (§6.6). */
import { describe, expect, test } from "vitest";
import { checkRestrictions, toHex } from "../../../app/emv/index.ts";

const today = { date: "261122" };
const app = { ...today, applications: [{ aid: "A000000333", version: "0030" }] };

describe("version", () => {
  test.each([
    ["0030", []],
    ["0020", ["version-differs"]],
    ["", []],
  ] as [string, string[]][])("9F08 = %s", (version, expected) => {
    expect(checkRestrictions({ "9F08": version }, app).reasons).toEqual(expected);
  });
});

describe("dates", () => {
  test.each([
    ["the day it ends", { "5F24": "261122" }, "0000000000"],
    ["the day after", { "5F24": "261121" }, "0040000000"],
    ["the day it begins", { "5F25": "261122" }, "0000000000"],
    ["the day before", { "5F25": "261123" }, "0020000000"],
    ["ended in the last century", { "5F24": "991231" }, "0040000000"],
    ["begun in the last century", { "5F25": "500101" }, "0000000000"],
    ["ends in 2049", { "5F24": "491231" }, "0000000000"],
  ] as [string, Record<string, string>, string][])("%s", (_, card, expected) => {
    expect(toHex(checkRestrictions(card, today).tvr)).toBe(expected);
  });

  test("terminal and transaction in data objects do as well", () => {
    expect(checkRestrictions({ "5F24": "261121" }, { "9A": "261122", "9F1A": "0156" }).reasons).toEqual(["expired"]);
    expect(checkRestrictions({ "5F24": "261121" }, {}, { "9A": "261122", "9F02": "000000000100" }).reasons).toEqual(["expired"]);
  });
});

describe("usage", () => {
  const ATTENDED = { ...today, type: "22", additionalCapabilities: "F000F0A001" };
  const ATM = { ...today, type: "14", additionalCapabilities: "F000F0A001" };
  const CASHLESS = { ...today, type: "24", additionalCapabilities: "7000F0A001" };
  const allowed = (usage: string, terminal: object, transaction: object | number, country: string | undefined = "0156") => {
    const card = { "9F07": usage, ...(country === undefined ? {} : { "5F28": country }) };
    return checkRestrictions(card, terminal, transaction as never).reasons.length === 0;
  };
  const type = (value: string, more = {}) => ({ amountFen: 100, type: value, ...more });

  test("machines and other terminals", () => {
    expect(allowed("FE00", ATTENDED, 100)).toBe(false);
    expect(allowed("FD00", ATTENDED, 100)).toBe(true);
    expect(allowed("FD00", ATM, type("01"))).toBe(false);
    expect(allowed("FE00", ATM, type("01"))).toBe(true);
    // Unattended and without cash it is no machine for money.
    expect(allowed("FD00", CASHLESS, 100)).toBe(true);
  });

  test("without the issuer's country only that is tested", () => {
    const usageOnly = (usage: string) => checkRestrictions({ "9F07": usage }, ATTENDED, 100).reasons;
    expect(usageOnly("0100")).toEqual([]);
    expect(usageOnly("0200")).toEqual(["service-not-allowed"]);
  });

  // usage bit → transaction, at home and abroad
  const MATRIX: [string, object, string, string][] = [
    ["cash", type("01"), "8100", "4100"],
    ["goods", type("00", { service: "goods" }), "2100", "1100"],
    ["services", type("00", { service: "services" }), "0900", "0500"],
  ];
  test.each(MATRIX)("%s: at home by one bit, abroad by the other", (_, transaction, home, abroad) => {
    expect(allowed(home, ATTENDED, transaction, "0156")).toBe(true);
    expect(allowed(abroad, ATTENDED, transaction, "0156")).toBe(false);
    expect(allowed(abroad, ATTENDED, transaction, "0840")).toBe(true);
    expect(allowed(home, ATTENDED, transaction, "0840")).toBe(false);
  });

  test("a purchase of who knows what: goods or services, as the terminal has them", () => {
    expect(allowed("2100", ATTENDED, 100)).toBe(true);
    expect(allowed("0900", ATTENDED, 100)).toBe(true);
    expect(allowed("8100", ATTENDED, 100)).toBe(false);
    const goodsOnly = { ...ATTENDED, additionalCapabilities: "4000F0A001" };
    expect([allowed("2100", goodsOnly, 100), allowed("0900", goodsOnly, 100)]).toEqual([true, false]);
    const servicesOnly = { ...ATTENDED, additionalCapabilities: "2000F0A001" };
    expect([allowed("2100", servicesOnly, 100), allowed("0900", servicesOnly, 100)]).toEqual([false, true]);
  });

  test("a hold (03) is for goods or services as a purchase is", () => {
    expect([allowed("2100", ATTENDED, type("03")), allowed("8100", ATTENDED, type("03"))]).toEqual([true, false]);
  });

  test("cashback needs its own bit besides the purchase", () => {
    for (const transaction of [type("09"), type("00", { otherFen: 50 })]) {
      expect(allowed("2180", ATTENDED, transaction)).toBe(true);
      expect(allowed("2140", ATTENDED, transaction)).toBe(false);
      expect(allowed("1140", ATTENDED, transaction, "0840")).toBe(true);
      expect(allowed("0180", ATTENDED, transaction)).toBe(false);
    }
  });

  test("what is neither purchase nor cash is not asked about", () => {
    for (const other of ["20", "30", "31", "60", "63"]) expect(allowed("0100", ATTENDED, type(other))).toBe(true);
  });
});
