/** A share of what can happen to every card of the tray; all of it by `npm run prove -- --section cards`. */
import { expect, test } from "vitest";
import { runTransaction } from "../../../../app/emv/index.ts";
import { openChip } from "../../../../tools/cards/index.ts";
import { insert } from "../slot.ts";
import { objections, type Payment, scenes } from "./mishaps.ts";
import { sufferAll } from "./part.ts";

const WHAT = "pulled at any command, a bit turned, cut, doubled: no crash, no hang, no wrong approval, and all know of the money";

test(WHAT, { timeout: 300_000 }, async () => {
  const { pulls, spoilt, violations } = await sufferAll({ pulls: 4, bytes: 401 });
  expect(violations).toEqual([]);
  expect(pulls).toBeGreaterThan(500);
  expect(spoilt).toBeGreaterThan(250);
});

test("what is looked for would be found", async () => {
  const scene = scenes.find(({ id, face }) => id === "chip-ecash-1" && face === "contact");
  const card = openChip("chip-ecash-1");
  const before = card.view();
  const slot = insert(card, "contact");
  if (scene === undefined || slot === undefined) throw new Error("no such card");
  const terminal = { applications: ["A0000003330101"], date: "261122", unpredictableNumber: "11223344" };
  const outcome = await runTransaction(slot, terminal, 3_000);
  const good = {
    pan: "6229992000000000033",
    outcome,
    lengths: [],
    hostApproved: false,
    cardApproved: false,
    kept: outcome.torn,
    before,
    after: before,
  };
  const found = (part: Partial<Payment>, more: Partial<typeof outcome> = {}): string =>
    objections(scene, { ...good, ...part, outcome: { ...outcome, ...more } }).join("; ");
  const [application] = before.applications;
  const poorer = { ...before, applications: [{ ...application!, balanceFen: 47_000 }] };
  expect(found({})).toBe("");
  expect(found({}, { result: "approved-online" })).toContain("a host that did not");
  expect(found({ hostApproved: true })).toContain("nobody takes it back");
  expect(found({}, { reversal: true })).toContain("never approved");
  expect(found({}, { result: "approved-offline" })).toContain("a card that did not");
  expect(found({ cardApproved: true }, { result: "approved-offline", authenticated: false })).toContain("not proven");
  expect(found({ after: poorer })).toContain("nobody knows");
  expect(found({ after: poorer })).toContain("a power cut would");
  expect(found({ after: poorer, kept: { pan: "", aid: "", amountFen: 3_000, date: "", data: {} } }, { charged: true })).toBe("");
  expect(found({ hostApproved: true, pan: "6229992000000000041" }, { result: "approved-online" })).toContain("approved for card");
});
