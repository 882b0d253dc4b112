/** The journal on the store: see ./journal.ts for the promises, ./records.ts for what lies where. */
import { AssertionError, assert } from "../../platform/guest/assert.ts";
import type { Change, System } from "../../platform/guest/system.ts";
import { DIRECTIONS, MOST_COUNT, MOST_FEN, type SettlementTotals, sumOf } from "../model/ledger.ts";
import { daysBetween } from "../model/dates.ts";
import type { DeclinedRecord, Delivery, ReversalReason, ReversalRecord, TransactionRecord } from "../model/transaction.ts";
import { Batch } from "./batch.ts";
import { DayBook, inOrder, keptOf } from "./book.ts";
import { effectOn, openHolds, outlived, reopened } from "./holds.ts";
import {
  type AdviceResult,
  type ArchivedRecord,
  type ArchivedSettlement,
  type BatchTotals,
  type ClosedBatch,
  type ClosedBy,
  type Days,
  type Hold,
  type Journal,
  JournalError,
  type Settlement,
  type SettlementResult,
} from "./journal.ts";
import {
  ARCHIVE,
  CLOSINGS,
  closingKey,
  DEBT_KEY,
  DECLINED,
  DECLINES,
  declineKey,
  ENTRY,
  type Entry,
  HOLD,
  HOLDS,
  type Kept,
  LAST,
  LAST_KEY,
  MAX_COUNTER,
  META,
  META_KEY,
  type Meta,
  REVERSAL,
  REVERSED,
  reversedKey,
  reversedPrefix,
  SETTLEMENT,
  SETTLEMENT_KEY,
  transactionKey,
  transactionPrefix,
} from "./records.ts";
import { finishRestore, isRestoring } from "./restore.ts";
import { type Damage, SealedTable } from "./table.ts";

export type { Damage } from "./table.ts";

export interface JournalOptions {
  /** Most transactions of one batch (§5.6). */
  maxRecords?: number;
  /** Copies of a slip; one with fewer on paper is unprinted. */
  copies?: 2 | 3;
  /** Records one commit clears away when a batch is closed. */
  clearedAtOnce?: number;
  /** Days the day book keeps, and what it may take in the store. */
  bookDays?: number;
  bookBytes?: number;
}

export interface OpenJournal extends Journal {
  /** Found when opened. While there is any, no new transaction can begin. */
  readonly damage: readonly Damage[];
}

export function openJournal(system: System, options: JournalOptions = {}): OpenJournal {
  const defaults = { maxRecords: 500, copies: 2, clearedAtOnce: 200, bookDays: 90, bookBytes: 2_621_440 } as const;
  return new StoredJournal(system, { ...defaults, ...options });
}

/** Kept for reports; and what those who do not say are given. */
const MOST_DECLINES = 2_000;
const USUAL_DECLINES = 500;

class StoredJournal implements OpenJournal {
  readonly #system: System;
  readonly #options: Required<JournalOptions>;
  readonly #table: SealedTable;
  readonly #book: DayBook;
  #meta: Meta;
  #owes: boolean;
  #batch = new Batch();
  #settlement: Settlement | undefined;

  constructor(system: System, options: Required<JournalOptions>) {
    const { maxRecords, clearedAtOnce, bookDays, bookBytes } = options;
    assert(bookDays >= 1, "the day book keeps a day at least");
    assert(clearedAtOnce >= 1, "something is cleared away at once");
    assert(maxRecords >= 1 && maxRecords < MAX_COUNTER, "a batch holds fewer records than there are traces");
    this.#system = system;
    this.#options = options;
    this.#goOnRestoring();
    this.#table = new SealedTable(system);
    this.#book = new DayBook(this.#table, { days: bookDays, mostBytes: bookBytes });
    this.#meta = this.#openMeta();
    this.#owes = this.#openDebt();
    this.#settlement = this.#openSettlement();
    for (const key of this.#table.keys(HOLDS)) this.#table.examine(key, HOLD);
    this.#openBatch();
    for (const { key, words } of this.damage) system.log.error(`journal: ${key} ${words}`);
    this.#adopt();
    this.#goOnClearing();
  }

  get damage(): readonly Damage[] {
    return this.#table.damage;
  }

  get batch(): number {
    return this.#soundMeta().batch;
  }

  get nextTrace(): number {
    return this.#soundMeta().nextTrace;
  }

  get signedOn(): boolean {
    return this.#soundMeta().signedOn;
  }

  get count(): number {
    this.#soundMeta();
    return this.#batch.lines.length + this.damage.filter(({ key }) => key.startsWith("txn/")).length;
  }

  get nearlyFull(): boolean {
    return this.full || this.count >= 0.9 * this.#options.maxRecords || this.#mostCounted() >= 0.9 * MOST_COUNT;
  }

  get full(): boolean {
    return this.count >= this.#options.maxRecords || this.#mostCounted() >= MOST_COUNT;
  }

  get owed(): ReversalRecord | undefined {
    this.#table.refuseDamaged(DEBT_KEY);
    return this.#owes ? this.#table.read(DEBT_KEY, REVERSAL) : undefined;
  }

  get settlement(): Settlement | undefined {
    this.#table.refuseDamaged(SETTLEMENT_KEY);
    return this.#settlement && structuredCopy(this.#settlement);
  }

  get settleFirst(): number | undefined {
    return this.#soundMeta().hostBatch;
  }

  takeTrace(): number {
    const meta = this.#soundMeta();
    const trace = meta.nextTrace;
    this.#commit({ ...meta, nextTrace: this.#traceAfter(trace) }, []);
    return trace;
  }

  oweReversal(record: ReversalRecord): void {
    const meta = this.#soundMeta();
    this.#refuseNew();
    if (this.#owes) throw new JournalError("owed", "a reversal is owed already; it goes to the host before anything new");
    this.#refuseBeyond(record);
    assert(record.trace === meta.nextTrace, "a request carries the next trace");
    assert(record.batch === meta.batch, "a request belongs to the open batch");
    assert(record.attempts === 0, "nothing was attempted yet");
    assert(!this.#batch.has(record.trace), "no trace is used twice in a batch");
    this.#refuseVoidOfNothing(record);
    this.#commit({ ...meta, nextTrace: this.#traceAfter(record.trace) }, [this.#table.put(DEBT_KEY, record)]);
    this.#owes = true;
  }

  giveReason(reason: ReversalReason, authCode?: string): void {
    const debt = this.#debt();
    this.#commit(this.#meta, [this.#table.put(DEBT_KEY, { ...debt, reason, authCode: authCode ?? debt.authCode })]);
  }

  approve(record: TransactionRecord, also: { voids?: number } = {}): void {
    const debt = this.#debt();
    assert(record.state === "approved", "what the host approved is approved");
    assert(record.trace === debt.trace && record.batch === debt.batch, "the record is of the request that is owed");
    assert(
      record.kind === debt.kind && record.pan === debt.pan && record.amountFen === debt.amountFen,
      "the record tells the same money",
    );
    assert(record.approvedFen >= 0 && record.approvedFen <= record.amountFen, "no more is approved than was asked");
    const meta = this.#soundMeta();
    const entry: Entry = { order: meta.nextOrder, record };
    const voided = also.voids === undefined ? undefined : this.#voided(also.voids);
    this.#commit({ ...meta, nextOrder: meta.nextOrder + 1 }, [
      this.#table.put(transactionKey(record.batch, record.trace), entry),
      ...(voided === undefined ? [] : [this.#putEntry(voided)]),
      ...effectOn(this.#table, record),
      { delete: DEBT_KEY },
    ]);
    this.#owes = false;
    if (voided !== undefined) this.#batch.change(voided);
    if (record.batch === meta.batch) this.#batch.add(entry);
  }

  forgetDebt(): void {
    this.#debt();
    this.#commit(this.#meta, [{ delete: DEBT_KEY }]);
    this.#owes = false;
  }

  countAttempt(): void {
    const debt = this.#debt();
    this.#commit(this.#meta, [this.#table.put(DEBT_KEY, { ...debt, attempts: debt.attempts + 1 })]);
  }

  reversed(): void {
    const reversal = this.#debt();
    const meta = this.#soundMeta();
    this.#commit({ ...meta, nextOrder: meta.nextOrder + 1 }, [
      this.#table.put(reversedKey(reversal.batch, reversal.trace), { order: meta.nextOrder, reversal }),
      { delete: DEBT_KEY },
    ]);
    this.#owes = false;
  }

  post(record: TransactionRecord): void {
    const meta = this.#soundMeta();
    this.#refuseNew();
    this.#refuseBeyond(record);
    assert(record.trace === meta.nextTrace && record.batch === meta.batch, "a record carries the next trace of the open batch");
    assert(!this.#batch.has(record.trace), "no trace is used twice in a batch");
    if (record.kind === "cash") assert(record.state === "approved" && record.delivery === undefined, "nobody is told of cash");
    else {
      assert(["refund", "completion-advice", "offline"].includes(record.kind), "only advices are posted");
      assert(record.state === "pending" && record.delivery?.state === "pending", "an advice is posted before it is delivered");
      assert(record.delivery.attempts === 0 && record.approvedFen === record.amountFen, "an advice is posted whole");
    }
    const entry: Entry = { order: meta.nextOrder, record };
    this.#commit({ ...meta, nextTrace: this.#traceAfter(record.trace), nextOrder: meta.nextOrder + 1 }, [
      this.#putEntry(entry),
      ...effectOn(this.#table, record),
    ]);
    this.#batch.add(entry);
  }

  adjust(trace: number, change: { amountFen: number; tipFen?: number; as: "adjustment" | "tip" }): void {
    const meta = this.#soundMeta();
    this.#refuseNew();
    const entry = this.#entry(trace);
    const { record } = entry;
    const kinds = change.as === "adjustment" ? ["offline"] : ["sale", "offline"];
    if (!kinds.includes(record.kind) || !(record.state === "approved" || record.state === "pending"))
      throw new JournalError("not-found", `a ${record.kind} that is ${record.state} takes no ${change.as}`);
    assert(Number.isSafeInteger(change.amountFen) && change.amountFen > 0, "an amount is whole fen, more than none");
    assert((change.tipFen ?? 0) <= change.amountFen, "a tip is part of the amount");
    if (this.#sumWith(record, change.amountFen - record.approvedFen) > MOST_FEN)
      throw new JournalError("batch-full", "the batch adds up to more than a settlement can say: settle first");
    const { amountFen, approvedFen, tipFen, delivery: told } = record;
    // The host knows what it approved online or took before; of an offline sale still on its way it knows nothing for sure.
    const known = told === undefined || told.state === "delivered" || told.state === "refused";
    const before = known ? { amountFen, approvedFen, tipFen } : told.before;
    const delivery: Delivery = { state: "pending", attempts: 0, as: change.as, trace: meta.nextTrace, before };
    const amounts = { amountFen: change.amountFen, approvedFen: change.amountFen, tipFen: change.tipFen };
    const changed: Entry = { ...entry, record: { ...record, ...amounts, state: "pending", delivery, copiesPrinted: 0 } };
    this.#commit({ ...meta, nextTrace: this.#traceAfter(meta.nextTrace) }, [this.#putEntry(changed)]);
    this.#batch.change(changed);
  }

  advising(trace: number): void {
    const { entry, delivery } = this.#undelivered(trace);
    this.#change({ ...entry, record: { ...entry.record, delivery: { ...delivery, attempts: delivery.attempts + 1 } } });
  }

  advised(trace: number, result: AdviceResult): void {
    const { entry, delivery } = this.#undelivered(trace);
    const record = adviceAnswered(entry.record, delivery, result);
    const undone = record.state === "refused" && record.kind === "completion-advice";
    this.#change({ ...entry, record }, undone ? reopened(this.#table, record.batch, record.trace) : []);
  }

  pendingAdvices(): TransactionRecord[] {
    this.#table.refuseDamaged(transactionPrefix(this.batch));
    return this.#batch.lines.filter(({ undelivered }) => undelivered).map(({ trace }) => this.#entry(trace).record);
  }

  voidLocally(trace: number): void {
    this.#refuseSettling();
    const { entry, delivery } = this.#undelivered(trace);
    if (entry.record.kind !== "offline") throw new JournalError("not-found", "only an offline sale is voided here");
    if (delivery.attempts > 0 || delivery.before !== undefined)
      throw new JournalError("sent", "it has left this terminal: the host may have it");
    this.#change({ ...entry, record: { ...entry.record, state: "voided", delivery: { ...delivery, state: "withdrawn" } } });
  }

  decline(record: DeclinedRecord): void {
    const meta = this.#soundMeta();
    const keys = this.#table.keys(DECLINES);
    const surplus = Math.max(0, keys.length - MOST_DECLINES + 1);
    const young = (key: string): boolean => daysBetween(dayOfDecline(key) ?? record.date, record.date) < this.#options.bookDays;
    const stays = keys.findIndex((key, n) => n >= surplus && young(key));
    const oldest = stays < 0 ? keys : keys.slice(0, stays);
    this.#commit({ ...meta, nextOrder: meta.nextOrder + 1 }, [
      this.#table.put(declineKey(meta.nextOrder, record.date), { order: meta.nextOrder, record }),
      ...oldest.map((key) => ({ delete: key })),
    ]);
  }

  declines(most = USUAL_DECLINES): DeclinedRecord[] {
    assert(Number.isInteger(most) && most >= 0, "declines are counted");
    const keys = this.#table.keys(DECLINES);
    return keys.slice(Math.max(0, keys.length - most)).map((key) => this.#table.read(key, DECLINED).record);
  }

  holds(today: string): Hold[] {
    return openHolds(this.#table, today);
  }

  find(trace: number): TransactionRecord | undefined {
    this.#table.refuseDamaged(transactionKey(this.batch, trace));
    return this.#batch.has(trace) ? this.#entry(trace).record : undefined;
  }

  last(): TransactionRecord | undefined {
    this.#table.refuseDamaged(transactionPrefix(this.batch));
    const line = this.#batch.lines.at(-1);
    return line && this.find(line.trace);
  }

  list(): TransactionRecord[] {
    this.#table.refuseDamaged(transactionPrefix(this.batch));
    return this.#batch.lines.map(({ trace }) => this.#entry(trace).record);
  }

  reversals(): ReversalRecord[] {
    const taken = this.#table.keys(reversedPrefix(this.batch)).map((key) => this.#table.read(key, REVERSED));
    return taken.sort((a, b) => a.order - b.order).map(({ reversal }) => reversal);
  }

  totals(): BatchTotals {
    const { domestic, foreign } = this.totalsBy();
    return sumOf(domestic, foreign);
  }

  totalsBy(): SettlementTotals {
    this.#table.refuseDamaged(transactionPrefix(this.batch));
    return this.#batch.totals;
  }

  markPrinted(trace: number, copies: number): void {
    assert(Number.isInteger(copies) && copies >= 0, "copies are counted");
    const entry = this.#entry(trace);
    this.#change({ ...entry, record: { ...entry.record, copiesPrinted: copies } });
  }

  unprinted(): TransactionRecord | undefined {
    this.#table.refuseDamaged(transactionPrefix(this.batch));
    const line = this.#batch.lines.findLast(({ copiesPrinted }) => copiesPrinted < this.#options.copies);
    return line && this.find(line.trace);
  }

  signOn(batch: number): void {
    const meta = this.#soundMeta();
    assert(Number.isInteger(batch) && batch >= 1 && batch <= MAX_COUNTER, "a batch number has six digits and is not zero");
    const open = this.count > 0 || this.#settlement !== undefined;
    if (batch === meta.batch || open) {
      if (batch !== meta.batch)
        this.#system.log.warn(`the host is at batch ${batch}; batch ${meta.batch} is to be settled first`);
      this.#commit({ ...meta, signedOn: true, hostBatch: batch === meta.batch ? undefined : batch }, []);
      return;
    }
    this.#clear();
    this.#commit({ ...this.#meta, batch, signedOn: true, hostBatch: undefined }, []);
    this.#openBatch();
  }

  signOff(): void {
    this.#commit({ ...this.#soundMeta(), signedOn: false }, []);
  }

  needSignOn(): void {
    this.signOff();
  }

  beginSettlement(): void {
    const meta = this.#soundMeta();
    this.#table.refuseDamaged("");
    this.#refuseSettling();
    if (this.#owes) throw new JournalError("owed", "a reversal is owed: it goes to the host before the settlement");
    const totals = this.#batch.totals;
    this.#putSettlement({ batch: meta.batch, totals, uploaded: 0, rounds: 0, ended: false, failed: [] });
  }

  abandonSettlement(): void {
    const { result } = this.#settling();
    if (result !== undefined) throw new JournalError("settling", "the host has answered: the settlement goes on");
    this.#commit(this.#meta, [{ delete: SETTLEMENT_KEY }]);
    this.#settlement = undefined;
  }

  settlementAnswered(result: SettlementResult): void {
    const settlement = this.#settling();
    assert(settlement.uploaded === 0 && settlement.rounds === 0 && !settlement.ended, "the verdict comes before the upload");
    this.#putSettlement({ ...settlement, result: { domestic: result.domestic, foreign: result.foreign } });
  }

  uploaded(count: number, failed?: readonly number[]): void {
    const settlement = this.#settling();
    assert(settlement.result !== undefined && !settlement.ended, "the upload follows the verdict and ends before the end");
    assert(Number.isInteger(count) && count >= 0 && count <= MAX_COUNTER, "steps are counted");
    const rounds = settlement.rounds + (count < settlement.uploaded ? 1 : 0);
    this.#putSettlement({ ...settlement, uploaded: count, rounds, failed: [...(failed ?? settlement.failed)] });
  }

  uploadEnded(): void {
    const settlement = this.#settling();
    assert(settlement.result !== undefined, "an upload ends after the host's verdict");
    this.#putSettlement({ ...settlement, ended: true });
  }

  closeBatch(closedBy?: ClosedBy): void {
    const meta = this.#soundMeta();
    this.#table.refuseDamaged("");
    const { batch, totals, result, failed, ended } = this.#settling();
    assert(ended && batch === meta.batch, "a batch is closed when its upload has ended");
    assert(!this.#owes, "nothing is owed when a batch is closed");
    // What the batch before left behind goes first, or it would be taken for this one's.
    this.#adopt();
    this.#clear();
    const next = meta.hostBatch ?? (batch >= MAX_COUNTER ? 1 : batch + 1);
    const newest = this.last()?.date ?? closedBy?.date;
    const closing = this.#meta.nextOrder;
    const name = closingKey(closing, closedBy?.date ?? newest ?? "00000000", batch);
    this.#commit({ ...this.#meta, batch: next, hostBatch: undefined, clearing: batch, nextOrder: closing + 1 }, [
      this.#table.put(name, { batch, totals, result, failed, closedBy }),
      { delete: SETTLEMENT_KEY },
      // What could not be adopted cannot be read.
      ...[LAST_KEY, ...this.#table.keys(ARCHIVE)].filter((key) => this.#table.has(key)).map((key) => ({ delete: key })),
      ...(newest === undefined ? [] : outlived(this.#table, newest)),
    ]);
    this.#settlement = undefined;
    this.#openBatch();
    this.#goOnClearing();
  }

  lastSettlement(): ArchivedSettlement | undefined {
    if (this.#table.has(LAST_KEY)) return { ...this.#table.read(LAST_KEY, LAST), records: inOrder(this.#unbooked()) };
    const newest = this.#book.newest();
    return newest && this.closedBatch(newest.closing);
  }

  closedBatches(): ClosedBatch[] {
    return this.#book
      .closings()
      .map(({ closing, batch, date }) => ({ closing, batch, date }))
      .reverse();
  }

  closedBatch(closing: number): ArchivedSettlement | undefined {
    const closings = this.#book.closings();
    const found = closings.find((each) => each.closing === closing);
    if (found === undefined) return undefined;
    const unbooked = found === closings.at(-1) ? this.#unbooked() : [];
    return { ...this.#book.summary(found), records: inOrder([...this.#book.read({ closing }), ...unbooked]) };
  }

  booked(wanted: Days | { trace: number }): ArchivedRecord[] {
    const fits = ({ record: { trace, date } }: Kept): boolean =>
      "trace" in wanted ? trace === wanted.trace : date >= wanted.from && date <= wanted.to;
    return inOrder([...this.#book.read(wanted), ...this.#unbooked().filter(fits)]);
  }

  bookedDays(): string[] {
    const unbooked = this.#unbooked().map(({ record }) => record.date);
    return [...new Set([...this.#book.days(), ...unbooked])].sort();
  }

  declinesOn({ from, to }: Days): DeclinedRecord[] {
    const within = (day: string): boolean => day >= from && day <= to;
    return this.#table
      .keys(DECLINES)
      .filter((key) => within(dayOfDecline(key) ?? from))
      .map((key) => this.#table.read(key, DECLINED).record)
      .filter(({ date }) => within(date));
  }

  get letGo(): string | undefined {
    return this.#soundMeta().letGo;
  }

  /** A backup that was being put back is put back whole before anything is read. */
  #goOnRestoring(): void {
    try {
      finishRestore(this.#system);
    } catch (error) {
      if (isRestoring(this.#system)) throw error;
      this.#system.log.error("journal: what a restore left behind could not be cleared away", error);
    }
  }

  /** Of the batch that was closed last: what has not reached the book, or lies as earlier firmware left it. */
  #unbooked(): Kept[] {
    const left = this.#meta.clearing === undefined ? [] : this.#table.keys(transactionPrefix(this.#meta.clearing));
    return [
      ...this.#book.oldChunks().flatMap(({ entries }) => entries),
      ...left.map((key) => keptOf(this.#table.read(key, ENTRY))),
    ];
  }

  /** The one settlement that earlier firmware kept goes into the book; what cannot be now is left where it is and tried at the next start. */
  #adopt(): void {
    if (this.damage.length > 0) return;
    try {
      if (this.#table.has(LAST_KEY)) this.#adoptSums();
      const closing = this.#book.newest()?.closing;
      if (closing === undefined) return;
      for (const { key, entries } of this.#book.oldChunks())
        this.#commit(this.#meta, [...this.#book.file(entries, closing), { delete: key }]);
    } catch (error) {
      if (error instanceof AssertionError) throw error;
      this.#system.log.error("journal: the last settlement could not be put into the day book", error);
    }
  }

  /** Of the days before it, and of its first, earlier firmware kept nothing else. */
  #adoptSums(): void {
    const meta = this.#meta;
    const summary = this.#table.read(LAST_KEY, LAST);
    const [first] = inOrder(this.#unbooked());
    const date = summary.closedBy?.date ?? first?.date ?? "00000000";
    this.#commit({ ...meta, nextOrder: meta.nextOrder + 1, letGo: first?.date ?? date }, [
      this.#table.put(closingKey(meta.nextOrder, date, summary.batch), summary),
      { delete: LAST_KEY },
    ]);
  }

  /** Moving may fail for now without harm: the batch is closed already. */
  #goOnClearing(): void {
    if (this.#meta.clearing === undefined || this.damage.length > 0) return;
    try {
      this.#clear();
    } catch (error) {
      if (error instanceof AssertionError) throw error;
      this.#system.log.error("journal: the last batch could not be moved into the day book; the next start tries again", error);
    }
  }

  /** Moves the records of the closed batch into the book, without card numbers; last, what the book has no room for is let go. */
  #clear(): void {
    const batch = this.#meta.clearing;
    if (batch === undefined) return;
    assert(batch !== this.#meta.batch, "only a closed batch is cleared away");
    const closing = this.#book.newest()?.closing;
    assert(closing !== undefined, "what is cleared away was closed");
    for (const keys of this.#portions(transactionPrefix(batch))) {
      const entries = keys.map((key) => keptOf(this.#table.read(key, ENTRY)));
      this.#commit(this.#meta, [...this.#book.file(entries, closing), ...keys.map((key) => ({ delete: key }))]);
    }
    for (const keys of this.#portions(reversedPrefix(batch)))
      this.#commit(
        this.#meta,
        keys.map((key) => ({ delete: key })),
      );
    const { changes, day } = this.#book.letGo();
    this.#commit({ ...this.#meta, clearing: undefined, letGo: laterOf(this.#meta.letGo, day) }, changes);
  }

  #portions(prefix: string): string[][] {
    const keys = this.#table.keys(prefix);
    const { clearedAtOnce } = this.#options;
    return Array.from({ length: Math.ceil(keys.length / clearedAtOnce) }, (_, n) =>
      keys.slice(n * clearedAtOnce, (n + 1) * clearedAtOnce),
    );
  }

  #openMeta(): Meta {
    const first: Meta = { batch: 1, nextTrace: 1, signedOn: false, nextOrder: 1 };
    if (this.#table.has(META_KEY)) return this.#table.examine(META_KEY, META) ?? first;
    const orphan = ["txn/", "rev/", DEBT_KEY, SETTLEMENT_KEY, CLOSINGS].some((prefix) => this.#table.keys(prefix).length > 0);
    if (orphan) this.#table.report(META_KEY, "is gone, but records of money are there");
    return first;
  }

  #openDebt(): boolean {
    if (!this.#table.has(DEBT_KEY)) return false;
    const debt = this.#table.examine(DEBT_KEY, REVERSAL);
    if (debt !== undefined && this.#table.has(transactionKey(debt.batch, debt.trace)))
      this.#table.report(DEBT_KEY, "owes the reversal of a transaction that stands as approved");
    return true;
  }

  #openSettlement(): Settlement | undefined {
    if (!this.#table.has(SETTLEMENT_KEY)) return undefined;
    const settlement = this.#table.examine(SETTLEMENT_KEY, SETTLEMENT);
    if (settlement !== undefined && settlement.batch !== this.#meta.batch)
      this.#table.report(SETTLEMENT_KEY, "settles another batch");
    return settlement;
  }

  /** Reads the open batch into the index; each record is unsealed once to be sure of it. */
  #openBatch(): void {
    this.#batch = new Batch();
    this.#table.forget("txn/");
    this.#table.forget("rev/");
    const entries: Entry[] = [];
    for (const key of this.#table.keys(transactionPrefix(this.#meta.batch))) {
      const entry = this.#table.examine(key, ENTRY);
      if (entry === undefined) continue;
      if (transactionKey(entry.record.batch, entry.record.trace) === key) entries.push(entry);
      else this.#table.report(key, "holds another transaction");
    }
    for (const entry of entries.sort((a, b) => a.order - b.order)) this.#batch.add(entry);
    for (const key of this.#table.keys(reversedPrefix(this.#meta.batch))) this.#table.examine(key, REVERSED);
  }

  /** Before anything new begins (§5.3). */
  #refuseNew(): void {
    this.#table.refuseDamaged("");
    this.#refuseSettling();
    const { hostBatch, batch, clearing } = this.#meta;
    if (hostBatch !== undefined)
      throw new JournalError("settle-first", `the host is at batch ${hostBatch}: settle batch ${batch} first`);
    assert(clearing !== batch, "a batch that is cleared away takes nothing new");
  }

  #refuseSettling(): void {
    if (this.#settlement !== undefined)
      throw new JournalError("settling", `the settlement of batch ${this.#settlement.batch} is not finished`);
  }

  #refuseBeyond(record: Pick<TransactionRecord, "kind" | "amountFen">): void {
    if (this.count >= this.#options.maxRecords)
      throw new JournalError("batch-full", `the batch has ${this.#options.maxRecords} transactions: settle first`);
    if (this.#mostCounted() >= MOST_COUNT || this.#sumWith(record, record.amountFen) > MOST_FEN)
      throw new JournalError("batch-full", "the batch adds up to more than a settlement can say: settle first");
  }

  #mostCounted(): number {
    const { domestic, foreign } = this.#batch.totals;
    return Math.max(domestic.debitCount, domestic.creditCount, foreign.debitCount, foreign.creditCount);
  }

  /** What the record's side would add up to with so much more; whatever its region turns out to be. */
  #sumWith({ kind }: Pick<TransactionRecord, "kind">, moreFen: number): number {
    const direction = DIRECTIONS[kind];
    if (direction === "none") return 0;
    const { domestic, foreign } = this.#batch.totals;
    return Math.max(domestic[`${direction}Fen`], foreign[`${direction}Fen`]) + moreFen;
  }

  /** Before money moves: what is to be voided stands, and whole. */
  #refuseVoidOfNothing({ kind, amountFen, original, batch }: ReversalRecord): void {
    if (kind !== "void" && kind !== "completion-void") return;
    if (original?.trace === undefined || original.batch !== batch) return;
    const line = this.#batch.get(original.trace);
    if (line?.state !== "approved" || line.amountFen !== amountFen)
      throw new JournalError("not-found", `transaction ${original.trace} does not stand with this amount and cannot be voided`);
  }

  #voided(trace: number): Entry {
    const entry = this.#entry(trace);
    if (entry.record.state !== "approved")
      throw new JournalError("not-found", `transaction ${trace} is ${entry.record.state} and cannot be voided`);
    return { ...entry, record: { ...entry.record, state: "voided" } };
  }

  #entry(trace: number): Entry {
    const key = transactionKey(this.batch, trace);
    this.#table.refuseDamaged(key);
    if (!this.#batch.has(trace)) throw new JournalError("not-found", `no transaction ${trace} in this batch`);
    return this.#table.read(key, ENTRY);
  }

  #undelivered(trace: number): { entry: Entry; delivery: Delivery } {
    const entry = this.#entry(trace);
    const { delivery } = entry.record;
    if (delivery?.state !== "pending" && delivery?.state !== "unanswered")
      throw new JournalError("not-found", `transaction ${trace} has nothing to deliver`);
    return { entry, delivery };
  }

  #change(entry: Entry, also: Change[] = []): void {
    this.#commit(this.#meta, [this.#putEntry(entry), ...also]);
    this.#batch.change(entry);
  }

  #putEntry(entry: Entry): Change {
    return this.#table.put(transactionKey(entry.record.batch, entry.record.trace), entry);
  }

  #settling(): Settlement {
    this.#table.refuseDamaged(SETTLEMENT_KEY);
    if (this.#settlement === undefined) throw new JournalError("not-found", "no settlement is under way");
    return this.#settlement;
  }

  #putSettlement(settlement: Settlement): void {
    this.#commit(this.#meta, [this.#table.put(SETTLEMENT_KEY, settlement)]);
    this.#settlement = settlement;
  }

  #debt(): ReversalRecord {
    const debt = this.owed;
    if (debt === undefined) throw new JournalError("not-found", "no reversal is owed");
    return debt;
  }

  #traceAfter(trace: number): number {
    let next = trace;
    do next = next >= MAX_COUNTER ? 1 : next + 1;
    while (this.#batch.has(next));
    return next;
  }

  #soundMeta(): Meta {
    this.#table.refuseDamaged(META_KEY);
    return this.#meta;
  }

  /** One atomic write; memory follows only when it is on the disk. */
  #commit(meta: Meta, changes: readonly Change[]): void {
    const moved = meta !== this.#meta;
    this.#table.commit(moved ? [...changes, this.#table.put(META_KEY, meta)] : changes);
    this.#meta = meta;
  }
}

/** What an advice has become by its answer. */
function adviceAnswered(record: TransactionRecord, delivery: Delivery, result: AdviceResult): TransactionRecord {
  const told: Delivery = { ...delivery, state: result.state, code: result.code ?? delivery.code };
  if (result.state === "unanswered") return { ...record, delivery: told };
  if (result.state === "refused") {
    // A refused adjustment or tip leaves what the host knew before; a refused advice leaves nothing.
    if (delivery.before === undefined) return { ...record, state: "refused", delivery: told };
    const { amountFen, approvedFen, tipFen } = delivery.before;
    return { ...record, amountFen, approvedFen, tipFen, state: "approved", delivery: told };
  }
  return {
    ...record,
    state: "approved",
    responseCode: result.code ?? record.responseCode,
    // An adjustment's answer has a reference of its own; the transaction keeps the one it was known by first.
    reference: record.reference ?? result.reference,
    authCode: record.authCode ?? result.authCode,
    settlementDate: result.settlementDate ?? record.settlementDate,
    organisation: record.organisation ?? result.organisation,
    issuer: result.issuer ?? record.issuer,
    acquirer: result.acquirer ?? record.acquirer,
    delivery: { ...told, before: undefined },
  };
}

/** YYYYMMDD; those of earlier firmware do not say. */
const dayOfDecline = (key: string): string | undefined => key.split("/")[2];

const laterOf = (a: string | undefined, b: string | undefined): string | undefined => (b === undefined || (a ?? "") > b ? a : b);

function structuredCopy(settlement: Settlement): Settlement {
  return { ...settlement, failed: [...settlement.failed] };
}
