/** What goes on the line for each message of a trading day, field by field (§2.2–2.9, §3.6–3.9). */
import { describe, expect, test } from "vitest";
import type { FinancialRequest, Message, Request } from "../../../app/acquirer/host.ts";
import { MESSAGES, type MessageRow } from "../../../app/acquirer/messages.ts";
import { createHost } from "../../../app/acquirer/session.ts";
import { noTotals } from "../../../app/model/ledger.ts";
import type { Profile } from "../../../app/model/profile.ts";
import type { CardData, FinancialKind, Original, TransactionRecord } from "../../../app/model/transaction.ts";
import { createFakeSystem } from "../../fakes/system.ts";
import { approvedOf } from "../journal/world.ts";
import { CryptoPad } from "./crypto-pad.ts";
import { approvalOf, FakeLink, framed, opened, OWED, PROFILE, SALE, SWIPED } from "./desk.ts";

async function sentFor(request: Request, profile: Profile = PROFILE): Promise<Message> {
  const link = new FakeLink();
  link.onFrame = (frame) => link.reply(framed(approvalOf(opened(frame))));
  const host = createHost({ system: createFakeSystem(), link, pinpad: new CryptoPad(), profile, capability: "6" });
  await host.exchange(request);
  return opened(link.sent[0] as Uint8Array);
}

const textOf = (value: string | Uint8Array | undefined): string | undefined =>
  value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value;
const fieldsOf = (message: Message): number[] => [...message.fields.keys()];
const pick = (message: Message, ...fields: number[]): (string | undefined)[] =>
  fields.map((field) => textOf(message.fields.get(field)));

const ORIGINAL: Original = {
  ...{ batch: 1, trace: 99, date: "20261119", reference: "000000000077", authCode: "A00077", amountFen: 1000, kind: "sale" },
};
const financial = (about: FinancialKind, over: { original?: Original; card?: CardData } = {}): Request => ({
  ...SALE,
  about,
  pinBlock: about === "refund" || about === "completion-advice" ? undefined : SALE.pinBlock,
  original: ORIGINAL,
  ...over,
});

describe("financial requests", () => {
  /** MTI, DE3, DE25, DE60 and the fields besides those of a sale by stripe with a PIN. */
  const SALE_FIELDS = [3, 4, 11, 22, 25, 26, 35, 41, 42, 49, 52, 53, 60, 64];
  test.each([
    ["void", "0200", "200000", "00", "2300000100060", [37, 38, 61]],
    ["preauth", "0100", "030000", "06", "1000000100060", []],
    ["preauth-add", "0100", "030000", "60", "1000000100060", [38, 61]],
    ["preauth-void", "0100", "200000", "06", "1100000100060", [38, 61]],
    ["completion", "0200", "000000", "06", "2000000100060", [38, 61]],
    ["completion-void", "0200", "200000", "06", "2100000100060", [37, 38, 61]],
  ] as const)("%s", async (kind, mti, processing, condition, field60, more) => {
    const sent = await sentFor(financial(kind));
    expect([sent.mti, ...pick(sent, 3, 25, 60)]).toEqual([mti, processing, condition, field60]);
    expect(fieldsOf(sent)).toEqual([...SALE_FIELDS, ...more].sort((a, b) => a - b));
  });

  test.each([
    ["refund", "200000", "00", "2500000100060", [37, 38, 61, 63]],
    ["completion-advice", "000000", "06", "2400000100060", [38, 61]],
  ] as const)("%s: as it will go from its record, without track and PIN", async (kind, processing, condition, field60, more) => {
    const sent = await sentFor(financial(kind));
    expect([sent.mti, ...pick(sent, 2, 3, 14, 22, 25, 60)]).toEqual([
      ...["0220", SWIPED.pan, processing, SWIPED.expiry, "012", condition, field60],
    ]);
    expect(fieldsOf(sent)).toEqual([2, 3, 4, 11, 14, 22, 25, 41, 42, 49, 60, 64, ...more].sort((a, b) => a - b));
    await expect(sentFor({ ...financial(kind), pinBlock: SALE.pinBlock } as Request)).rejects.toThrow("without a PIN");
  });

  test("balance: a sale without an amount", async () => {
    const { card, pinBlock } = SALE;
    const sent = await sentFor({ about: "balance", trace: 5, batch: 1, card, pinBlock, operator: "01" });
    expect([sent.mti, ...pick(sent, 3, 25, 60)]).toEqual(["0200", "310000", "00", "0100000100060"]);
    expect(fieldsOf(sent)).toEqual(SALE_FIELDS.filter((field) => field !== 4));
  });

  test("chip data goes with a sale and a pre-authorisation, not with what is about them", async () => {
    const card: CardData = { ...SWIPED, entry: "contact", sequence: "001", icData: Uint8Array.from([1, 2, 3]) };
    for (const kind of ["sale", "preauth"] as const) expect((await sentFor(financial(kind, { card }))).fields.has(55)).toBe(true);
    for (const kind of ["void", "completion", "preauth-void", "completion-void"] as const)
      expect((await sentFor(financial(kind, { card }))).fields.has(55), kind).toBe(false);
  });
});

describe("what is said of the original (§3.7)", () => {
  test.each([
    ["void", "000001000099"],
    ["completion-void", "0000010000991119"],
    ["preauth-void", "0000010000991119"],
    ["completion", "0000010000991119"],
    ["completion-advice", "0000010000991119"],
    ["refund", "0000010000991119"],
    ["preauth-add", "0000000000000000"],
  ] as const)("%s: %s", async (kind, field61) => {
    expect(pick(await sentFor(financial(kind)), 61)).toEqual([field61]);
  });

  test("what is not known: zeros, and no code", async () => {
    const { authCode, date } = ORIGINAL;
    expect(pick(await sentFor(financial("void", { original: {} })), 37, 38, 61)).toEqual([
      "000000000000",
      undefined,
      "000000000000",
    ]);
    expect(pick(await sentFor(financial("completion", { original: { authCode, date } })), 38, 61)).toEqual([
      "A00077",
      "0000000000001119",
    ]);
    expect(pick(await sentFor(financial("refund", { original: { reference: "000000000077", date } })), 37, 38, 61)).toEqual([
      ...["000000000077", undefined, "0000000000001119"],
    ]);
  });

  test("a pre-authorisation's relatives cannot go without its code: nothing leaves", async () => {
    for (const kind of ["completion", "preauth-void", "preauth-add", "completion-advice"] as const)
      await expect(sentFor(financial(kind, { original: {} }))).rejects.toThrow("DE38");
  });

  test("hosts that want more of it", async () => {
    const dialect = { ...PROFILE.dialect, voidDate: true, preauthVoidReference: true };
    expect(pick(await sentFor(financial("void"), { ...PROFILE, dialect }), 61)).toEqual(["0000010000991119"]);
    expect(pick(await sentFor(financial("preauth-void"), { ...PROFILE, dialect }), 37)).toEqual(["000000000077"]);
  });

  test("the organisation of the card goes with a refund", async () => {
    expect(pick(await sentFor({ ...financial("refund"), organisation: "VIS" } as Request), 63)).toEqual(["VIS"]);
    expect(pick(await sentFor(financial("refund")), 63)).toEqual(["CUP"]);
  });
});

describe("reversals (§2.4)", () => {
  const rows: readonly (readonly [string, MessageRow])[] = Object.entries(MESSAGES);
  const reversible = rows.filter(([, row]) => row.reversal !== undefined).map(([name]) => name as FinancialKind);

  test("what can be reversed", () => {
    const payments = ["sale", "void", "preauth", "preauth-add", "preauth-void", "completion", "completion-void"];
    expect(reversible).toEqual([...payments, "load", "cash-load", "load-other", "cash-load-void"]);
  });

  test.each(reversible)("%s: the same names as its request, no track, no PIN", async (kind) => {
    const receiving = kind === "load-other" ? "6229992000000000033" : undefined;
    const plain = financial(kind) as FinancialRequest;
    const request = await sentFor({ ...plain, card: { ...plain.card, receiving } });
    const sent = await sentFor({ about: "reversal", of: { ...OWED, kind, original: ORIGINAL, receiving } });
    expect(pick(sent, 62)).toEqual(pick(request, 62));
    expect([sent.mti, ...pick(sent, 3, 4, 11, 22, 25, 60, 61)]).toEqual(["0400", ...pick(request, 3, 4, 11, 22, 25, 60, 61)]);
    expect(pick(sent, 2, 26, 35, 36, 39, 52)).toEqual([SWIPED.pan, undefined, undefined, undefined, "98", undefined]);
  });

  test("DE38: what an answer brought for a first transaction, the original's for one about another", async () => {
    expect(pick(await sentFor({ about: "reversal", of: { ...OWED, authCode: "B00001" } }), 38)).toEqual(["B00001"]);
    const of = { ...OWED, kind: "completion", authCode: "B00001", original: ORIGINAL } as const;
    expect(pick(await sentFor({ about: "reversal", of }), 38)).toEqual(["A00077"]);
  });
});

describe("advices (§2.5) and their batch upload (§2.8)", () => {
  const record = (over: Partial<TransactionRecord>): TransactionRecord => ({
    ...approvedOf(OWED),
    reference: undefined,
    ...over,
  });
  const offline = record({ kind: "offline", authCode: "V00001", authority: { mode: "01", institution: "01020000" } });

  test("offline sale", async () => {
    const sent = await sentFor({ about: "advice", of: offline });
    expect([sent.mti, ...pick(sent, 3, 11, 22, 25, 38, 60, 61, 63)]).toEqual([
      ...["0220", "000000", "000123", "012", "00", "V00001", "3000000100060", "000001000123" + "0000" + "01" + "01020000", "CUP"],
    ]);
    expect(fieldsOf(sent)).toEqual([2, 3, 4, 11, 14, 22, 25, 38, 41, 42, 49, 60, 61, 63, 64]);
  });

  test.each(["adjustment", "tip"] as const)("%s: a trace of its own, the total, and what is tip", async (as) => {
    const delivery = { state: "pending", attempts: 0, as, trace: 130 } as const;
    const kind = as === "tip" ? "sale" : "offline";
    const of = record({
      kind,
      authCode: "V00001",
      amountFen: 1150,
      approvedFen: 1150,
      tipFen: 150,
      reference: "000000000077",
      delivery,
    });
    const sent = await sentFor({ about: "advice", of });
    expect(pick(sent, 4, 11, 37, 38, 48, 60, 61)).toEqual([
      ...["000000001150", "000130", "000000000077", "V00001", "000000000150"],
      `${as === "tip" ? "34" : "32"}00000100060`,
      "000001000123000000",
    ]);
  });

  test("what became of scripts is told under a number of the open batch, and names the transaction's own", async () => {
    const of = record({ kind: "sale", trace: 99, reference: "000000000077" });
    const sent = await sentFor({ about: "script-result", of, batch: 2, trace: 130, field55: Uint8Array.of(0x95, 0) });
    expect([sent.mti, ...pick(sent, 11)]).toEqual(["0620", "000130"]);
    expect(pick(sent, 60)[0]?.slice(0, 8)).toBe("00000002");
    expect(pick(sent, 61)[0]?.slice(0, 12)).toBe("000001000099");
  });

  test("no DE37 while the host does not know it, no DE48 without a tip", async () => {
    const delivery = { state: "pending", attempts: 0, as: "adjustment", trace: 130 } as const;
    expect(pick(await sentFor({ about: "advice", of: { ...offline, delivery } }), 37, 48)).toEqual([undefined, undefined]);
  });

  test("a refund and a completion advice of a record name their original", async () => {
    for (const kind of ["refund", "completion-advice"] as const) {
      const of = record({ kind, original: ORIGINAL, organisation: "VIS", authCode: undefined });
      const sent = await sentFor({ about: "advice", of });
      expect(pick(sent, 38, 61)).toEqual(["A00077", "0000010000991119"]);
      const live = await sentFor({ ...financial(kind), organisation: "VIS", trace: of.trace } as Request);
      expect(sent, "the same message each time").toEqual(live);
    }
  });

  test.each(["offline", "refund", "completion-advice"] as const)(
    "%s uploaded: the same with 0320 and without a MAC",
    async (kind) => {
      const of = kind === "offline" ? offline : record({ kind, original: ORIGINAL });
      const advice = await sentFor({ about: "advice", of });
      const upload = await sentFor({ about: "upload-record", of });
      advice.fields.delete(64);
      expect([upload.mti, upload.fields]).toEqual(["0320", advice.fields]);
    },
  );

  test("an offline sale whose tip or adjustment was refused is uploaded as what it was", async () => {
    for (const as of ["tip", "adjustment"] as const) {
      const of = { ...offline, delivery: { state: "refused", attempts: 1, as, trace: 130, code: "65" } } as const;
      const upload = await sentFor({ about: "upload-record", of });
      expect(upload.fields).toEqual((await sentFor({ about: "upload-record", of: offline })).fields);
    }
  });

  test("a sale is nothing to tell afterwards", async () => {
    await expect(sentFor({ about: "advice", of: approvedOf(OWED) })).rejects.toThrow("sale is told after the event");
  });
});

describe("settlement and batch upload (§2.8, §3.6)", () => {
  test("totals: 62 digits, no MAC, the operator", async () => {
    const domestic = { debitFen: 123_456, debitCount: 7, creditFen: 10_000, creditCount: 2 };
    const totals = { domestic, foreign: { ...noTotals(), debitFen: 999_999_999_999, debitCount: 999 } };
    const sent = await sentFor({ about: "settlement", trace: 8, batch: 12, operator: "01", totals });
    expect([sent.mti, fieldsOf(sent)]).toEqual(["0500", [11, 41, 42, 48, 49, 60, 63]]);
    expect(pick(sent, 48, 60, 63)).toEqual([
      "000000123456" + "007" + "000000010000" + "002" + "0" + "999999999999" + "999" + "000000000000" + "000" + "0",
      "00000012201",
      "01 ",
    ]);
  });

  test("a total that does not fit is a fault of the program, and nothing leaves", async () => {
    const totals = { domestic: { ...noTotals(), debitCount: 1_000 }, foreign: noTotals() };
    await expect(sentFor({ about: "settlement", trace: 8, batch: 12, operator: "01", totals })).rejects.toThrow(
      "totals fit DE48",
    );
  });

  test("lines of an upload, at most eight", async () => {
    const line = { foreign: false, trace: 123, pan: "6229990000000000019", amountFen: 1000 };
    const sent = await sentFor({
      about: "upload",
      trace: 9,
      batch: 12,
      lines: [line, { ...line, foreign: true, pan: "4000000000000002" }],
    });
    expect([sent.mti, fieldsOf(sent), ...pick(sent, 48, 60)]).toEqual([
      "0320",
      [11, 41, 42, 48, 60],
      "02" +
        "00" +
        "000123" +
        "06229990000000000019" +
        "000000001000" +
        "01" +
        "000123" +
        "00004000000000000002" +
        "000000001000",
      "00000012201",
    ]);
    for (const lines of [[], Array(9).fill(line)])
      await expect(sentFor({ about: "upload", trace: 9, batch: 12, lines })).rejects.toThrow("1 to 8 lines");
  });

  test("the end, balanced and not", async () => {
    const end = { about: "upload-end", trace: 10, batch: 12, count: 37 } as const;
    expect(pick(await sentFor({ ...end, balanced: true }), 48, 60)).toEqual(["0037", "00000012207"]);
    expect(pick(await sentFor({ ...end, balanced: false }), 48, 60)).toEqual(["0037", "00000012202"]);
  });
});

describe("downloads and status (§2.9)", () => {
  test.each([
    [{ about: "parameters", batch: 12 }, "0800", "00000012360", undefined],
    [{ about: "parameters-end", batch: 12 }, "0800", "00000012361", undefined],
    [{ about: "status", tags: Uint8Array.from(Buffer.from("011021")), batch: 12 }, "0820", "00000012362", "011021"],
    [{ about: "statement", date: "20261121", block: 3 }, "0800", "00000000970", "20261121003"],
  ] as const satisfies readonly (readonly [Request, string, string, string | undefined])[])(
    "%o",
    async (request, mti, field60, field62) => {
      const sent = await sentFor(request);
      expect([sent.mti, ...pick(sent, 60, 62)]).toEqual([mti, field60, field62]);
      expect(fieldsOf(sent).filter((field) => field !== 62)).toEqual([41, 42, 60]);
    },
  );
});
