/** Journals on a disk that can fail, and what is written into them. */
import { JournalError } from "../../../app/journal/journal.ts";
import { openJournal, type JournalOptions, type OpenJournal } from "../../../app/journal/open.ts";
import type { DeclinedRecord, ReversalRecord, TransactionRecord } from "../../../app/model/transaction.ts";
import { openStore } from "../../../platform/guest/store.ts";
import type { Store, System } from "../../../platform/guest/system.ts";
import { createFakeSystem } from "../../fakes/system.ts";
import type { FaultyDisk } from "../../platform/guest/faulty-disk.ts";

export const PAN = "6229990000000000019";

export function systemOn(disk: FaultyDisk): System {
  const system = createFakeSystem();
  return { ...system, store: openStore(disk, system.log) };
}

export const journalOn = (disk: FaultyDisk, options?: JournalOptions): OpenJournal => openJournal(systemOn(disk), options);

export const EVER = { from: "00000000", to: "99999999" };

/** The reversal a request of this journal would owe. */
export function owedNext(journal: OpenJournal, over: Partial<ReversalRecord> = {}): ReversalRecord {
  return {
    kind: "sale",
    reason: "98",
    batch: journal.batch,
    trace: journal.nextTrace,
    amountFen: 10_000,
    pan: PAN,
    expiry: "3012",
    entry: "swipe",
    entryMode: "021",
    security: "2610000000000000",
    authCode: undefined,
    operator: "01",
    date: "20261121",
    time: "090000",
    attempts: 0,
    ...over,
  };
}

/** The record that settles it. */
export function approvedOf(owed: ReversalRecord, over: Partial<TransactionRecord> = {}): TransactionRecord {
  const { kind, batch, trace, amountFen, pan, expiry, entry, operator, date, time } = owed;
  return {
    kind,
    state: "approved",
    batch,
    trace,
    amountFen,
    approvedFen: amountFen,
    entry,
    pan,
    expiry,
    operator,
    date,
    time,
    settlementDate: "1122",
    reference: "000000000001",
    authCode: "A00001",
    responseCode: "00",
    issuer: "03080000",
    acquirer: "48021000",
    organisation: undefined,
    remarks: ["招商银行", "line two"],
    pinEntered: true,
    copiesPrinted: 0,
    ...over,
  };
}

/** An advice as it is posted. */
export function postedNext(journal: OpenJournal, over: Partial<TransactionRecord> = {}): TransactionRecord {
  const asked = approvedOf(owedNext(journal), { kind: "offline", settlementDate: undefined, reference: undefined, ...over });
  return { ...asked, state: "pending", delivery: { state: "pending", attempts: 0 } };
}

/** Sells 1, posts an offline sale 2, holds 3. */
export function dayOf(journal: OpenJournal): void {
  sell(journal);
  journal.post(postedNext(journal));
  const owed = owedNext(journal, { kind: "preauth" });
  journal.oweReversal(owed);
  journal.approve(approvedOf(owed));
}

/** A whole sale. */
export function sell(journal: OpenJournal, amountFen = 10_000, date = "20261121"): TransactionRecord {
  const owed = owedNext(journal, { amountFen, date });
  journal.oweReversal(owed);
  const record = approvedOf(owed);
  journal.approve(record);
  return record;
}

/** With properties in one order: what comes from the day book may have another. */
const ordered = (_key: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** All that a journal says, for comparing. */
export function pictureOf(journal: OpenJournal): string {
  const { batch, nextTrace, count, owed, signedOn, damage } = journal;
  const lists = { list: journal.list(), reversals: journal.reversals(), totals: journal.totalsBy(), last: journal.last() };
  const { settlement, settleFirst } = journal;
  const more = { holds: journal.holds("20261121"), declines: journal.declines(), advices: journal.pendingAdvices() };
  const archive = journal.lastSettlement();
  const book = { booked: journal.booked(EVER), closed: journal.closedBatches().map(({ batch }) => batch), letGo: journal.letGo };
  return JSON.stringify(
    { batch, nextTrace, count, owed, signedOn, damage, settlement, settleFirst, archive, ...book, ...more, ...lists },
    ordered,
  );
}

/** A request that came to nothing. */
export const declinedOf = (over: Partial<DeclinedRecord> = {}): DeclinedRecord => ({
  ...{ kind: "sale", trace: 1, amountFen: 100, masked: "622999*********0019", entry: "swipe", operator: "01" },
  ...{ date: "20261121", time: "090000", code: "51", ...over },
});

/** What the journal refuses it with, or "done". */
export function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof JournalError) return error.code;
    throw error;
  }
  return "done";
}

/** A settlement that balances at once. */
export function settleAll(journal: OpenJournal, date = "20261121"): void {
  journal.beginSettlement();
  journal.settlementAnswered({ domestic: 1, foreign: 1 });
  journal.uploadEnded();
  journal.closeBatch({ operator: "01", date, time: "180000" });
}

/** `asked` are the beginnings that names were asked for by, `commits` how many changes each commit had. */
interface MemoryStore extends Store {
  asked: string[];
  commits: number[];
}

/** A store of these items, or of so many bytes each, that is gone with the test. */
export function storeOf(items: Record<string, number | Uint8Array>): MemoryStore {
  const held = new Map(Object.entries(items).map(([key, of]) => [key, typeof of === "number" ? new Uint8Array(of) : of]));
  const asked: string[] = [];
  const commits: number[] = [];
  return {
    asked,
    commits,
    get: (key) => held.get(key),
    keys(prefix) {
      asked.push(prefix);
      return [...held.keys()].filter((key) => key.startsWith(prefix)).sort();
    },
    commit(changes) {
      commits.push(changes.length);
      for (const change of changes) "put" in change ? held.set(change.put, change.value) : held.delete(change.delete);
    },
  };
}
