import { expect, test } from "vitest";
import { blacklistBlock } from "../../../app/acquirer/answers.ts";
import { openAudit } from "../../../app/steps/audit.ts";
import { MOST_ENTRIES, openBlacklist } from "../../../app/steps/blacklist.ts";
import { createFakeSystem } from "../../fakes/system.ts";

const opened = (system = createFakeSystem()) =>
  openBlacklist(system, openAudit(system, { now: () => ({ date: "20261121", time: "090000" }) }));
const block = (text: string) =>
  blacklistBlock({ mti: "0810", fields: new Map([[62, Uint8Array.from(text, (each) => each.charCodeAt(0))]]) });

test("the host's list takes the place of its last one; what was put in by hand stays, over a restart too", () => {
  const system = createFakeSystem();
  const list = opened(system);
  list.add("00", { prefix: "5555" });
  expect(list.takeHosts(["6210", "6229990000000000019"])).toBe(2);
  expect([list.has("6210990000000000019"), list.has("6229990000000000019"), list.has("5555000000000000")]).toEqual([
    true,
    true,
    true,
  ]);
  // A whole number is that number, not the beginning of a longer one.
  expect(list.has("62299900000000000191")).toBe(false);
  const again = opened(system);
  again.takeHosts(["4000"]);
  expect([again.has("6210990000000000019"), again.has("4000001234560019"), again.has("5555000000000000")]).toEqual([
    false,
    true,
    true,
  ]);
});

test("that the host's list was here is remembered, an empty one too; what was put in by hand is not the host's", () => {
  const system = createFakeSystem();
  const list = opened(system);
  list.add("00", { prefix: "5555" });
  expect(list.taken).toBe(false);
  list.takeHosts([]);
  expect([list.taken, opened(system).taken]).toEqual([true, true]);
});

test("a list that is too long is taken as far as there is room", () => {
  const list = opened();
  list.add("00", { prefix: "5555" });
  expect(list.takeHosts(Array.from({ length: MOST_ENTRIES }, (_, n) => String(100_000 + n)))).toBe(MOST_ENTRIES - 1);
});

test.each([
  ["0", { more: false, last: 0, prefixes: [] }],
  ["0000", { more: false, last: 0, prefixes: [] }],
  ["1002066229991662299900000000", undefined],
  ["100106622999", { more: false, last: 1, prefixes: ["622999"] }],
  ["200206622999041234", { more: true, last: 2, prefixes: ["622999", "1234"] }],
  ["3", undefined],
  ["", undefined],
  ["100103622", undefined],
  ["1001066229", undefined],
  ["10010662299x", undefined],
])("a block %j", (text, expected) => expect(block(text)).toEqual(expected));
