import fc from "fast-check";
import { expect, test } from "vitest";
import { type Atr, emvProblem, parseAtr } from "../../../hal/icc/atr.ts";
import { fromHex } from "../../../platform/guest/bytes.ts";
import { tray, openChip } from "../../../tools/cards/index.ts";
import { withTck } from "../../conform/chip-cards.ts";

const good = (text: string): Atr => {
  const atr = parseAtr(fromHex(text));
  if (typeof atr === "string") throw new Error(`${text}: ${atr}`);
  return atr;
};

test("the two plain answers that EMV gives as its examples", () => {
  expect(good("3B600000")).toMatchObject({ protocols: [0], ifsc: 32, waitingInteger: 10, historical: fromHex("") });
  const t1 = good(withTck("3BE000008131FE45"));
  expect(t1).toMatchObject({ protocols: [1], ifsc: 254, bwi: 4, cwi: 5, checksum: "lrc", specificMode: false });
  expect(emvProblem(t1, "cold")).toBeUndefined();
});

test("every field is where the interface characters say", () => {
  const atr = good(withTck("3FF7 13 00 FF 91 81 71 40 34 01 41424344454647".replaceAll(" ", "")));
  expect(atr).toMatchObject({
    fiDi: 0x13,
    guardTime: 0xff,
    specificMode: true,
    ifsc: 0x40,
    bwi: 3,
    cwi: 4,
    checksum: "crc",
    protocols: [1],
  });
  expect(atr.historical).toEqual(fromHex("41424344454647"));
});

test.each([
  ["3B", "shorter"],
  ["3C00", "TS"],
  ["3B10", "TA1"],
  ["3B02AA", "historical"],
  ["3B00AA", "too long"],
  ["3B8001", "TCK is missing"],
  ["3B800100", "TCK is wrong"],
  [`3B80${"80".repeat(30)}`, "without end"],
  [`3B0F${"00".repeat(40)}`, "longer"],
])("%s is no answer to reset: %s", (text, words) => {
  expect(parseAtr(fromHex(text))).toContain(words);
});

test.each([
  ["no TB1 after a cold reset", "3B00", "TB1"],
  ["a programming voltage", "3B2025", "TB1"],
  ["T=2", withTck("3BA00002"), "T=2"],
  ["TA2 with parameters of its own", "3BB011001010", "TA2"],
  ["TA2 of another protocol", "3BB011001001", "TA2"],
  ["a baud rate fixed that is too high", "3BB018001000", "TA1"],
  ["TB2", "3BA0002000", "TB2"],
  ["a waiting integer of nothing", "3BA0004000", "TC2"],
  ["too small a field", withTck("3BA00081310F45"), "TA3"],
  ["no waiting integers of T=1", withTck("3BA0008111FE"), "TB3"],
  ["too long a block waiting time", withTck("3BA0008131FE55"), "TB3"],
  ["no time between characters", withTck("3BE000FE8131FE45"), "TC1"],
  ["a CRC", withTck("3BA0008171FE4501"), "TC3"],
])("EMV refuses %s", (_what, text, words) => {
  expect(emvProblem(good(text), "cold")).toContain(words);
});

test("after a warm reset TB1 is no matter", () => {
  for (const text of ["3B00", "3B2025"]) expect(emvProblem(good(text), "warm")).toBeUndefined();
});

test("any bytes at all give an answer or words", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const atr = parseAtr(bytes);
      if (typeof atr === "string") expect(atr).not.toBe("");
      else {
        expect(atr.historical.length).toBeLessThanOrEqual(15);
        emvProblem(atr, "cold");
      }
    }),
  );
});

test("the tray's chips answer as EMV wants, but for those that are there to be refused", () => {
  const wrong = tray()
    .filter((card) => card.kind.includes("contact"))
    .filter(({ id }) => {
      const reply = openChip(id, { seed: 1 }).contact!.reset("cold");
      const atr = reply.kind === "mute" ? "mute" : parseAtr(reply.bytes);
      return typeof atr === "string" || emvProblem(atr, "cold") !== undefined;
    });
  expect(wrong.map(({ id }) => id).sort()).toEqual(["chip-mute", "chip-warm-only", "chip-wrong-atr"]);
});
