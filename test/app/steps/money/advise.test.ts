/** What is told after the event: durable first, told until it is taken or refused, and never lost. */
import { describe, expect, test } from "vitest";
import {
  type Advice,
  advicesDue,
  advise,
  adviceRecord,
  deliverAdvices,
  deliverWhenMany,
  messageOf,
  post,
} from "../../../../app/steps/advise.ts";
import type { TransactionRecord } from "../../../../app/model/transaction.ts";
import { approvedOf, owedNext } from "../../journal/world.ts";
import { answer, BAD_MAC, CARD, NO_LINE, ok, padWith, PAN, SILENT, WRONG, type World, worldOf } from "./terminal.ts";

const REFUND: Advice = {
  kind: "refund",
  amountFen: 3_000,
  card: CARD,
  original: { reference: "000000000001", date: "20261120" },
};
const OFFLINE: Advice = { kind: "offline", amountFen: 5_000, card: CARD, authCode: "123456", organisation: "CUP" };
const logged = ({ system }: Pick<World, "system">): string =>
  system.logs.map(({ level, words }) => `${level} ${words}`).join("\n");

/** A terminal with so many offline sales that the host has not heard of. */
async function withUntold(count: number, options: Parameters<typeof worldOf>[0] = {}): Promise<World> {
  const world = worldOf(options);
  for (let n = 0; n < count; n++) world.journal.post(adviceRecord(world.t, { ...OFFLINE, amountFen: 1_000 + n }));
  return world;
}
const tried = (world: World, trace: number, times: number): void => {
  for (let n = 0; n < times; n++) {
    world.journal.advising(trace);
    world.journal.advised(trace, { state: "unanswered" });
  }
};

test("the record of an advice is what was asked, whole and untold", () => {
  const { t } = worldOf();
  expect(adviceRecord(t, { ...OFFLINE, authority: undefined })).toEqual({
    kind: "offline",
    state: "pending",
    batch: 1,
    trace: 1,
    amountFen: 5_000,
    approvedFen: 5_000,
    entry: "swipe",
    pan: PAN,
    expiry: "3012",
    operator: "01",
    date: "20261121",
    time: "090000",
    settlementDate: undefined,
    reference: undefined,
    responseCode: "",
    issuer: undefined,
    acquirer: undefined,
    remarks: [],
    pinEntered: false,
    copiesPrinted: 0,
    delivery: { state: "pending", attempts: 0 },
    authCode: "123456",
    organisation: "CUP",
    original: undefined,
    authority: undefined,
  });
  t.operator = undefined;
  expect(adviceRecord(t, OFFLINE).operator).toBe("");
});

test.each(["00", "94", "10"])("a refund that the host takes with %s", async (code) => {
  const world = worldOf();
  world.script.push(ok(code, { 37: "000000000009", 38: "A00009", 15: "1122" }));
  const outcome = await advise(world.t, world.t.host!, REFUND);
  const record = {
    trace: 1,
    state: "approved",
    reference: "000000000009",
    authCode: "A00009",
    settlementDate: "1122",
    responseCode: code,
  };
  expect(outcome).toMatchObject({ outcome: "approved", record });
  expect(world.journal.find(1)).toMatchObject({ ...record, delivery: { state: "delivered", attempts: 1, code } });
  expect(world.asked).toMatchObject([{ about: "advice", of: { kind: "refund", trace: 1 } }]);
  expect(world.lights.slice(-2)).toEqual(["send off", "receive off"]);
});

test("refused: it counts no more, and the log says why", async () => {
  const world = worldOf();
  world.script.push(ok("51"));
  expect(await advise(world.t, world.t.host!, REFUND)).toEqual({ outcome: "declined", code: "51" });
  expect(world.journal.find(1)).toMatchObject({ state: "refused", delivery: { state: "refused", code: "51" } });
  expect(logged(world)).toContain("warn advice 1: refused, 51 Insufficient funds");
});

test.each([
  ["silence", SILENT, true, "silent (nothing came)"],
  ["another packet", WRONG, true, "wrong-packet (trace differs)"],
  ["a wrong MAC", BAD_MAC, false, "bad-mac; it goes again"],
  ["keys no good", ok("A0"), false, "answered; it goes again"],
] as const)("%s: it is kept and goes again", async (_, script, signedOn, words) => {
  const world = worldOf();
  world.script.push(script);
  const outcome = await advise(world.t, world.t.host!, REFUND);
  expect(outcome).toMatchObject({ outcome: "stored", record: { delivery: { state: "unanswered", attempts: 1 } } });
  expect(world.journal.signedOn).toBe(signedOn);
  expect(world.journal.pendingAdvices()).toHaveLength(1);
  expect(logged(world)).toContain(`warn advice 1: ${words}`);
});

test("no line, or Cancel before it: nothing has happened", async () => {
  const world = worldOf();
  world.script.push(NO_LINE);
  expect(await advise(world.t, world.t.host!, REFUND)).toEqual({ outcome: "not-sent", why: "no-line" });
  let cancelled: unknown;
  world.script.push({
    fate: { fate: "not-sent", why: "cancelled", words: "" },
    leaves: false,
    during: ({ cancel }) => {
      world.pressCancel();
      cancelled = [cancel?.cancelled, cancel?.reason];
    },
  });
  expect(await advise(world.t, world.t.host!, REFUND)).toEqual({ outcome: "not-sent", why: "cancelled" });
  expect(cancelled).toEqual([true, "cancelled"]);
  expect(world.journal.list()).toEqual([]);
  expect(world.journal.nextTrace).toBe(1);
  expect(world.shown.filter(({ id }) => id === "online").map(({ state }) => state.cancellable)).toEqual([
    ...[true, false, false, false],
    ...[true, false, false, false],
  ]);
});

test("the line breaks when it is stored: it is kept, tried once, not unanswered", async () => {
  const world = worldOf();
  world.script.push({ ...NO_LINE, leaves: true });
  expect(await advise(world.t, world.t.host!, REFUND)).toMatchObject({
    outcome: "stored",
    record: { delivery: { state: "pending", attempts: 1 } },
  });
});

test("the disk refuses: nothing leaves", async () => {
  const world = worldOf();
  world.system.disk.capacityBytes = 0;
  world.script.push(ok());
  expect(await advise(world.t, world.t.host!, REFUND)).toMatchObject({ outcome: "not-sent", why: "journal" });
});

test("afterwards nobody listens for Cancel", async () => {
  const world = worldOf();
  let token: { cancelled: boolean } | undefined;
  world.script.push({
    fate: answer("00"),
    during: ({ cancel }) => {
      token = cancel;
    },
  });
  await advise(world.t, world.t.host!, REFUND);
  world.pressCancel();
  expect(token?.cancelled).toBe(false);
});

test("an offline sale is durable before it is told, and told at once when that can be", async () => {
  const world = worldOf();
  let before: TransactionRecord | undefined;
  world.script.push({
    fate: answer("00"),
    during: () => {
      before = world.journal.find(1);
    },
  });
  expect(await post(world.t, OFFLINE)).toMatchObject({ outcome: "approved", record: { trace: 1, authCode: "123456" } });
  expect(before).toMatchObject({ state: "pending", delivery: { state: "pending", attempts: 0 } });
  expect(world.shown[0]).toMatchObject({
    id: "online",
    state: {
      transaction: "transaction.offline",
      amountFen: 5_000,
      phase: "connecting",
      secondsLeft: 60,
      of: 60,
      cancellable: false,
    },
  });
});

test.each([
  ["no host", { host: false }],
  ["not signed on", { signedOn: false }],
])("%s: it waits", async (_, options) => {
  const world = worldOf(options);
  expect(await post(world.t, OFFLINE)).toMatchObject({ outcome: "stored", record: { delivery: { attempts: 0 } } });
  expect(world.asked).toEqual([]);
});

test("a reversal that is owed has the right of way", async () => {
  const world = worldOf();
  const owe = () => {
    const owed = owedNext(world.journal);
    world.journal.oweReversal(owed);
  };
  owe();
  world.script.push(SILENT);
  expect(await post(world.t, OFFLINE)).toMatchObject({ outcome: "stored" });
  expect(world.asked.map(({ about }) => about)).toEqual(["reversal"]);
  world.script.push(ok(), ok());
  expect(await post(world.t, { ...OFFLINE, amountFen: 1 })).toMatchObject({ outcome: "approved", record: { amountFen: 1 } });
  expect(world.asked.map(({ about }) => about)).toEqual(["reversal", "reversal", "advice"]);
});

test("told at the settlement: it waits, until there are many; then all go, oldest first", async () => {
  const world = await withUntold(1, { values: { "count.offline-when": "0", "count.offline-full": "3" } });
  expect(await post(world.t, OFFLINE)).toMatchObject({ outcome: "stored" });
  expect(world.asked).toEqual([]);
  expect(advicesDue(world.t)).toBe(false);
  world.script.push(ok(), ok(), ok());
  expect(await post(world.t, OFFLINE)).toMatchObject({ outcome: "approved", record: { trace: 3 } });
  expect(world.asked.map((request) => (request.about === "advice" ? request.of.trace : 0))).toEqual([1, 2, 3]);
  // A refund is nobody's to wait for.
  world.script.push(ok());
  expect(await advise(world.t, world.t.host!, REFUND)).toMatchObject({ outcome: "approved" });
});

test("of the many, this one refused, or not reached", async () => {
  const values = { "count.offline-when": "0", "count.offline-full": "2" };
  const refused = await withUntold(1, { values });
  refused.script.push(ok(), ok("51"));
  expect(await post(refused.t, OFFLINE)).toEqual({ outcome: "declined", code: "51", told: true });
  const unreached = await withUntold(1, { values });
  expect(await post(unreached.t, OFFLINE)).toMatchObject({ outcome: "stored", record: { trace: 2, delivery: { attempts: 0 } } });
});

test("a round: taken and refused are counted, the first that nobody answers ends it", async () => {
  const world = await withUntold(4);
  world.script.push(ok(), ok("51"), SILENT);
  const round = await deliverAdvices(world.t);
  expect(round).toMatchObject({ delivered: 1, refused: [{ trace: 2 }], waiting: 2 });
  expect(world.asked).toHaveLength(3);
  const notice = world.shown.find(({ id }) => id === "notice");
  expect(notice?.state.tone).toBe("bad");
  expect(JSON.stringify(notice?.state)).toMatch(/离线结算.*000002/);
  expect(world.sounds).toEqual(["bad"]);
});

test.each([
  ["without a host", { host: false }],
  ["signed off", { signedOn: false }],
  ["without keys", { unkeyed: { pinpad: padWith("PIK", "MAK") } }],
])("a round %s tells nobody", async (_, options) => {
  const world = await withUntold(2, options);
  expect(await deliverAdvices(world.t)).toEqual({ delivered: 0, refused: [], waiting: 2 });
  expect(world.asked).toEqual([]);
});

test("a round ends when an answer takes the keys away, and while a reversal is owed", async () => {
  const world = await withUntold(2);
  world.script.push(ok("A0"), ok());
  expect(await deliverAdvices(world.t)).toMatchObject({ delivered: 0, waiting: 2 });
  expect(world.asked).toHaveLength(1);
  const owing = await withUntold(1);
  owing.journal.oweReversal(owedNext(owing.journal));
  expect(await deliverAdvices(owing.t)).toMatchObject({ waiting: 1 });
  expect(owing.asked).toEqual([]);
});

test("what was tried too often waits for the settlement, which tells it too", async () => {
  const world = await withUntold(2, { profile: { rules: { offlineTries: 2 } } });
  tried(world, 1, 3);
  tried(world, 2, 2);
  expect(advicesDue(world.t)).toBe(true);
  world.script.push(ok());
  expect(await deliverAdvices(world.t, { all: false })).toMatchObject({ delivered: 1, waiting: 1 });
  expect(world.journal.find(2)?.state).toBe("approved");
  expect(advicesDue(world.t)).toBe(false);
  expect(await deliverAdvices(world.t, { all: false })).toMatchObject({ delivered: 0, waiting: 1 });
  world.script.push(ok());
  expect(await deliverAdvices(world.t)).toMatchObject({ delivered: 1, waiting: 0 });
});

test("what waits for the settlement goes with it, and with nothing before", async () => {
  const world = await withUntold(2, { values: { "count.offline-when": "0", "count.offline-full": "9" } });
  expect(await deliverAdvices(world.t)).toMatchObject({ delivered: 0, waiting: 2 });
  expect(world.asked).toEqual([]);
  world.script.push(ok(), ok());
  expect(await deliverAdvices(world.t, { settling: true })).toMatchObject({ delivered: 2, waiting: 0 });
});

test("told at once, nothing waits, however few there are", async () => {
  const world = await withUntold(1, { values: { "count.offline-when": "1", "count.offline-full": "9" } });
  expect(advicesDue(world.t)).toBe(true);
  world.script.push(ok());
  expect(await deliverAdvices(world.t)).toMatchObject({ delivered: 1, waiting: 0 });
});

test.each(["offline", "adjustment", "tip", "sale", "ecash", "refund", "completion-advice", "ecash-refund"] as const)(
  "told at the settlement: whether a %s waits",
  async (kind) => {
    const world = worldOf({ values: { "count.offline-when": "0", "count.offline-full": "9" } });
    const as = kind === "adjustment" || kind === "tip" ? kind : undefined;
    // What goes without the host's approval is approved by a chip.
    const chip = kind === "sale" || kind === "ecash" ? ({ certificate: "TC", data: {} } as const) : undefined;
    const record = adviceRecord(world.t, OFFLINE);
    world.journal.post({
      ...record,
      kind: as ? "offline" : kind,
      chip,
      delivery: { state: "pending", attempts: 0, as },
    } as TransactionRecord);
    expect(advicesDue(world.t)).toBe(["refund", "completion-advice", "ecash-refund"].includes(kind));
  },
);

test("what nobody waits for does not count among the many", async () => {
  const world = await withUntold(1, { values: { "count.offline-when": "0", "count.offline-full": "3" } });
  for (let n = 0; n < 2; n++) world.journal.post(adviceRecord(world.t, REFUND));
  world.script.push(ok(), ok());
  expect(await deliverAdvices(world.t)).toMatchObject({ delivered: 2, waiting: 1 });
  expect(world.journal.pendingAdvices()).toMatchObject([{ kind: "offline" }]);
});

describe("after what was decided without the host", () => {
  const MANY = { "count.offline-when": "0", "count.offline-full": "3" };
  const goneAfter = async (world: World): Promise<number> => {
    world.script.push(ok(), ok(), ok(), ok());
    await deliverWhenMany(world.t);
    return world.asked.length;
  };

  test("all of it goes when there is much, and nothing before", async () => {
    expect(await goneAfter(await withUntold(2, { values: MANY }))).toBe(0);
    expect(await goneAfter(await withUntold(3, { values: MANY }))).toBe(3);
    expect(await goneAfter(await withUntold(4, { values: MANY }))).toBe(4);
  });

  test("a refund is not much, but goes with it", async () => {
    const world = await withUntold(2, { values: MANY });
    world.journal.post(adviceRecord(world.t, REFUND));
    expect(await goneAfter(world)).toBe(0);
    world.journal.post(adviceRecord(world.t, OFFLINE));
    expect(await goneAfter(world)).toBe(4);
  });

  test("not where the host wants it at once, not signed off, not while a reversal is owed", async () => {
    expect(await goneAfter(await withUntold(3, { values: { ...MANY, "count.offline-when": "1" } }))).toBe(0);
    const off = await withUntold(3, { values: MANY });
    off.journal.signOff();
    expect(await goneAfter(off)).toBe(0);
    const owing = await withUntold(3, { values: MANY });
    owing.journal.oweReversal(owedNext(owing.journal));
    expect(await goneAfter(owing)).toBe(0);
  });
});

test("an adjustment goes as one, under its record's kind", () => {
  const world = worldOf();
  const owed = owedNext(world.journal);
  const record = approvedOf(owed);
  expect(messageOf(record)).toBe("sale");
  expect(messageOf({ ...record, delivery: { state: "pending", attempts: 0, as: "tip" } })).toBe("tip");
});
