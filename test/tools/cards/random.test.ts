/** Commands in any order and form: the card answers each with a status, throws nothing, and keeps its counters within bounds. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { readChipData } from "../../../tools/acquirer/chip/data.ts";
import { fromHex, toHex } from "../../../tools/acquirer/text.ts";
import { openChip } from "../../../tools/cards/index.ts";
import { talk } from "./slot.ts";

const START = ["00A4040008A00000033301010100", "80A80000028300", "80A800000A8308000000001200000156"];
const HEADERS =
  "00A40400 00A40402 00B2010C 00B2025C 00200080 00200088 00840000 00880000 00820000 80A80000 80CA9F36 80CA9F79 80AE4000 80AE8000 80AE9000 841E0000 84180000 84160000 84240000 84240002 04DA9F79 04DC020C";
const hex = (most: number) => fc.uint8Array({ maxLength: most }).map(toHex);
const command = fc.oneof(
  fc.constantFrom(...START),
  fc.tuple(fc.constantFrom(...HEADERS.split(" ")), hex(60)).map(([header, data]) => {
    return `${header}${data === "" ? "" : (data.length / 2).toString(16).padStart(2, "0")}${data}00`;
  }),
);

test.each(["chip-debit-1", "chip-pin-1", "chip-ecash-1", "chip-sm-1"])("%s", (id) => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 25 }), (commands) => {
      const card = openChip(id);
      const send = talk(card);
      for (const one of commands) expect(send(one)).toMatch(/(9000|6[0-9A-F]{3})$/);
      for (const { pinTriesLeft, balanceFen = 0, atc } of card.view().applications) {
        expect(pinTriesLeft).toBeGreaterThanOrEqual(0);
        expect(balanceFen).toBeGreaterThanOrEqual(0);
        expect(atc).toBeLessThanOrEqual(commands.length);
      }
      // Without its issuer's MAC nobody blocks it.
      expect(card.view().blocked).toBe(false);
    }),
    { seed: 42, numRuns: 60 },
  );
});

test("DE55 at random: objects, or words why not", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        for (const [tag, value] of readChipData(bytes)) expect(fromHex(tag + value).length).toBeGreaterThan(0);
      } catch (error) {
        expect((error as Error).message).toMatch(/^DE55: /);
      }
    }),
    { seed: 43, numRuns: 300 },
  );
});
