/** The journal on the store: see ./journal.ts for the promises, ./records.ts for what lies where. Each verb is a file's; here they are one thing. */
import { assert } from "../../platform/guest/assert.ts";
import type { System } from "../../platform/guest/system.ts";
import { type SettlementTotals, sumOf } from "../model/ledger.ts";
import type { DeclinedRecord, ReversalReason, ReversalRecord, TransactionRecord } from "../model/transaction.ts";
import { adopt } from "./adoption.ts";
import * as advices from "./advices.ts";
import * as closing from "./closing.ts";
import * as debt from "./debt.ts";
import * as declined from "./declines.ts";
import * as history from "./history.ts";
import { openHolds } from "./holds.ts";
import type {
  AdviceResult,
  ArchivedRecord,
  ArchivedSettlement,
  BatchTotals,
  ClosedBatch,
  ClosedBy,
  Days,
  Hold,
  Journal,
  Settlement,
  SettlementResult,
} from "./journal.ts";
import { countOf, isFull, isNearlyFull } from "./limits.ts";
import { REVERSED, reversedPrefix, transactionPrefix } from "./records.ts";
import * as settlement from "./settlement.ts";
import { type JournalOptions, State } from "./state.ts";
import type { Damage } from "./table.ts";

export type { JournalOptions } from "./state.ts";
export type { Damage } from "./table.ts";

export interface OpenJournal extends Journal {
  /** Found when opened. While there is any, no new transaction can begin. */
  readonly damage: readonly Damage[];
}

export function openJournal(system: System, options: JournalOptions = {}): OpenJournal {
  const defaults = { maxRecords: 500, copies: 2, clearedAtOnce: 200, bookDays: 90, bookBytes: 2_621_440 } as const;
  const state = new State(system, { ...defaults, ...options });
  adopt(state);
  closing.goOnClearing(state);
  return new StoredJournal(state);
}

class StoredJournal implements OpenJournal {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  get damage(): readonly Damage[] {
    return this.#state.damage;
  }
  get batch(): number {
    return this.#state.soundMeta.batch;
  }
  get nextTrace(): number {
    return this.#state.soundMeta.nextTrace;
  }
  get signedOn(): boolean {
    return this.#state.soundMeta.signedOn;
  }
  get settleFirst(): number | undefined {
    return this.#state.soundMeta.hostBatch;
  }
  get letGo(): string | undefined {
    return this.#state.soundMeta.letGo;
  }
  get count(): number {
    this.#refuseDamagedCounters();
    return countOf(this.#state);
  }
  get nearlyFull(): boolean {
    this.#refuseDamagedCounters();
    return isNearlyFull(this.#state);
  }
  get full(): boolean {
    this.#refuseDamagedCounters();
    return isFull(this.#state);
  }

  takeTrace(): number {
    const meta = this.#state.soundMeta;
    const trace = meta.nextTrace;
    this.#state.commit({ ...meta, nextTrace: this.#state.traceAfter(trace) }, []);
    return trace;
  }

  get owed(): ReversalRecord | undefined {
    return debt.owedBy(this.#state);
  }
  get debts(): { reversals: 0 | 1; advices: number } {
    return { reversals: this.#state.owes ? 1 : 0, advices: advices.countPending(this.#state) };
  }
  oweReversal(record: ReversalRecord): void {
    debt.oweReversal(this.#state, record);
  }
  giveReason(reason: ReversalReason, authCode?: string, field55?: string): void {
    debt.giveReason(this.#state, reason, authCode, field55);
  }
  approve(record: TransactionRecord, also: { voids?: number } = {}): void {
    debt.approve(this.#state, record, also);
  }
  forgetDebt(): void {
    debt.forgetDebt(this.#state);
  }
  countAttempt(): void {
    debt.countAttempt(this.#state);
  }
  reversed(): void {
    debt.reversed(this.#state);
  }

  post(record: TransactionRecord): void {
    advices.post(this.#state, record);
  }
  adjust(trace: number, change: { amountFen: number; tipFen?: number; as: "adjustment" | "tip" }): void {
    advices.adjust(this.#state, trace, change);
  }
  advising(trace: number): void {
    advices.advising(this.#state, trace);
  }
  advised(trace: number, result: AdviceResult): void {
    advices.advised(this.#state, trace, result);
  }
  pendingAdvices(): TransactionRecord[] {
    return advices.pendingAdvices(this.#state);
  }
  voidLocally(trace: number): void {
    advices.voidLocally(this.#state, trace);
  }

  decline(record: DeclinedRecord): void {
    declined.decline(this.#state, record);
  }
  declines(most?: number): DeclinedRecord[] {
    return declined.declines(this.#state, most);
  }
  declinesOn(days: Days): DeclinedRecord[] {
    return declined.declinesOn(this.#state, days);
  }

  holds(today: string): Hold[] {
    return openHolds(this.#state.table, today);
  }

  find(trace: number): TransactionRecord | undefined {
    return this.#state.find(trace);
  }
  last(): TransactionRecord | undefined {
    return this.#state.last();
  }
  list(): TransactionRecord[] {
    this.#refuseDamagedBatch();
    return this.#state.batch.lines.map(({ trace }) => this.#state.entry(trace).record);
  }
  reversals(): ReversalRecord[] {
    const { table } = this.#state;
    const taken = table.keys(reversedPrefix(this.batch)).map((key) => table.read(key, REVERSED));
    return taken.sort((a, b) => a.order - b.order).map(({ reversal }) => reversal);
  }
  totals(): BatchTotals {
    const { domestic, foreign } = this.totalsBy();
    return sumOf(domestic, foreign);
  }
  totalsBy(): SettlementTotals {
    this.#refuseDamagedBatch();
    return this.#state.batch.totals;
  }

  markPrinted(trace: number, copies: number): void {
    assert(Number.isInteger(copies) && copies >= 0, "copies are counted");
    const entry = this.#state.entry(trace);
    this.#state.change({ ...entry, record: { ...entry.record, copiesPrinted: copies } });
  }
  unprinted(): TransactionRecord | undefined {
    this.#refuseDamagedBatch();
    const { batch, options } = this.#state;
    const line = batch.lines.findLast(({ copiesPrinted }) => copiesPrinted < options.copies);
    return line && this.find(line.trace);
  }

  signOn(batch: number): void {
    closing.signOn(this.#state, batch);
  }
  signOff(): void {
    this.#state.commit({ ...this.#state.soundMeta, signedOn: false }, []);
  }
  needSignOn(): void {
    this.signOff();
  }

  get settlement(): Settlement | undefined {
    return settlement.settlementOf(this.#state);
  }
  beginSettlement(): void {
    settlement.beginSettlement(this.#state);
  }
  abandonSettlement(): void {
    settlement.abandonSettlement(this.#state);
  }
  settlementAnswered(result: SettlementResult): void {
    settlement.settlementAnswered(this.#state, result);
  }
  uploaded(count: number, failed?: readonly number[], refused?: readonly number[]): void {
    settlement.uploaded(this.#state, count, failed, refused);
  }
  uploadEnded(): void {
    settlement.uploadEnded(this.#state);
  }
  closeBatch(by?: ClosedBy): void {
    closing.closeBatch(this.#state, by);
  }

  lastSettlement(): ArchivedSettlement | undefined {
    return history.lastSettlement(this.#state);
  }
  closedBatches(): ClosedBatch[] {
    return history.closedBatches(this.#state);
  }
  closedBatch(closed: number): ArchivedSettlement | undefined {
    return history.closedBatch(this.#state, closed);
  }
  booked(wanted: Days | { trace: number }): ArchivedRecord[] {
    return history.booked(this.#state, wanted);
  }
  bookedDays(): string[] {
    return history.bookedDays(this.#state);
  }

  #refuseDamagedCounters(): void {
    void this.#state.soundMeta;
  }

  #refuseDamagedBatch(): void {
    this.#state.table.refuseDamaged(transactionPrefix(this.batch));
  }
}
