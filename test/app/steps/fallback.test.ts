/** When the stripe of a chip card counts (§5.7). */
import { expect, test } from "vitest";
import { type ChipFailure, chipFailed, chipForgotten, stripeUse, useOfSwipe } from "../../../app/steps/fallback.ts";
import type { Terminal } from "../../../app/steps/terminal.ts";

const after = (...hows: ChipFailure[]) => ({ hows, lastAtMs: 1_000 });

test.each([
  ["no chip on the card", "101", true, undefined, "swipe"],
  ["no service code", undefined, true, undefined, "swipe"],
  ["a terminal for stripes only", "201", false, undefined, "swipe"],
  ["a terminal for stripes only, whatever failed", "601", false, after("unreadable"), "swipe"],
  ["a chip nobody has tried", "201", true, undefined, "insert"],
  ["a chip for use at home", "601", true, undefined, "insert"],
  ["put in the wrong way round", "201", true, after("mute"), "insert"],
  ["twice", "201", true, after("mute", "mute"), "insert"],
  ["three times mute", "201", true, after("mute", "mute", "mute"), "fallback"],
  ["read, and then not", "201", true, after("unreadable"), "fallback"],
  ["mute, then unreadable", "620", true, after("mute", "unreadable"), "fallback"],
  ["a chip failed, and another card without one comes", "101", true, after("unreadable"), "swipe"],
] as const)("%s (%s)", (_what, serviceCode, slot, failures, use) => {
  expect(stripeUse({ serviceCode, slot, failures: failures && { ...failures, hows: [...failures.hows] }, nowMs: 2_000 })).toBe(
    use,
  );
});

test("a failure lasts a minute", () => {
  const question = { serviceCode: "201", slot: true, failures: after("unreadable") };
  expect(stripeUse({ ...question, nowMs: 61_000 })).toBe("fallback");
  expect(stripeUse({ ...question, nowMs: 61_001 })).toBe("insert");
});

test("failures add up while they follow one another; each leave is used once; a chip that was read ends it", () => {
  let nowMs = 0;
  const t = {
    readers: { contact: true, contactless: false },
    system: { scheduler: { now: () => nowMs } },
  } as unknown as Terminal;
  for (nowMs of [0, 5_000, 10_000]) {
    expect(useOfSwipe(t, "201")).toBe("insert");
    chipFailed(t, "mute");
  }
  expect(useOfSwipe(t, "201")).toBe("fallback");
  expect(useOfSwipe(t, "201")).toBe("insert");
  chipFailed(t, "mute");
  chipFailed(t, "mute");
  nowMs += 60_001;
  chipFailed(t, "mute");
  expect(useOfSwipe(t, "201")).toBe("insert");
  chipFailed(t, "unreadable");
  chipForgotten(t);
  expect(useOfSwipe(t, "201")).toBe("insert");
});
