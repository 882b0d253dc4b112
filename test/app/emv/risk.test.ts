/** Terminal risk management (§6.8) and action analysis (§6.9). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { analyseActions, manageRisk, randomlySelected, toHex, velocityBits } from "../../../app/emv/index.ts";
import { toApplication } from "../../../app/emv/terminal.ts";
import { toBytes } from "../../../app/emv/bytes.ts";
import { ac, makeImage, start } from "./image.ts";
import { play } from "./play.ts";

const PAN = "6229991234567890";
const card = { "5A": PAN, "5F34": "01" };

describe("floor limit", () => {
  const reasons = (amountFen: number, log: { pan: string; amountFen: number }[] = []) =>
    manageRisk(card, {}, { amountFen, log }, { floorLimitFen: 10_000 }).reasons;

  test("at and over it, not below", () => {
    expect([reasons(9_999), reasons(10_000), reasons(10_001)]).toEqual([[], ["floor-limit"], ["floor-limit"]]);
  });

  test("earlier purchases with the same card count", () => {
    expect(reasons(4_000, [{ pan: PAN, amountFen: 6_000 }])).toEqual(["floor-limit"]);
    expect(
      reasons(4_000, [
        { pan: PAN, amountFen: 3_000 },
        { pan: PAN, amountFen: 3_000 },
      ]),
    ).toEqual(["floor-limit"]);
    expect(reasons(4_000, [{ pan: "6229991234567891", amountFen: 6_000 }])).toEqual([]);
  });

  test("the amount as binary (81) does as well", () => {
    const of = (amount: string) => manageRisk({}, { "9F1B": "00002710" }, { "81": amount }).reasons;
    expect([of("0000270F"), of("00002710")]).toEqual([[], ["floor-limit"]]);
  });

  test("tag 9F1B says it too", () => {
    expect(manageRisk(card, { "9F1B": "00002710" }, 10_000).reasons).toEqual(["floor-limit"]);
    expect(manageRisk(card, { "9F1B": "00002710" }, 9_999).reasons).toEqual([]);
  });
});

test("exception list: the number, or the number of one card", () => {
  const reasons = (exceptions: { pan: string; sequence?: string }[], sequence = "01") =>
    manageRisk({ "5A": PAN, "5F34": sequence }, { exceptions }, 1, { floorLimitFen: 10 }).reasons;
  expect(reasons([{ pan: PAN }])).toEqual(["on-exception-file"]);
  expect(reasons([{ pan: PAN, sequence: "1" }])).toEqual(["on-exception-file"]);
  expect(reasons([{ pan: PAN, sequence: "02" }])).toEqual([]);
  expect(reasons([{ pan: "6229991234567891" }])).toEqual([]);
});

test("the merchant forces it online", () => {
  expect(toHex(manageRisk(card, {}, { amountFen: 1, forceOnline: true }, { floorLimitFen: 10 }).tvr)).toBe("0000000800");
});

describe("random selection", () => {
  const limits = { aid: "A000000333", floorLimitFen: 10_000, thresholdFen: 2_000, targetPercent: 20, maxTargetPercent: 60 };
  const picked = (amountFen: number, percent: number) => randomlySelected(amountFen, toApplication(limits), percent);

  test("under the threshold the target, from there a straight line to the maximum", () => {
    expect([picked(1_999, 20), picked(1_999, 21)]).toEqual([true, false]);
    expect([picked(2_000, 20), picked(2_000, 21)]).toEqual([true, false]);
    expect([picked(6_000, 40), picked(6_000, 41)]).toEqual([true, false]);
    expect([picked(9_999, 59), picked(9_999, 60)]).toEqual([true, false]);
  });

  test("of all hundred draws as many are picked as the target says", () => {
    const share = (amountFen: number) =>
      Array.from({ length: 99 }, (_, i) => i + 1).filter((percent) => picked(amountFen, percent)).length;
    expect([share(100), share(4_000), share(8_000)]).toEqual([20, 30, 50]);
  });

  test("only under the floor limit, and only where the terminal can do both", () => {
    const reasons = (type: string, amountFen: number) =>
      manageRisk(card, { type }, { amountFen, randomPercent: 1 }, limits).reasons;
    expect(reasons("22", 100)).toEqual(["random-selection"]);
    expect(reasons("22", 10_000)).toEqual(["floor-limit"]);
    expect(reasons("21", 100)).toEqual([]);
    expect(reasons("23", 100)).toEqual([]);
    expect(manageRisk(card, {}, 100, limits).reasons).toEqual([]);
  });

  test("a bigger amount is never picked less often", () => {
    const amount = fc.nat({ max: 9_999 });
    fc.assert(
      fc.property(
        amount,
        amount,
        fc.integer({ min: 1, max: 99 }),
        (a, b, percent) => !(picked(Math.min(a, b), percent) && !picked(Math.max(a, b), percent)),
      ),
      { seed: 20_261_122 },
    );
  });
});

describe("velocity", () => {
  const bits = (atc?: string, last?: string, lower = "03", upper = "05") => {
    const data: Record<string, string | undefined> = { "9F14": lower, "9F23": upper, "9F36": atc, "9F13": last };
    return velocityBits((tag) => (data[tag] ? toBytes(data[tag] as string) : undefined));
  };

  test("offline purchases since the last one online", () => {
    expect(bits("0014", "0011")).toEqual([]);
    expect(bits("0015", "0011")).toEqual(["lower-limit"]);
    expect(bits("0016", "0011")).toEqual(["lower-limit"]);
    expect(bits("0017", "0011")).toEqual(["lower-limit", "upper-limit"]);
  });

  test("a card that was never online is new", () => {
    expect(bits("0002", "0000")).toEqual(["new-card"]);
    expect(bits("0009", "0000")).toEqual(["new-card", "lower-limit", "upper-limit"]);
  });

  test("what the card does not tell counts as too much", () => {
    expect(bits(undefined, "0011")).toEqual(["lower-limit", "upper-limit"]);
    expect(bits("0014", undefined)).toEqual(["lower-limit", "upper-limit"]);
    expect(bits("0011", "0011")).toEqual(["lower-limit", "upper-limit"]);
    expect(bits(undefined, "0000")).toEqual(["lower-limit", "upper-limit", "new-card"]);
  });

  test("without both limits nothing is asked", () => {
    expect(bits("0017", "0011", "")).toEqual([]);
    expect(bits("0017", "0011", "03", "")).toEqual([]);
  });

  test("the card is asked for its counters", async () => {
    const image = makeImage({ oda: "sda", data: { "9F14": "03", "9F23": "05" } });
    // Only the upper limit is in the terminal's default code: the lower one alone passes without a line.
    const script = (atc: string, last: string, end = ac("AAC", { p1: "00" })) => [
      ...start(image),
      { command: "80CA9F3600", answer: atc },
      { command: "80CA9F1300", answer: last },
      ac("ARQC"),
      end,
    ];
    expect((await play(image, script("9F360200149000", "9F130200009000"))).tvr).toBe("0208006000");
    expect((await play(image, script("6A88", "6A88"))).tvr).toBe("0200006000");
    expect((await play(image, script("9F360200149000", "9F1302000F9000", ac("TC", { p1: "40" })))).tvr).toBe("0200004000");
  });

  test("not done when the card does not want it, unless the terminal always does", async () => {
    const image = makeImage({ oda: "sda", aip: "4000" });
    expect((await play(image, [...start(image), ac("TC")], { amount: 60_000 })).tvr).toBe("0200000000");
    const always = await play(image, [...start(image), ac("ARQC"), ac("AAC")], {
      amount: 60_000,
      terminal: { alwaysManageRisk: true },
    });
    expect([always.tvr, always.tsi]).toEqual(["0200008000", "A800"]);
  });
});

describe("action analysis", () => {
  const action = (...input: Parameters<typeof analyseActions>) => {
    const { action: found, reason } = analyseActions(...input);
    return `${found} ${reason}`;
  };
  const NOTHING = "0000000000";

  test("nothing against it", () => {
    expect(action(NOTHING)).toBe("TC nothing-against");
    expect(action(NOTHING, {}, "offline-only")).toBe("TC nothing-against");
    expect(action(NOTHING, {}, "online-only")).toBe("ARQC online-only");
  });

  test("denial goes first, from issuer or terminal", () => {
    const tvr = "0010000000";
    expect(action(tvr, { iacDenial: "0010000000" })).toBe("AAC denial");
    expect(action(tvr, { tacDenial: "0010000000" })).toBe("AAC denial");
    expect(action(tvr, { tacDenial: "0010000000" }, "online-only")).toBe("AAC denial");
  });

  test("absent codes: issuer's online and default are all, denial none; the terminal's only look at authentication", () => {
    expect(action("0000000800")).toBe("ARQC online");
    expect(action("0000000800", { iacOnline: NOTHING, iacDefault: NOTHING })).toBe("TC nothing-against");
    for (const bit of ["8000000000", "4000000000", "0800000000", "0400000000"]) {
      expect(action(bit, { iacOnline: NOTHING, iacDefault: NOTHING })).toBe("ARQC online");
    }
    expect(action("2000000000", { iacOnline: NOTHING, iacDefault: NOTHING })).toBe("TC nothing-against");
    expect(action("0000000800", {}, "offline-only")).toBe("AAC default");
  });

  test("default codes only where it cannot go online", () => {
    const codes = { iacOnline: NOTHING, iacDefault: "0000008000", tacOnline: NOTHING, tacDefault: NOTHING };
    expect(action("0000008000", codes)).toBe("TC nothing-against");
    expect(action("0000008000", codes, "offline-only")).toBe("AAC default");
    expect(action("0000008000", codes, "online-and-offline", true)).toBe("AAC default");
    expect(action("0000004000", codes, "online-and-offline", true)).toBe("TC nothing-against");
  });

  test.each([
    ["11", "ARQC"],
    ["14", "ARQC"],
    ["21", "ARQC"],
    ["22", "TC"],
    ["25", "TC"],
    ["36", "TC"],
  ])("terminal type %s", (type, expected) => {
    expect(analyseActions(NOTHING, {}, type).action).toBe(expected);
  });

  test("the bits that decided are told", () => {
    expect(toHex(analyseActions("0000008800", { iacOnline: "0000008000", tacOnline: NOTHING }).met)).toBe("0000008000");
  });

  test("a TVR of another length is named", () => {
    expect(() => analyseActions("00", {})).toThrow("95");
    expect(() => analyseActions(NOTHING, { tacOnline: "00" })).toThrow("TAC online");
  });

  test("one more bit never turns a refusal into an approval", () => {
    const rank = { AAC: 0, ARQC: 1, TC: 2 };
    const five = fc.uint8Array({ minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(five, five, five, five, five, (tvr, more, denial, online, otherwise) => {
        const codes = { iacDenial: denial, iacOnline: online, iacDefault: otherwise };
        const worse = tvr.map((byte, i) => byte | (more[i] ?? 0));
        for (const reach of ["online-only", "online-and-offline", "offline-only"] as const) {
          expect(rank[analyseActions(worse, codes, reach).action]).toBeLessThanOrEqual(
            rank[analyseActions(tvr, codes, reach).action],
          );
        }
      }),
      { seed: 20_261_122 },
    );
  });
});
