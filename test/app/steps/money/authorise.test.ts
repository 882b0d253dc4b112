/** What each fate of a request means for the money: what is told, and what the journal says. */
import { expect, test } from "vitest";
import { authorise, type Authorisation, concludeSent, refusedByCard, sendFinancial } from "../../../../app/steps/authorise.ts";
import { AssertionError } from "../../../../platform/guest/assert.ts";
import { approvedOf, owedNext } from "../../journal/world.ts";
import {
  answer,
  BAD_MAC,
  CARD,
  NO_LINE,
  ok,
  PAN,
  SILENT,
  type Scripted,
  type World,
  type WorldOptions,
  WRONG,
  worldOf,
} from "./terminal.ts";

const SALE: Authorisation = { kind: "sale", amountFen: 10_000, card: CARD, pinBlock: undefined };

async function sale(script: Scripted, options: WorldOptions = {}, more: Partial<Authorisation> = {}) {
  const world = worldOf(options);
  world.script.push(script);
  const outcome = await authorise(world.t, world.t.host!, { ...SALE, ...more });
  return { ...world, outcome };
}
const logged = ({ system }: Pick<World, "system">): string =>
  system.logs.map(({ level, words }) => `${level} ${words}`).join("\n");

test("approved: the record stands, the debt is gone, and both say what the host said", async () => {
  const { outcome, journal, asked, lights } = await sale(
    ok("00", { 12: "101112", 13: "1121", 14: "3105", 15: "1122", 37: "000000000007", 38: "A00007" }),
  );
  expect(outcome).toMatchObject({ outcome: "approved", record: { trace: 1, amountFen: 10_000, approvedFen: 10_000 } });
  expect(journal.find(1)).toMatchObject({
    kind: "sale",
    state: "approved",
    batch: 1,
    pan: PAN,
    expiry: "3105",
    operator: "01",
    date: "20261121",
    time: "101112",
    settlementDate: "1122",
    reference: "000000000007",
    authCode: "A00007",
    responseCode: "00",
    pinEntered: false,
    copiesPrinted: 0,
  });
  expect(journal.owed).toBeUndefined();
  expect(asked).toMatchObject([{ about: "sale", trace: 1, batch: 1, amountFen: 10_000, operator: "01" }]);
  expect(lights.slice(-2)).toEqual(["send off", "receive off"]);
});

test("what the answer does not tell is as it was asked", async () => {
  const { outcome } = await sale(ok(), {}, { organisation: "VIS" });
  expect(outcome).toMatchObject({ record: { expiry: "3012", approvedFen: 10_000, organisation: "VIS", authCode: undefined } });
});

test("a part is approved: the record says both", async () => {
  const { outcome } = await sale(ok("10", { 4: "000000006000" }));
  expect(outcome).toMatchObject({ outcome: "approved", record: { amountFen: 10_000, approvedFen: 6_000, responseCode: "10" } });
});

test("the debt is durable before the request leaves, with all a reversal needs", async () => {
  let owed: unknown;
  const world = worldOf();
  world.script.push({ fate: answer("00"), during: ({ beforeSend }) => void beforeSend?.(), leaves: false });
  world.script[0]!.during = ({ beforeSend }) => {
    beforeSend?.();
    owed = world.journal.owed;
  };
  await authorise(world.t, world.t.host!, { ...SALE, original: { authCode: "123456", date: "20261120" }, organisation: "CUP" });
  expect(owed).toMatchObject({
    kind: "sale",
    reason: "98",
    batch: 1,
    trace: 1,
    amountFen: 10_000,
    pan: PAN,
    expiry: "3012",
    entry: "swipe",
    entryMode: "021",
    security: "2610000000000000",
    operator: "01",
    attempts: 0,
    original: { authCode: "123456", date: "20261120" },
    organisation: "CUP",
  });
});

test("the screen says what is asked and that it can be left only before it has left; the lights follow", async () => {
  const { shown, lights } = await sale(ok());
  expect(shown.map(({ id, state }) => [id, state.phase, state.cancellable])).toEqual([
    ["online", "connecting", true],
    ["online", "sending", false],
    ["online", "waiting", false],
    ["online", "receiving", false],
  ]);
  expect(shown[0]?.state).toMatchObject({ transaction: "transaction.sale", amountFen: 10_000, secondsLeft: 60, of: 60 });
  expect(lights.slice(0, 8)).toEqual([
    ...["send off", "receive off", "send on", "receive off"],
    ...["send off", "receive on", "send off", "receive on"],
  ]);
});

test("declined: nothing is owed, and the reports know it", async () => {
  const { outcome, journal, system } = await sale(ok("51"));
  expect(outcome).toEqual({ outcome: "declined", code: "51" });
  expect(journal.owed).toBeUndefined();
  expect(journal.list()).toEqual([]);
  expect(journal.signedOn).toBe(true);
  expect(journal.declines()).toMatchObject([
    { kind: "sale", trace: 1, amountFen: 10_000, masked: "622999*********0019", entry: "swipe", operator: "01", code: "51" },
  ]);
  expect(logged({ system })).toContain("info declined 51");
});

test("declined for the keys' sake: they are no good any more", async () => {
  expect((await sale(ok("A0"))).journal.signedOn).toBe(false);
});

test("no line: nothing was asked, nothing is owed or remembered", async () => {
  const { outcome, journal, system } = await sale(NO_LINE);
  expect(outcome).toEqual({ outcome: "not-sent", why: "no-line" });
  expect(journal.owed).toBeUndefined();
  expect(journal.declines()).toEqual([]);
  expect(journal.nextTrace).toBe(1);
  expect(logged({ system })).toContain("sale 1: not sent (refused)");
});

test("the line breaks before the first byte: the debt is taken back", async () => {
  const { outcome, journal } = await sale({ ...NO_LINE, leaves: true });
  expect(outcome).toEqual({ outcome: "not-sent", why: "no-line" });
  expect(journal.owed).toBeUndefined();
  expect(journal.nextTrace).toBe(2);
});

test("Cancel while connecting is handed on, and remembered", async () => {
  const world = worldOf();
  let cancelled: unknown;
  world.script.push({
    fate: { fate: "not-sent", why: "cancelled", words: "cancelled" },
    leaves: false,
    during: ({ cancel }) => {
      world.pressCancel();
      cancelled = [cancel?.cancelled, cancel?.reason];
    },
  });
  const outcome = await authorise(world.t, world.t.host!, SALE);
  expect(outcome).toEqual({ outcome: "not-sent", why: "cancelled" });
  expect(cancelled).toEqual([true, "cancelled"]);
  expect(world.journal.declines()).toMatchObject([{ code: "cancelled" }]);
});

test("afterwards nobody listens for Cancel, and the PIN block is wiped, also when the exchange fails", async () => {
  // Of DES, and of SM4.
  for (const [bytes, fails] of [
    [8, false],
    [16, false],
    [8, true],
  ] as const) {
    const world = worldOf();
    let token: { cancelled: boolean } | undefined;
    world.script.push({
      fate: answer("00"),
      during: ({ cancel }) => {
        token = cancel;
        if (fails) throw new TypeError("ours");
      },
    });
    const pinBlock = new Uint8Array(bytes).fill(7);
    const done = authorise(world.t, world.t.host!, { ...SALE, pinBlock });
    if (fails) await expect(done).rejects.toThrow("ours");
    else expect(await done).toMatchObject({ record: { pinEntered: true } });
    expect([...pinBlock]).toEqual(Array(bytes).fill(0));
    world.pressCancel();
    expect(token?.cancelled).toBe(false);
    expect(world.lights.slice(-2)).toEqual(["send off", "receive off"]);
  }
});

test.each([
  ["silence", SILENT, "silent", "98", undefined, true],
  ["a wrong MAC", BAD_MAC, "bad-mac", "A0", "A12345", false],
  ["another packet", WRONG, "wrong-packet", "06", undefined, true],
] as const)("%s: not known, and owed with its reason", async (_, script, why, reason, authCode, signedOn) => {
  const { outcome, journal } = await sale(script);
  expect(outcome).toEqual({ outcome: "unknown", why });
  expect(journal.owed).toMatchObject({ reason, attempts: 0 });
  expect(journal.owed?.authCode).toBe(authCode);
  expect(journal.signedOn).toBe(signedOn);
  expect(journal.declines()).toMatchObject([{ code: "silent" }]);
});

test("the host's dialect: silence has another reason, another packet is no debt", async () => {
  const dialect = { panOnSwipe: false, partialApproval: false, unansweredReason: "06" } as const;
  const silent = await sale(SILENT, { profile: { dialect: { ...dialect, wrongPacket: "keep" } } });
  expect(silent.journal.owed?.reason).toBe("06");
  expect(logged(silent)).toContain("warn sale 1: no answer (nothing came)");
  const wrong = await sale(WRONG, { profile: { dialect: { ...dialect, wrongPacket: "drop" } } });
  expect(wrong.outcome).toEqual({ outcome: "unknown", why: "wrong-packet" });
  expect(wrong.journal.owed).toBeUndefined();
  expect(logged(wrong)).toContain("warn sale 1: trace differs");
});

test("the disk refuses the debt: nothing leaves", async () => {
  const world = worldOf();
  world.system.disk.capacityBytes = 0;
  world.script.push(ok());
  const outcome = await authorise(world.t, world.t.host!, SALE);
  expect(outcome).toMatchObject({ outcome: "not-sent", why: "journal" });
  expect(world.journal.owed).toBeUndefined();
});

test("the disk refuses the approval: it is taken back", async () => {
  const world = worldOf();
  world.script.push({ fate: answer("00", { 38: "A00009" }), leaves: false });
  world.script[0]!.during = ({ beforeSend }) => {
    beforeSend?.();
    world.system.disk.capacityBytes = 0;
  };
  const outcome = await authorise(world.t, world.t.host!, SALE);
  expect(outcome).toEqual({ outcome: "unknown", why: "journal" });
  // Its reason could not be bettered, and the decline not be remembered; both are in the log.
  expect(world.journal.owed).toMatchObject({ reason: "98", trace: 1 });
  expect(world.journal.list()).toEqual([]);
  const log = logged(world);
  for (const words of [
    "an approval could not be stored",
    "the reversal's reason could not be stored",
    "a decline could not be kept",
  ])
    expect(log).toContain(`error ${words}`);
});

test("the disk refuses the approval and takes its reason: 96, with the host's code", async () => {
  const world = worldOf();
  world.script.push({ fate: answer("00", { 38: "A00009" }), leaves: false });
  world.script[0]!.during = ({ beforeSend }) => {
    beforeSend?.();
    world.system.disk.failAt(world.system.disk.operations + 1);
  };
  await authorise(world.t, world.t.host!, SALE);
  expect(world.journal.owed).toMatchObject({ reason: "96", authCode: "A00009" });
});

test("a debt of another request, which kept this one from leaving, is not forgotten", async () => {
  const world = worldOf();
  const other = owedNext(world.journal, { amountFen: 777 });
  world.journal.oweReversal(other);
  world.script.push(ok());
  expect(await authorise(world.t, world.t.host!, SALE)).toMatchObject({ outcome: "not-sent", why: "journal" });
  expect(world.journal.owed).toMatchObject({ trace: other.trace, amountFen: 777 });
});

test("a void voids what it names, in the same commit", async () => {
  const world = worldOf();
  const first = owedNext(world.journal);
  world.journal.oweReversal(first);
  world.journal.approve(approvedOf(first));
  world.script.push(ok());
  const original = { batch: 1, trace: first.trace };
  const outcome = await authorise(world.t, world.t.host!, { ...SALE, kind: "void", original, voids: first.trace });
  expect(outcome).toMatchObject({ outcome: "approved", record: { kind: "void", original } });
  expect(world.journal.find(first.trace)?.state).toBe("voided");
  expect(world.asked[0]).toMatchObject({ about: "void", original });
});

test("a chip's part: its number goes into the debt and the record, its data into the reversal and nowhere else", async () => {
  const chip: Authorisation = {
    ...SALE,
    card: { ...CARD, entry: "contact", sequence: "001" },
    field55: Uint8Array.of(0x9f, 0x26),
  };
  const silent = await sale(SILENT, {}, chip);
  expect(silent.journal.owed).toMatchObject({ entry: "contact", sequence: "001", field55: "9F26" });
  const { outcome, journal } = await sale(ok(), {}, chip);
  expect(outcome).toMatchObject({ outcome: "approved", record: { entry: "contact", sequence: "001" } });
  expect(journal.find(1)).not.toHaveProperty("field55");
  expect((await sale(ok())).journal.find(1)).not.toHaveProperty("sequence");
});

test("what the chip made of an approval is in its record", async () => {
  const world = worldOf();
  world.script.push(ok());
  const sent = await sendFinancial(world.t, world.t.host!, SALE);
  expect(world.journal.owed, "until somebody concludes").toMatchObject({ trace: 1 });
  const record = { certificate: "TC", field55: "9F26", data: { "9F26": "01" } } as const;
  expect(concludeSent(world.t, sent, { chip: record })).toMatchObject({ outcome: "approved", record: { chip: record } });
  expect(world.journal.find(1)).toMatchObject({ chip: record });
});

test.each([
  ["approved", ok("00", { 38: "A00009" }), "A00009"],
  ["silent", SILENT, undefined],
] as const)(
  "the host was %s and the card said no: 06 with what the card says now, and the reports know why",
  async (_, script, authCode) => {
    const world = worldOf();
    world.script.push(script);
    const sent = await sendFinancial(world.t, world.t.host!, { ...SALE, field55: Uint8Array.of(1) });
    expect(refusedByCard(world.t, sent, Uint8Array.of(0x9f, 0x27))).toEqual({ outcome: "unknown", why: "card" });
    expect(world.journal.owed).toMatchObject({ trace: 1, reason: "06", field55: "9F27" });
    expect(world.journal.owed?.authCode).toBe(authCode);
    expect(world.journal.declines()).toMatchObject([{ trace: 1, code: "card" }]);
  },
);

test("why the journal did not take it is told", async () => {
  const world = worldOf();
  world.journal.signOn(7);
  world.journal.beginSettlement();
  world.script.push(ok());
  const outcome = await authorise(world.t, world.t.host!, SALE);
  expect(outcome).toMatchObject({ outcome: "not-sent", why: "journal", words: expect.anything() });
  expect((await sale(NO_LINE)).outcome).toEqual({ outcome: "not-sent", why: "no-line", words: undefined });
});

test("nobody is at the keys: the record says so", async () => {
  const world = worldOf();
  world.t.operator = undefined;
  world.script.push(ok());
  expect(await authorise(world.t, world.t.host!, SALE)).toMatchObject({ record: { operator: "" } });
});

test.each([0, -1, 0.5, Number.NaN])("an amount of %s is a contradiction", async (amountFen) => {
  await expect(sale(ok(), {}, { amountFen })).rejects.toThrow(AssertionError);
});

test("a contradiction in the journal is not taken for a disk that refuses", async () => {
  for (const method of ["approve", "giveReason", "decline"] as const) {
    const world = worldOf();
    world.script.push(method === "approve" ? ok() : SILENT);
    Object.defineProperty(world.journal, method, {
      value: () => {
        throw new AssertionError("ours");
      },
    });
    await expect(authorise(world.t, world.t.host!, SALE), method).rejects.toThrow(AssertionError);
    expect(world.journal.owed, "and what is owed stays owed").toMatchObject({ trace: 1 });
  }
});
