/** A trading day told to the host simulator, with the journal beside it: at the end both books say the same. */
import { beforeEach, describe, expect, test } from "vitest";
import {
  balanceOf,
  institutionsOf,
  parameterTags,
  readAnswer,
  settlementResult,
  statementRows,
} from "../../../app/acquirer/answers.ts";
import type { FinancialRequest, Request } from "../../../app/acquirer/host.ts";
import { ADVICE_TAKEN, isApproved } from "../../../app/acquirer/responses.ts";
import { createHost } from "../../../app/acquirer/session.ts";
import { openJournal, type OpenJournal } from "../../../app/journal/open.ts";
import { failedAfter, nextUpload, uploadedCount, uploadOrder } from "../../../app/journal/upload-order.ts";
import { balanced } from "../../../app/journal/upload-order.ts";
import type { CardData, FinancialKind, Original, TransactionRecord } from "../../../app/model/transaction.ts";
import { FakeLink, SWIPED } from "./desk.ts";
import { FOREIGN, openPeer, type Peer, pinBlock, PROFILE } from "./peer.ts";

let peer: Peer;
let journal: OpenJournal;

beforeEach(async () => {
  peer = openPeer();
  journal = openJournal(peer.system);
  journal.signOn(await peer.signOn());
});

const STAMP = { date: "20261121", time: "090000" };

interface Deal {
  amountFen?: number;
  card?: CardData;
  original?: Original;
  voids?: number;
  pin?: boolean;
}

const requestOf = (kind: FinancialKind, { amountFen = 1000, card = SWIPED, original, pin = true }: Deal): FinancialRequest => ({
  about: kind,
  trace: journal.nextTrace,
  batch: journal.batch,
  amountFen,
  card,
  pinBlock: pin ? pinBlock(peer.pad, card.pan, "123456") : undefined,
  operator: "01",
  original,
});

/** Owed before it leaves, as app/steps/authorise does it. */
function owe(request: FinancialRequest): void {
  const { about: kind, trace, batch, amountFen, card, operator, original } = request;
  const { pan, expiry, entry } = card;
  const host = createHost({ system: peer.system, link: new FakeLink(), pinpad: peer.pad, profile: PROFILE });
  const made = { kind, trace, batch, amountFen, pan, expiry, entry, operator, original, ...host.describe(request), ...STAMP };
  journal.oweReversal({ ...made, reason: "98", authCode: undefined, attempts: 0 });
}

async function deal(kind: FinancialKind, more: Deal = {}): Promise<TransactionRecord> {
  const request = requestOf(kind, more);
  owe(request);
  const { answer, code } = await peer.answer(request);
  expect(isApproved(code), `${kind} ${code}: ${JSON.stringify(peer.acquirer.state().log.at(-1))}`).toBe(true);
  const record = recordOf(request, readAnswer(answer), institutionsOf(answer));
  journal.approve(record, { voids: more.voids });
  return record;
}

function recordOf(
  { about: kind, trace, batch, amountFen, card, operator, original, pinBlock: pin }: FinancialRequest,
  read: ReturnType<typeof readAnswer>,
  institutions: ReturnType<typeof institutionsOf>,
): TransactionRecord {
  const { pan, expiry, entry } = card;
  const { settlementDate, reference, authCode, organisation, remarks, code: responseCode } = read;
  const asked = { kind, trace, batch, amountFen, approvedFen: amountFen, pan, expiry, entry, operator, original, ...STAMP };
  const told = { settlementDate, reference, authCode, organisation, remarks, responseCode, ...institutions };
  return { ...asked, ...told, state: "approved", pinEntered: pin !== undefined, copiesPrinted: 2 };
}

type AdviceOf = Pick<TransactionRecord, "kind"> & Partial<TransactionRecord>;

async function advise(more: AdviceOf): Promise<TransactionRecord> {
  const blank = { settlementDate: undefined, reference: undefined, authCode: undefined, organisation: undefined };
  const record: TransactionRecord = {
    ...{ state: "pending", trace: journal.nextTrace, batch: journal.batch, amountFen: 1000, approvedFen: more.amountFen ?? 1000 },
    ...{ entry: "swipe", pan: SWIPED.pan, expiry: SWIPED.expiry, operator: "01", ...STAMP, ...blank },
    ...{ responseCode: "", issuer: undefined, acquirer: undefined, remarks: [], pinEntered: false, copiesPrinted: 2 },
    delivery: { state: "pending", attempts: 0 },
    ...more,
  };
  journal.post(record);
  return deliver(record.trace);
}

async function deliver(trace: number): Promise<TransactionRecord> {
  journal.advising(trace);
  const { answer, code } = await peer.answer({ about: "advice", of: journal.find(trace) as TransactionRecord });
  expect(ADVICE_TAKEN.has(code), `${trace} ${code}: ${JSON.stringify(peer.acquirer.state().log.at(-1))}`).toBe(true);
  const { reference, authCode, settlementDate } = readAnswer(answer);
  journal.advised(trace, { state: "delivered", code, reference, authCode, settlementDate, ...institutionsOf(answer) });
  return journal.find(trace) as TransactionRecord;
}

const originalOf = ({ batch, trace, date, reference, authCode, approvedFen, kind }: TransactionRecord): Original => ({
  ...{ batch, trace, date, reference, authCode, amountFen: approvedFen, kind },
});

/** The whole of §5.5; the traces the host never answered are what is left. */
async function settle(): Promise<void> {
  journal.beginSettlement();
  const { batch, totals } = journal.settlement as NonNullable<OpenJournal["settlement"]>;
  const trace = journal.takeTrace();
  const { answer, code } = await peer.answer({ about: "settlement", trace, batch, operator: "01", totals });
  expect(code).toBe("");
  const result = settlementResult(answer);
  journal.settlementAnswered(result);
  const steps = balanced(result) ? [] : uploadOrder(journal.list(), result);
  for (;;) {
    const place = journal.settlement as NonNullable<OpenJournal["settlement"]>;
    const next = nextUpload(steps, place);
    if (next === undefined) break;
    const request: Request =
      next.step.step === "lines"
        ? { about: "upload", trace: journal.takeTrace(), batch, lines: next.step.lines }
        : { about: "upload-record", of: next.step.of };
    const answered = await peer.answer(request);
    expect(answered.code, JSON.stringify(peer.acquirer.state().log.at(-1))).toBe("00");
    journal.uploaded(next.at + 1, failedAfter(place.failed, next.step, true));
  }
  const count = uploadedCount(steps, journal.settlement as NonNullable<OpenJournal["settlement"]>);
  const end = { about: "upload-end", trace: journal.takeTrace(), batch, count, balanced: balanced(result) } as const;
  expect((await peer.answer(end)).code).toBe("00");
  journal.uploadEnded();
  journal.closeBatch({ operator: "01", ...STAMP });
}

/** One of everything; returns what the day's records are. */
async function tradingDay(): Promise<void> {
  const sale = await deal("sale");
  await deal("sale", { card: FOREIGN, amountFen: 2500 });
  await deal("void", { original: originalOf(sale), voids: sale.trace });
  const kept = await deal("sale", { amountFen: 3000 });
  await advise({ kind: "refund", amountFen: 500, original: originalOf(kept) });
  const hold = await deal("preauth", { amountFen: 4000 });
  await deal("preauth-add", { amountFen: 500, original: originalOf(hold) });
  const done = await deal("completion", { amountFen: 4500, original: originalOf(hold) });
  await deal("completion-void", { amountFen: 4500, original: originalOf(done), voids: done.trace });
  await advise({ kind: "completion-advice", amountFen: 4400, original: originalOf(hold) });
  const away = await deal("preauth", { amountFen: 700 });
  await deal("preauth-void", { amountFen: 700, original: originalOf(away) });
  const offline = await advise({
    kind: "offline",
    amountFen: 600,
    authCode: "V00001",
    authority: { mode: "01", institution: "0102" },
  });
  journal.adjust(offline.trace, { amountFen: 650, as: "adjustment" });
  await deliver(offline.trace);
  const foreign = { pan: FOREIGN.pan, expiry: FOREIGN.expiry, organisation: "VIS" };
  await advise({ kind: "offline", amountFen: 100, authCode: "V00002", authority: { mode: "02" }, ...foreign });
  const meal = await deal("sale", { amountFen: 10_000 });
  journal.adjust(meal.trace, { amountFen: 11_000, tipFen: 1000, as: "tip" });
  await deliver(meal.trace);
}

describe("a trading day", () => {
  test("the batch balances, and the next one is open on both sides", async () => {
    await tradingDay();
    expect(journal.totalsBy()).toEqual({
      domestic: {
        debitFen: 1000 + 3000 + 4500 + 4400 + 650 + 11_000,
        debitCount: 6,
        creditFen: 1000 + 500 + 4500,
        creditCount: 3,
      },
      foreign: { debitFen: 2600, debitCount: 2, creditFen: 0, creditCount: 0 },
    });
    expect(journal.holds("20261121")).toEqual([]);
    await settle();
    expect(journal.lastSettlement()).toMatchObject({ batch: 1, result: { domestic: 1, foreign: 1 } });
    expect(await peer.signOn()).toBe(journal.batch);
    expect(peer.acquirer.ledger().settlements).toMatchObject([{ batch: "000001", closed: true, problems: [] }]);
  });

  test("a host with other totals is told every record, and finds each one as it has it", async () => {
    await tradingDay();
    // Its answer to the end of the day said "not balanced" for both: as if its own sums were wrong.
    peer.acquirer.addRule({ match: { mti: "0500" }, answer: { "48": `${"0".repeat(30)}2${"0".repeat(30)}2` } });
    await settle();
    const [settlement] = peer.acquirer.ledger().settlements;
    expect(settlement).toMatchObject({ closed: true, uploaded: 11, told: 11, problems: [] });
  });

  test("a balance is asked for and nothing is kept", async () => {
    const request = { about: "balance", trace: journal.takeTrace(), batch: 1, card: SWIPED, operator: "01" } as const;
    const { answer } = await peer.answer({ ...request, pinBlock: pinBlock(peer.pad, SWIPED.pan, "123456") });
    expect(balanceOf(answer)).toBe(100_000);
  });
});

describe("every request that is not answered is taken back (§2.4)", () => {
  const reverse = async (): Promise<string> => {
    const of = journal.owed as NonNullable<OpenJournal["owed"]>;
    const { code } = await peer.answer({ about: "reversal", of });
    journal.reversed();
    return code;
  };

  test.each([
    ["sale", async () => ({})],
    ["void", async () => ({ original: originalOf(await deal("sale")) })],
    ["preauth", async () => ({})],
    ["preauth-add", async () => ({ original: originalOf(await deal("preauth")) })],
    ["preauth-void", async () => ({ original: originalOf(await deal("preauth")) })],
    ["completion", async () => ({ original: originalOf(await deal("preauth")) })],
    [
      "completion-void",
      async () => ({ original: originalOf(await deal("completion", { original: originalOf(await deal("preauth")) })) }),
    ],
  ] as const satisfies readonly (readonly [FinancialKind, () => Promise<Deal>])[])("%s", async (kind, before) => {
    const request = requestOf(kind, await before());
    const money = JSON.stringify(peer.acquirer.state({ clear: true }).accounts);
    peer.acquirer.addRule({ match: { fields: { 11: String(request.trace).padStart(6, "0") } }, fault: "silence", count: 1 });
    owe(request);
    expect(await peer.ask(request)).toMatchObject({ fate: "silent" });
    expect(await reverse(), JSON.stringify(peer.acquirer.state().log.at(-1))).toBe("00");
    expect(JSON.stringify(peer.acquirer.state({ clear: true }).accounts)).toBe(money);
    expect(journal.owed).toBeUndefined();
  });
});

describe("advices", () => {
  test("one that was not answered goes again and is booked once", async () => {
    const sale = await deal("sale");
    const record = requestOf("refund", { amountFen: 300, original: originalOf(sale), pin: false });
    peer.acquirer.addRule({ match: { mti: "0220" }, fault: "silence", count: 1 });
    await expect(advise({ kind: "refund", amountFen: 300, original: originalOf(sale) })).rejects.toThrow("silent");
    journal.advised(record.trace, { state: "unanswered" });
    expect(journal.pendingAdvices()).toMatchObject([{ trace: record.trace, delivery: { attempts: 1, state: "unanswered" } }]);
    const refunded = await deliver(record.trace);
    expect(refunded).toMatchObject({ state: "approved", delivery: { state: "delivered", attempts: 2, code: "00" } });
    expect(peer.acquirer.ledger().transactions.filter(({ kind }) => kind === "refund")).toHaveLength(1);
  });

  test("with the card in hand it goes as it will go from the record: the host sees the same message", async () => {
    const sale = await deal("sale");
    const live = requestOf("refund", { amountFen: 300, original: originalOf(sale), pin: false });
    expect((await peer.answer(live)).code).toBe("00");
    const again = await advise({ kind: "refund", amountFen: 300, original: originalOf(sale) });
    expect(again.delivery).toMatchObject({ state: "delivered", code: "00" });
    expect(peer.acquirer.ledger().transactions.filter(({ kind }) => kind === "refund")).toHaveLength(1);
  });

  test("an offline sale that is adjusted before it goes is told once, as its adjustment", async () => {
    const record = { kind: "offline", amountFen: 600, approvedFen: 600, authCode: "V00001", authority: { mode: "01" } } as const;
    peer.acquirer.addRule({ match: { mti: "0220" }, fault: "drop-request", count: 1 });
    await expect(advise(record)).rejects.toThrow("silent");
    journal.adjust(1, { amountFen: 650, as: "adjustment" });
    await deliver(1);
    expect(journal.find(1)).toMatchObject({
      amountFen: 650,
      state: "approved",
      delivery: { state: "delivered", as: "adjustment" },
    });
    await settle();
    expect(journal.lastSettlement()).toMatchObject({
      result: { domestic: 1, foreign: 1 },
      totals: { domestic: { debitFen: 650 } },
    });
  });
});

describe("downloads and reports", () => {
  test("parameters and status", async () => {
    const { answer } = await peer.answer({ about: "parameters" });
    const { tags, unknown } = parameterTags(answer);
    expect(unknown).toBeUndefined();
    expect(tags.size).toBeGreaterThan(0);
    const status = Uint8Array.from(Buffer.from("011021031041051"));
    expect((await peer.answer({ about: "status", tags: status })).code).toBe("00");
  });

  test("the host's books of a day, block by block", async () => {
    for (let i = 0; i < 10; i++) await deal("sale", { amountFen: 100 + i });
    const rows: { trace: number; amountFen: number }[] = [];
    for (let block = 1; ; block++) {
      const { answer } = await peer.answer({ about: "statement", date: "20261121", block });
      const page = statementRows(answer);
      rows.push(...(page?.rows ?? []));
      if (page?.last !== false) break;
    }
    expect(rows.map(({ amountFen }) => amountFen)).toEqual(journal.list().map(({ amountFen }) => amountFen));
    expect(rows.map(({ trace }) => trace)).toEqual(journal.list().map(({ trace }) => trace));
  });
});
