/** What the firmware does about itself: when it gives itself back, and when it must not. The rest is in test/flow/firmware.test.ts, on the bundle. */
import { expect, test } from "vitest";
import { giveBack, openMoney } from "../../../app/steps/firmware.ts";
import type { Terminal } from "../../../app/steps/terminal.ts";
import type { FirmwareState } from "../../../platform/guest/system.ts";
import { createFakeSystem } from "../../fakes/system.ts";

const STATE: FirmwareState = {
  slot: "b",
  version: "2.0.0",
  securityCounter: 1,
  signer: "00",
  development: false,
  trial: { left: 2 },
  other: { version: "1.0.0", verdict: "good" },
  back: null,
  waiting: [],
};

function terminalWith(state: FirmwareState | null) {
  const asked: string[] = [];
  const firmware = (action: string, name: string): string => {
    if (action === "state") return JSON.stringify(state);
    asked.push(`${action} ${name}`);
    return "{}";
  };
  return { system: createFakeSystem({ firmware: { stage: () => undefined, firmware } }), asked };
}

test("on trial, with a good one before it: rejected with the reason, then the restart that goes back", () => {
  const { system, asked } = terminalWith(STATE);
  expect(giveBack(system, "the records cannot be opened")).toBe(true);
  expect(asked).toEqual(["reject the records cannot be opened"]);
  expect(system.powers).toEqual(["restart"]);
});

test.each([
  ["kept already", { ...STATE, trial: null }],
  ["the first of all", { ...STATE, other: null }],
  ["the one before is no good", { ...STATE, other: { version: "1.0.0", verdict: "bad" } }],
  ["no slots", null],
])("%s: no restart, which would only come here again", (_what, state) => {
  const { system, asked } = terminalWith(state);
  expect(giveBack(system, "why")).toBe(false);
  expect([asked, system.powers]).toEqual([[], []]);
});

test("what must be closed and is open, in words; a kind of money this firmware does not know of counts as open", () => {
  const t = (journal: object) => ({ journal, ui: { say: (key: string) => key } }) as unknown as Terminal;
  const idle = { owed: undefined, count: 0, settlement: undefined, pendingAdvices: () => [] };
  const closed = ["reversal", "offline", "batch"];
  expect(openMoney(t(idle), { closed })).toEqual([]);
  expect(openMoney(t({ ...idle, owed: {} }), { closed })).toEqual(["firmware.money-reversal"]);
  expect(openMoney(t({ ...idle, pendingAdvices: () => [1] }), { closed })).toEqual(["firmware.money-offline"]);
  expect(openMoney(t({ ...idle, count: 1 }), { closed })).toEqual(["firmware.money-batch"]);
  expect(openMoney(t({ ...idle, count: 1 }), { closed: ["reversal"] })).toEqual([]);
  expect(openMoney(t(idle), { closed: ["points"] })).toEqual(["points"]);
});
