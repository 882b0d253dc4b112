/** What a card decides alone (§2.5, §5.7): the record of an approval, the certificate of a refusal, and what a torn payment leaves. */
import { expect, test } from "vitest";
import type { Outcome as Ending, Torn } from "../../../../app/emv/index.ts";
import { deliverWhenMany } from "../../../../app/steps/advise.ts";
import { forgetRefusals, refusalsOf } from "../../../../app/steps/chip-refusals.ts";
import { approvedAlone, refusedAlone } from "../../../../app/steps/offline-approval.ts";
import { forgetTorn, keepTorn, tornPurse } from "../../../../app/steps/purse-torn.ts";
import { maskPan } from "../../../../app/model/card.ts";
import { keepTornTap, nothingTorn, recallTornTap, tellTorn, tornTap } from "../../../../app/steps/tap-torn.ts";
import { Left } from "../../../../app/steps/terminal.ts";
import { CARD, ok, type World, worldOf } from "./terminal.ts";

const hex = (digits: string): Uint8Array => Uint8Array.from(digits.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
const CHIP_CARD = { ...CARD, entry: "contact", sequence: "001" } as const;
const decided = { kind: "sale", amountFen: 1_250, card: CHIP_CARD, pinEntered: false } as const;

function ending(cid: string, more: Partial<Ending> = {}): Ending {
  const data = {
    "9F26": hex("0102030405060708"),
    "9F27": hex(cid),
    "95": hex("0000000000"),
    "9F36": hex("0007"),
    "8A": hex("5A31"),
  };
  return {
    result: cid === "40" ? "approved-offline" : "declined-offline",
    reason: cid === "40" ? "approved" : "card-declined",
    words: "",
    ecash: false,
    purse: { beforeFen: undefined, afterFen: undefined },
    data,
    ...more,
  } as Ending;
}

test("out of the purse: electronic cash with its code and what is left; otherwise a sale; both durable and pending", () => {
  const { t, journal } = worldOf();
  const paid = ending("40", {
    ecash: true,
    purse: { beforeFen: 50_000, afterFen: 48_750 },
    data: { ...ending("40").data, "9F74": hex("454343303031") },
  });
  approvedAlone(t, decided, paid);
  approvedAlone(t, decided, ending("40"));
  const [purse, account] = journal.list();
  expect(purse).toMatchObject({ kind: "ecash", state: "pending", authCode: "ECC001", purse: { balanceFen: 48_750 } });
  expect(purse?.chip).toMatchObject({ certificate: "TC", field55: expect.stringMatching(/^9F26080102030405060708/) });
  expect(account).toMatchObject({ kind: "sale", state: "pending" });
  expect([account?.authCode, account?.purse]).toEqual([undefined, undefined]);
  expect(journal.totals()).toMatchObject({ debitCount: 2, debitFen: 2_500 });
});

test("refused: nothing in the batch, a decline for the reports, and its certificate until another batch is open", () => {
  const world = worldOf();
  const { t, journal } = world;
  const trace = journal.nextTrace;
  refusedAlone(t, decided, ending("00"));
  expect([journal.list(), journal.declines().map(({ code }) => code)]).toEqual([[], ["card"]]);
  expect(refusalsOf(t)).toMatchObject([{ trace, state: "refused", responseCode: "Z1", chip: { certificate: "AAC" } }]);
  // A refusal without a cryptogram has nothing to show.
  refusedAlone(t, decided, ending("00", { data: {} }));
  forgetRefusals(t);
  expect(refusalsOf(t)).toHaveLength(1);
  journal.signOn(journal.batch + 1);
  forgetRefusals(t);
  expect(world.system.store.keys("refused/")).toEqual([]);
});

test("one that was altered is left out, the others are told; a card that is tried for ever does not fill the store", () => {
  const { t, system } = worldOf();
  for (let n = 0; n < 103; n++) refusedAlone(t, decided, ending("00"));
  expect(refusalsOf(t)).toHaveLength(100);
  const [key = ""] = system.store.keys("refused/");
  system.store.commit([{ put: key, value: Uint8Array.of(1, 2, 3) }]);
  expect(refusalsOf(t)).toHaveLength(99);
});

test("what a torn payment leaves outlives a restart, and never begins in training", () => {
  const world = worldOf();
  const torn: Torn = { pan: CARD.pan, aid: "A000000333010101", amountFen: 100, date: "261121", balanceFen: 500, data: {} };
  keepTorn(world.t, torn);
  expect(tornPurse(worldOf({ system: world.system }).t)).toEqual(torn);
  expect(tornPurse({ ...world.t, training: {} } as World["t"])).toBeUndefined();
  world.system.store.commit([{ put: "purse/torn", value: Uint8Array.of(9) }]);
  expect(tornPurse(world.t)).toBeUndefined();
  forgetTorn(world.t);
  expect(world.system.store.keys("purse/")).toEqual([]);
});

test("where the host wants them at the settlement they wait, until there are many: then all go", async () => {
  const world = worldOf({ values: { "count.offline-when": "0", "count.offline-full": "2" } });
  const { t, journal, asked, script } = world;
  script.push(ok(), ok());
  approvedAlone(t, decided, ending("40"));
  await deliverWhenMany(t);
  expect(asked).toEqual([]);
  approvedAlone(t, decided, ending("40"));
  await deliverWhenMany(t);
  expect([asked.map(({ about }) => about), journal.pendingAdvices()]).toEqual([["advice", "advice"], []]);
});

const TORN: Torn = {
  pan: CARD.pan,
  aid: "A000000333010101",
  amountFen: 1_250,
  date: "261121",
  data: { "9F26": "0102030405060708" },
};
const values = { "quick.kept": "60" };

test("a torn tap outlives the power; one whose record was posted before it went is none", async () => {
  const world = worldOf({ values });
  keepTornTap(world.t, TORN);
  const after = worldOf({ system: world.system, values });
  recallTornTap(after.t);
  expect(tornTap(after.t)).toEqual(TORN);
  // Told, and for FF803C from then on; the next start has nothing to say.
  await tellTorn(after.t);
  expect([after.shown.at(-1)?.id, after.notes.map(({ what, object }) => [what, object])]).toEqual([
    "notice",
    [["tap-torn", `1250 ${maskPan(CARD.pan)}`]],
  ]);
  expect([tornTap(after.t), tornPurse(after.t, "tap")]).toEqual([TORN, undefined]);

  keepTornTap(world.t, TORN);
  approvedAlone(world.t, decided, ending("40", { ecash: true }));
  const posted = worldOf({ system: world.system, values });
  recallTornTap(posted.t);
  expect([tornTap(posted.t), tornPurse(posted.t, "tap")]).toEqual([undefined, undefined]);
});

test("other money waits until somebody knows of the torn tap, once; the card that was asked and has not paid clears itself", () => {
  const { t } = worldOf({ values });
  nothingTorn(t);
  keepTornTap(t, TORN);
  const same = { pan: CARD.pan, amountFen: 1_250 };
  // Its log was not asked: another amount, or too late.
  expect(() => nothingTorn(t, TORN, { ...same, amountFen: 1 })).toThrow(Left);
  expect(() => nothingTorn(t, TORN, { ...same, amountFen: 1 })).not.toThrow();
  keepTornTap(t, TORN);
  expect(() => nothingTorn(t, undefined, same)).toThrow(Left);
  keepTornTap(t, TORN);
  nothingTorn(t, tornTap(t), same);
  expect([t.tornTap, tornPurse(t, "tap")]).toEqual([undefined, undefined]);
});
