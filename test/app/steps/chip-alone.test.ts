/** Whether a chip may be believed without the host (§7.4): forced online, and a blacklist that has to be here first. */
import { describe, expect, test } from "vitest";
import { accountsAlone, blacklistLacks } from "../../../app/steps/chip-terminal.ts";
import { tapTerminal } from "../../../app/steps/tap-terminal.ts";
import type { Terminal } from "../../../app/steps/terminal.ts";
import { ecashFast } from "../../../app/transactions/ecash.ts";

function terminal(set: Record<string, unknown>, taken: boolean): Terminal {
  const values: Record<string, unknown> = { "chip.online": false, "chip.blacklist": false, "quick.channel": "1", ...set };
  const application = { aid: "A000000333010101", ecashLimitFen: 100_000, contactless: { floorLimitFen: 50_000 } };
  return {
    parameters: { value: (id: string) => values[id] },
    blacklist: { taken },
    cardData: { applications: [application], keys: [] },
    profile: { merchant: { id: "898110154110001" }, terminal: { id: "10000001" }, utcOffsetMinutes: 480 },
    settings: { clockOffsetMs: 0 },
    devices: { board: { devices: {} } },
    system: { wallMs: () => 0, facts: () => ({ serial: "12345678" }) },
    journal: { full: false },
    ui: { say: (key: string) => key },
  } as unknown as Terminal;
}

/** What a tap of this amount may be paid with by the card alone. */
const floorOf = (t: Terminal, purse = false): number | undefined => {
  const [application] = tapTerminal(t, 1_000, { purse }).applications ?? [];
  return typeof application === "object" && "contactless" in application ? application.contactless?.floorLimitFen : undefined;
};

describe.each([
  { set: {}, taken: false, accounts: true, lacks: false, preferred: 50_000, only: 50_000 },
  { set: { "chip.online": true }, taken: true, accounts: false, lacks: false, preferred: 0, only: 50_000 },
  { set: { "chip.blacklist": true }, taken: true, accounts: true, lacks: false, preferred: 50_000, only: 50_000 },
  { set: { "chip.blacklist": true }, taken: false, accounts: false, lacks: true, preferred: 0, only: 0 },
])("$set, list here: $taken", ({ set, taken, accounts, lacks, preferred, only }) => {
  const t = terminal(set, taken);

  test("accounts and purses", () => expect([accountsAlone(t), blacklistLacks(t)]).toEqual([accounts, lacks]));
  test("a tap, and one that only a purse will do for", () => expect([floorOf(t), floorOf(t, true)]).toEqual([preferred, only]));
});

test("no purse is asked for before the list is here", async () => {
  const left = await ecashFast(terminal({ "chip.blacklist": true }, false)).catch((error: unknown) => error);
  expect(left).toMatchObject({ why: "problem", words: "problem.no-blacklist" });
});
