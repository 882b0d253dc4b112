import { beforeEach, describe, expect, test } from "vitest";
import type { ExchangeOptions, Fate, Message, Request } from "../../../app/acquirer/host.ts";
import { settlementResult } from "../../../app/acquirer/answers.ts";
import { createHost } from "../../../app/acquirer/session.ts";
import { noTotals } from "../../../app/model/ledger.ts";
import type { TransactionRecord } from "../../../app/model/transaction.ts";
import { DeviceError } from "../../../hal/errors.ts";
import { assert } from "../../../platform/guest/assert.ts";
import { CancelSource } from "../../../platform/guest/cancel.ts";
import { createFakeSystem, type FakeSystem } from "../../fakes/system.ts";
import { approvedOf } from "../journal/world.ts";
import { CryptoPad } from "./crypto-pad.ts";
import { approvalOf, FakeLink, framed, lineDropped, opened, OWED, PROFILE, SALE, unhex } from "./desk.ts";

let system: FakeSystem;
let link: FakeLink;
let pad: CryptoPad;
const committed: string[] = [];

beforeEach(() => {
  system = createFakeSystem();
  link = new FakeLink();
  pad = new CryptoPad();
  committed.length = 0;
});

const open = (profile = PROFILE) => createHost({ system, link, pinpad: pad, profile, capability: "6" });

/** An exchange with a host that answers so; time runs until it has ended. */
async function fateOf(
  answer: ((request: Message) => void) | undefined,
  request: Request = SALE,
  options: ExchangeOptions = {},
): Promise<Fate> {
  link.onFrame = answer && ((frame) => answer(opened(frame)));
  const pending = open().exchange(request, { beforeSend: () => void committed.push("owed"), ...options });
  await system.advance(PROFILE.responseTimeoutMs + 1000);
  return pending;
}

describe("answered", () => {
  test("approved, its MAC right, with what the host wants done afterwards", async () => {
    const fate = await fateOf((request) => link.reply(framed(approvalOf(request), { header: "603103320000" })));
    expect(fate).toMatchObject({ fate: "answered", code: "00", headerRequest: 3 });
    expect(committed).toEqual(["owed"]);
    expect([link.sent.length, link.closed]).toEqual([1, 1]);
  });

  test("declined, with or without a MAC", async () => {
    for (const mac of [undefined, "none"] as const) {
      const fate = await fateOf((request) => link.reply(framed(approvalOf(request, { 39: "51", 38: undefined }), { mac })));
      expect(fate).toMatchObject({ fate: "answered", code: "51" });
    }
  });

  test("a partial approval brings its own amount", async () => {
    const fate = await fateOf((request) => link.reply(framed(approvalOf(request, { 39: "10", 4: "000000000400" }))));
    expect(fate).toMatchObject({ fate: "answered", code: "10" });
  });

  test("a late answer to an earlier trace is dropped and the right one heard", async () => {
    const fate = await fateOf((request) => {
      link.reply(framed(approvalOf(request, { 11: "000122", 39: "51" })));
      link.reply(framed({ ...approvalOf(request), mti: "0410" }));
      link.reply(framed(approvalOf(request)));
    });
    expect(fate).toMatchObject({ fate: "answered", code: "00" });
    expect(system.logs.filter(({ words }) => words.includes("another request was dropped")).length).toBe(2);
  });

  test("sign-on needs no MAC", async () => {
    const request = { about: "sign-on", trace: 1, batch: 1, operator: "01" } as const;
    expect(await fateOf((sent) => link.reply(framed(approvalOf(sent), { mac: "none" })), request)).toMatchObject({
      fate: "answered",
    });
    expect(pad.calls).toEqual([]);
  });

  test("the same request again uses a new connection", async () => {
    const answer = (request: Message): void => link.reply(framed(approvalOf(request)));
    await fateOf(answer);
    await fateOf(answer);
    expect([link.connects, link.closed]).toEqual([2, 2]);
  });
});

describe("bad MAC", () => {
  test("a wrong one", async () => {
    const fate = await fateOf((request) => link.reply(framed(approvalOf(request), { mac: unhex("3030303030303030") })));
    expect(fate).toMatchObject({ fate: "bad-mac" });
  });

  test("a wrong one on a decline", async () => {
    const fate = await fateOf((request) => link.reply(framed(approvalOf(request, { 39: "51" }), { mac: new Uint8Array(8) })));
    expect(fate).toMatchObject({ fate: "bad-mac" });
  });

  test("none where money moved", async () => {
    for (const code of ["00", "11", "A2"]) {
      const fate = await fateOf((request) => link.reply(framed(approvalOf(request, { 39: code }), { mac: "none" })));
      expect(fate, code).toMatchObject({ fate: "bad-mac" });
    }
  });

  test("none where a reversal would be done with", async () => {
    for (const [code, fate] of [
      ["00", "bad-mac"],
      ["12", "bad-mac"],
      ["25", "bad-mac"],
      ["96", "answered"],
    ] as const) {
      const request: Request = { about: "reversal", of: OWED };
      const given = await fateOf((sent) => link.reply(framed(approvalOf(sent, { 39: code }), { mac: "none" })), request);
      expect(given, code).toMatchObject({ fate });
    }
  });
});

describe("wrong packet", () => {
  test.each([
    ["another processing code", { 3: "200000" }],
    ["another amount", { 4: "000000001001" }],
    ["another terminal", { 41: "87654321" }],
    ["another merchant", { 42: "543210987654321" }],
    ["no answer code", { 39: undefined }],
    ["no trace", { 11: undefined }],
    ["a partial approval without its amount", { 39: "10", 4: undefined }],
    ["a partial approval of more than was asked", { 39: "10", 4: "000000001001" }],
    ["a partial approval of nothing", { 39: "10", 4: "000000000000" }],
  ])("%s", async (_, over) => {
    const fate = await fateOf((request) => link.reply(framed(approvalOf(request, over))));
    expect(fate).toMatchObject({ fate: "wrong-packet" });
    expect(link.closed).toBe(1);
  });

  test("bytes that are no message", async () => {
    for (const garbage of [
      "",
      "60",
      "FF00000000603100320000",
      "6000000003603100320000",
      "60000000036031003200000210FFFFFFFFFFFFFFFF",
    ]) {
      expect(await fateOf(() => link.reply(unhex(garbage))), garbage).toMatchObject({ fate: "wrong-packet" });
    }
  });

  test("a host that talks about everything else", async () => {
    const fate = await fateOf((request) => {
      for (let i = 0; i < 100; i++) link.reply(framed(approvalOf(request, { 11: "000001" })));
    });
    expect(fate).toMatchObject({ fate: "wrong-packet" });
  });
});

describe("silent", () => {
  test("nothing comes: the seconds fall, the line is closed", async () => {
    const seconds: number[] = [];
    const fate = await fateOf(undefined, SALE, { onPhase: (phase, left) => phase === "waiting" && seconds.push(left) });
    expect(fate).toEqual({ fate: "silent", words: "no answer in 60 s" });
    expect(seconds).toEqual(Array.from({ length: 60 }, (_, i) => 60 - i));
    expect(link.closed).toBe(1);
    expect(system.wake).toBeUndefined();
  });

  test("only answers to others come: the deadline stays where it was", async () => {
    const fate = await fateOf((request) => {
      system.scheduler.after(59_500, "work", () => link.reply(framed(approvalOf(request, { 11: "000122" }))));
      system.scheduler.after(60_500, "work", () => link.reply(framed(approvalOf(request))));
    });
    expect(fate).toMatchObject({ fate: "silent" });
  });

  test("the line breaks while waiting", async () => {
    expect(await fateOf(() => link.reply(lineDropped()))).toMatchObject({ fate: "silent" });
  });

  test("the line breaks while sending", async () => {
    link.sendError = lineDropped();
    expect(await fateOf(undefined)).toMatchObject({ fate: "silent" });
  });

  test("the PIN pad fails while it checks the answer", async () => {
    pad.failing = { call: "verify", code: "unplugged" };
    expect(await fateOf((request) => link.reply(framed(approvalOf(request))))).toMatchObject({ fate: "silent" });
  });

  test("a cancel after the first byte changes nothing", async () => {
    const source = new CancelSource();
    const fate = await fateOf(
      (request) => {
        source.cancel();
        link.reply(framed(approvalOf(request)));
      },
      SALE,
      { cancel: source.token },
    );
    expect(fate).toMatchObject({ fate: "answered", code: "00" });
  });
});

describe("not sent", () => {
  const nothingLeft = (): void => expect([link.sent.length, system.wake]).toEqual([0, undefined]);

  test("no line", async () => {
    link.connectError = new DeviceError("link", "refused");
    expect(await fateOf(undefined)).toMatchObject({ fate: "not-sent", why: "no-line" });
    expect(committed).toEqual([]);
    nothingLeft();
  });

  test("the line breaks before the first byte", async () => {
    link.sendError = lineDropped(true);
    expect(await fateOf(undefined)).toMatchObject({ fate: "not-sent", why: "no-line" });
    expect([committed, link.closed]).toEqual([["owed"], 1]);
    nothingLeft();
  });

  test("cancelled before, and while connecting", async () => {
    const source = new CancelSource();
    link.neverConnects = true;
    const pending = open().exchange(SALE, { cancel: source.token });
    await system.settle();
    expect(link.connects).toBe(1);
    source.cancel("cancelled");
    expect(await pending).toMatchObject({ fate: "not-sent", why: "cancelled" });
    expect(await fateOf(undefined, SALE, { cancel: source.token })).toMatchObject({ fate: "not-sent", why: "cancelled" });
    expect(link.connects).toBe(1);
    nothingLeft();
  });

  test("cancelled in the moment the line came up", async () => {
    const source = new CancelSource();
    const fate = fateOf(undefined, SALE, { cancel: source.token, onPhase: (phase) => phase === "connecting" && source.cancel() });
    expect(await fate).toMatchObject({ fate: "not-sent", why: "cancelled" });
    expect([committed, link.connects, link.closed]).toEqual([[], 1, 1]);
    nothingLeft();
  });

  test("the pad has no track key or no MAC key, or is gone", async () => {
    for (const [call, code] of [
      ["track", "key-missing"],
      ["mac", "key-missing"],
      ["mac", "unplugged"],
    ] as const) {
      pad.failing = { call, code };
      expect(await fateOf(undefined)).toMatchObject({ fate: "not-sent", why: "pinpad" });
    }
    const host = createHost({ system, link, pinpad: undefined, profile: PROFILE });
    expect(await host.exchange(SALE)).toMatchObject({ fate: "not-sent", why: "pinpad" });
    expect(link.connects).toBe(0);
    nothingLeft();
  });

  test("the journal refuses", async () => {
    const beforeSend = (): never => {
      throw new Error("the disk is full");
    };
    expect(await fateOf(undefined, SALE, { beforeSend })).toEqual({
      fate: "not-sent",
      why: "journal",
      words: "the disk is full",
    });
    expect(link.closed).toBe(1);
    nothingLeft();
  });
});

describe("a settlement (§2.8)", () => {
  const totals = { domestic: noTotals(), foreign: noTotals() };
  const SETTLEMENT: Request = { about: "settlement", trace: 8, batch: 1, operator: "01", totals };
  const told = (sent: Message, over: Record<number, string | undefined> = {}): Message =>
    approvalOf(sent, { 37: undefined, 38: undefined, 39: undefined, 48: `${"0".repeat(30)}1${"0".repeat(30)}2`, ...over });

  test("its answer has neither DE39 nor MAC", async () => {
    const fate = await fateOf((sent) => link.reply(framed(told(sent), { mac: "none" })), SETTLEMENT);
    expect(fate).toMatchObject({ fate: "answered", code: "" });
    if (fate.fate === "answered") expect(settlementResult(fate.answer)).toEqual({ domestic: 1, foreign: 2 });
    expect(pad.calls).toEqual([]);
  });

  test("a refusal has one", async () => {
    const fate = await fateOf((sent) => link.reply(framed(told(sent, { 39: "77", 48: undefined }), { mac: "none" })), SETTLEMENT);
    expect(fate).toMatchObject({ fate: "answered", code: "77" });
  });

  test("another terminal's or another trace's is none", async () => {
    const wrong = await fateOf((sent) => link.reply(framed(told(sent, { 41: "87654321" }), { mac: "none" })), SETTLEMENT);
    expect(wrong).toMatchObject({ fate: "wrong-packet" });
    const stray = await fateOf((sent) => link.reply(framed(told(sent, { 11: "000007" }), { mac: "none" })), SETTLEMENT);
    expect(stray).toMatchObject({ fate: "silent" });
  });
});

describe("an advice (§5.4)", () => {
  const of: TransactionRecord = { ...approvedOf(OWED), kind: "offline", state: "pending", authority: { mode: "01" } };
  const ADVICE: Request = { about: "advice", of };
  const UPLOAD: Request = { about: "upload-record", of };
  const saying =
    (code: string, mac?: "none", over: Record<number, string> = {}) =>
    (sent: Message) =>
      link.reply(framed(approvalOf(sent, { 39: code, ...over }), { mac }));

  test("taken, taken before, refused", async () => {
    for (const code of ["00", "94", "61"]) expect(await fateOf(saying(code), ADVICE)).toMatchObject({ fate: "answered", code });
  });

  test("taken without a MAC is not believed; a refusal is", async () => {
    for (const code of ["00", "94"]) expect(await fateOf(saying(code, "none"), ADVICE), code).toMatchObject({ fate: "bad-mac" });
    expect(await fateOf(saying("61", "none"), ADVICE)).toMatchObject({ fate: "answered", code: "61" });
  });

  test("uploaded it has no MAC, and the host may say what amount it likes", async () => {
    expect(await fateOf(saying("00", "none", { 4: "000000000001" }), UPLOAD)).toMatchObject({ fate: "answered", code: "00" });
    expect(await fateOf(saying("00", undefined, { 4: "000000000001" }), ADVICE)).toMatchObject({ fate: "wrong-packet" });
  });

  test("not answered, or the line broke: silent", async () => {
    expect(await fateOf(undefined, ADVICE)).toMatchObject({ fate: "silent" });
    expect(await fateOf(() => link.reply(lineDropped()), ADVICE)).toMatchObject({ fate: "silent" });
    link.connectError = new DeviceError("link", "refused");
    expect(await fateOf(undefined, ADVICE)).toMatchObject({ fate: "not-sent", why: "no-line" });
  });
});

test("a balance is answered without an amount, and its MAC is asked for", async () => {
  const request: Request = { about: "balance", trace: 5, batch: 1, card: SALE.card, pinBlock: SALE.pinBlock, operator: "01" };
  expect(await fateOf((sent) => link.reply(framed(approvalOf(sent, { 54: "1002156C000000100000" }))), request)).toMatchObject({
    fate: "answered",
  });
  expect(await fateOf((sent) => link.reply(framed(approvalOf(sent), { mac: "none" })), request)).toMatchObject({
    fate: "bad-mac",
  });
});

test("one exchange at a time", async () => {
  const host = open();
  const first = host.exchange(SALE);
  await expect(host.exchange(SALE)).rejects.toThrow("one exchange at a time");
  await system.advance(PROFILE.responseTimeoutMs + 1);
  expect(await first).toMatchObject({ fate: "silent" });
  expect(link.sent.length).toBe(1);
});

test("a fault of the program is not taken for the journal's refusal", async () => {
  const beforeSend = (): void => assert(false, "this is so");
  await expect(open().exchange(SALE, { beforeSend })).rejects.toThrow("this is so");
  expect([link.sent.length, link.closed]).toEqual([0, 1]);
});

test("the line's state is the link's", () => {
  expect(open().lineState).toBe("unknown");
  link.state = "down";
  expect(open().lineState).toBe("down");
});

test("the phases come in order", async () => {
  const phases: string[] = [];
  await fateOf((request) => link.reply(framed(approvalOf(request))), SALE, { onPhase: (phase) => void phases.push(phase) });
  expect(phases).toEqual(["connecting", "sending", "waiting", "receiving"]);
});

test("describe tells what the request will carry", () => {
  const host = open();
  expect(host.describe(SALE)).toEqual({ entryMode: "021", security: "2610000000000000" });
  expect(host.describe({ about: "reversal", of: OWED })).toEqual({ entryMode: "021", security: undefined });
});
