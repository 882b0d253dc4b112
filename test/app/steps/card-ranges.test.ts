/** Tables B and C of payments without a PIN (§5.8): what a block says, and what of a download counts. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { contactlessTags, rangeBlock } from "../../../app/acquirer/answers.ts";
import type { Message } from "../../../app/acquirer/host.ts";
import { openAudit } from "../../../app/steps/audit.ts";
import { openCardRanges } from "../../../app/steps/card-ranges.ts";
import { createFakeSystem } from "../../fakes/system.ts";

const answer = (text: string): Message => ({ mti: "0810", fields: new Map([[62, new TextEncoder().encode(text)]]) });
const range = fc.record({ length: fc.integer({ min: 13, max: 19 }), prefix: fc.stringMatching(/^\d{6}$/) });
const opened = (system = createFakeSystem()) =>
  openCardRanges(system, openAudit(system, { now: () => ({ date: "20261121", time: "090000" }) }));

test("a block is its entries, or nothing at all", () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 40 }), fc.boolean(), (ranges, more) => {
      const last = String(ranges.length).padStart(3, "0");
      const text = `${more ? "2" : "1"}${last}${ranges.map(({ length, prefix }) => length + prefix).join("")}`;
      expect(rangeBlock(answer(text))).toEqual({ more, last: ranges.length, ranges });
      expect(rangeBlock(answer(`${text}1`))).toBeUndefined();
    }),
  );
  expect(rangeBlock(answer("0"))).toEqual({ more: false, last: 0, ranges: [] });
  for (const bad of ["", "3", "1", "100120622999", "1001126229990"])
    expect([bad, rangeBlock(answer(bad))]).toEqual([bad, undefined]);
});

test("parameters are tag, length and value; a length that goes beyond the end makes all of it worthless", () => {
  const text = "FF80540011FF8058012000000030000";
  expect([...(contactlessTags(answer(text)) ?? [])].map(([tag, value]) => [tag, String.fromCharCode(...value)])).toEqual([
    ["FF8054", "1"],
    ["FF8058", "000000030000"],
  ]);
  expect(contactlessTags(answer(text.slice(0, -1)))).toBeUndefined();
  expect(contactlessTags(answer(`${text}FF80`))).toBeUndefined();
});

test("nothing of a table counts before it is whole; what is here outlives a restart", () => {
  const system = createFakeSystem();
  const [one, two] = [
    { length: 19, prefix: "622999" },
    { length: 16, prefix: "621799" },
  ];
  const ranges = opened(system);
  ranges.keep("no-pin", [one!]);
  expect([ranges.of("no-pin"), ranges.part("no-pin"), ranges.complete]).toEqual([[], [one], false]);
  const again = opened(system);
  again.keep("no-pin", [two!]);
  again.finish("no-pin");
  again.finish("excluded");
  expect([opened(system).of("no-pin"), opened(system).complete]).toEqual([[one, two], true]);
  again.finish("no-pin");
  expect(opened(system).of("no-pin")).toEqual([]);
});
