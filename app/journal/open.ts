/** The journal on the store: see ./journal.ts for the promises, ./records.ts for what lies where. */
import { assert } from "../../platform/guest/assert.ts";
import { type Change, StoreError, type StoreFault, type System } from "../../platform/guest/system.ts";
import { contribution, type Direction } from "../model/ledger.ts";
import type { ReversalReason, ReversalRecord, TransactionRecord } from "../model/transaction.ts";
import { type BatchTotals, type Journal, JournalError } from "./journal.ts";
import {
  DEBT_KEY,
  ENTRY,
  type Entry,
  MAX_COUNTER,
  META,
  META_KEY,
  type Meta,
  pack,
  REVERSAL,
  REVERSED,
  reversedKey,
  reversedPrefix,
  type Shape,
  transactionKey,
  transactionPrefix,
  unpack,
} from "./records.ts";

/** A record that cannot be read. Nothing is skipped: what would need it throws JournalError "damaged". */
export interface Damage {
  key: string;
  words: string;
}

export interface JournalOptions {
  /** Most transactions of one batch (§5.6). */
  maxRecords?: number;
  /** Copies of a slip; one with fewer on paper is unprinted. */
  copies?: 2 | 3;
}

export interface OpenJournal extends Journal {
  /** Found when opened. While there is any, no new transaction can begin. */
  readonly damage: readonly Damage[];
}

export function openJournal(system: System, options: JournalOptions = {}): OpenJournal {
  return new StoredJournal(system, options.maxRecords ?? 500, options.copies ?? 2);
}

/** What is kept of a transaction in memory: enough to find and add up, nothing of the card. */
interface Line {
  trace: number;
  order: number;
  direction: Direction;
  amountFen: number;
  copiesPrinted: number;
}

/** What a refusal of the store is to those who keep the record of money. */
const CODES: Record<StoreFault, "disk-full" | "io" | "damaged"> = {
  "disk-full": "disk-full",
  io: "io",
  "too-large": "io",
  damaged: "damaged",
  newer: "damaged",
};

class StoredJournal implements OpenJournal {
  readonly #system: System;
  readonly #maxRecords: number;
  readonly #copies: number;
  #meta: Meta;
  #owes: boolean;
  /** Of the open batch: by trace, and oldest first. */
  #byTrace = new Map<number, Line>();
  #lines: Line[] = [];
  #damage: Damage[] = [];

  constructor(system: System, maxRecords: number, copies: number) {
    assert(maxRecords >= 1 && maxRecords < MAX_COUNTER, "a batch holds fewer records than there are traces");
    this.#system = system;
    this.#maxRecords = maxRecords;
    this.#copies = copies;
    this.#meta = this.#openMeta();
    this.#owes = this.#openDebt();
    this.#openBatch();
    for (const { key, words } of this.#damage) system.log.error(`journal: ${key} ${words}`);
  }

  get damage(): readonly Damage[] {
    return this.#damage;
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
    return this.#lines.length + this.#damage.filter(({ key }) => key.startsWith("txn/")).length;
  }

  get owed(): ReversalRecord | undefined {
    this.#refuseDamaged(DEBT_KEY);
    return this.#owes ? this.#read(DEBT_KEY, REVERSAL) : undefined;
  }

  takeTrace(): number {
    const meta = this.#soundMeta();
    const trace = meta.nextTrace;
    this.#commit({ ...meta, nextTrace: this.#traceAfter(trace) }, []);
    return trace;
  }

  oweReversal(record: ReversalRecord): void {
    const meta = this.#soundMeta();
    this.#refuseDamaged("");
    if (this.#owes) throw new JournalError("owed", "a reversal is owed already; it goes to the host before anything new");
    if (this.count >= this.#maxRecords)
      throw new JournalError("batch-full", `the batch has ${this.#maxRecords} transactions: settle first`);
    assert(record.trace === meta.nextTrace, "a request carries the next trace");
    assert(record.batch === meta.batch, "a request belongs to the open batch");
    assert(record.attempts === 0, "nothing was attempted yet");
    assert(!this.#byTrace.has(record.trace), "no trace is used twice in a batch");
    this.#commit({ ...meta, nextTrace: this.#traceAfter(record.trace) }, [this.#put(DEBT_KEY, record)]);
    this.#owes = true;
  }

  giveReason(reason: ReversalReason, authCode?: string): void {
    const debt = this.#debt();
    this.#commit(this.#meta, [this.#put(DEBT_KEY, { ...debt, reason, authCode: authCode ?? debt.authCode })]);
  }

  approve(record: TransactionRecord): void {
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
    this.#commit({ ...meta, nextOrder: meta.nextOrder + 1 }, [
      this.#put(transactionKey(record.batch, record.trace), entry),
      { delete: DEBT_KEY },
    ]);
    this.#owes = false;
    if (record.batch === meta.batch) this.#remember(entry);
  }

  forgetDebt(): void {
    this.#debt();
    this.#commit(this.#meta, [{ delete: DEBT_KEY }]);
    this.#owes = false;
  }

  countAttempt(): void {
    const debt = this.#debt();
    this.#commit(this.#meta, [this.#put(DEBT_KEY, { ...debt, attempts: debt.attempts + 1 })]);
  }

  reversed(): void {
    const reversal = this.#debt();
    const meta = this.#soundMeta();
    this.#commit({ ...meta, nextOrder: meta.nextOrder + 1 }, [
      this.#put(reversedKey(reversal.batch, reversal.trace), { order: meta.nextOrder, reversal }),
      { delete: DEBT_KEY },
    ]);
    this.#owes = false;
  }

  find(trace: number): TransactionRecord | undefined {
    const key = transactionKey(this.batch, trace);
    this.#refuseDamaged(key);
    return this.#byTrace.has(trace) ? this.#read(key, ENTRY).record : undefined;
  }

  last(): TransactionRecord | undefined {
    this.#refuseDamaged(transactionPrefix(this.batch));
    const line = this.#lines.at(-1);
    return line && this.find(line.trace);
  }

  list(): TransactionRecord[] {
    this.#refuseDamaged(transactionPrefix(this.batch));
    return this.#lines.map((line) => this.#read(transactionKey(this.#meta.batch, line.trace), ENTRY).record);
  }

  reversals(): ReversalRecord[] {
    const keys = this.#system.store.keys(reversedPrefix(this.batch));
    const taken = keys.map((key) => this.#read(key, REVERSED));
    return taken.sort((a, b) => a.order - b.order).map(({ reversal }) => reversal);
  }

  totals(): BatchTotals {
    this.#refuseDamaged(transactionPrefix(this.batch));
    const totals: BatchTotals = { debitFen: 0, debitCount: 0, creditFen: 0, creditCount: 0 };
    for (const { direction, amountFen } of this.#lines) {
      if (direction === "none") continue;
      totals[`${direction}Fen`] += amountFen;
      totals[`${direction}Count`] += 1;
    }
    assert(Number.isSafeInteger(totals.debitFen) && Number.isSafeInteger(totals.creditFen), "totals stay exact");
    return totals;
  }

  markPrinted(trace: number, copies: number): void {
    const key = transactionKey(this.batch, trace);
    this.#refuseDamaged(key);
    const line = this.#byTrace.get(trace);
    if (line === undefined) throw new JournalError("not-found", `no transaction ${trace} in this batch`);
    assert(Number.isInteger(copies) && copies >= 0, "copies are counted");
    const { order, record } = this.#read(key, ENTRY);
    this.#commit(this.#meta, [this.#put(key, { order, record: { ...record, copiesPrinted: copies } })]);
    line.copiesPrinted = copies;
  }

  unprinted(): TransactionRecord | undefined {
    this.#refuseDamaged(transactionPrefix(this.batch));
    const line = this.#lines.findLast(({ copiesPrinted }) => copiesPrinted < this.#copies);
    return line && this.find(line.trace);
  }

  signOn(batch: number): void {
    const meta = this.#soundMeta();
    assert(Number.isInteger(batch) && batch >= 1 && batch <= MAX_COUNTER, "a batch number has six digits and is not zero");
    this.#commit({ ...meta, batch, signedOn: true }, []);
    if (batch !== meta.batch) this.#openBatch();
  }

  signOff(): void {
    this.#commit({ ...this.#soundMeta(), signedOn: false }, []);
  }

  needSignOn(): void {
    this.signOff();
  }

  #openMeta(): Meta {
    const first: Meta = { batch: 1, nextTrace: 1, signedOn: false, nextOrder: 1 };
    const { store } = this.#system;
    const sealed = store.get(META_KEY);
    if (sealed === undefined) {
      const orphan = [...store.keys("txn/"), ...store.keys("rev/"), ...store.keys(DEBT_KEY)].length > 0;
      if (orphan) this.#damage.push({ key: META_KEY, words: "is gone, but records of money are there" });
      return first;
    }
    return this.#examine(META_KEY, META, sealed) ?? first;
  }

  #openDebt(): boolean {
    const sealed = this.#system.store.get(DEBT_KEY);
    if (sealed === undefined) return false;
    const debt = this.#examine(DEBT_KEY, REVERSAL, sealed);
    if (debt !== undefined && this.#system.store.get(transactionKey(debt.batch, debt.trace)) !== undefined) {
      this.#damage.push({ key: DEBT_KEY, words: "owes the reversal of a transaction that stands as approved" });
    }
    return true;
  }

  /** Reads the open batch into the index; each record is unsealed once to be sure of it. */
  #openBatch(): void {
    this.#byTrace.clear();
    this.#lines = [];
    this.#damage = this.#damage.filter(({ key }) => !key.startsWith("txn/") && !key.startsWith("rev/"));
    const { store } = this.#system;
    const entries: Entry[] = [];
    for (const key of store.keys(transactionPrefix(this.#meta.batch))) {
      const entry = this.#examine(key, ENTRY, store.get(key));
      if (entry === undefined) continue;
      if (transactionKey(entry.record.batch, entry.record.trace) === key) entries.push(entry);
      else this.#damage.push({ key, words: "holds another transaction" });
    }
    for (const entry of entries.sort((a, b) => a.order - b.order)) this.#remember(entry);
    for (const key of store.keys(reversedPrefix(this.#meta.batch))) this.#examine(key, REVERSED, store.get(key));
  }

  #remember({ order, record }: Entry): void {
    const { trace, copiesPrinted } = record;
    const line: Line = { trace, order, copiesPrinted, ...contribution(record) };
    assert(order > (this.#lines.at(-1)?.order ?? 0), "records stand in the order they were written");
    this.#byTrace.set(trace, line);
    this.#lines.push(line);
  }

  #debt(): ReversalRecord {
    const debt = this.owed;
    if (debt === undefined) throw new JournalError("not-found", "no reversal is owed");
    return debt;
  }

  #traceAfter(trace: number): number {
    let next = trace;
    do next = next >= MAX_COUNTER ? 1 : next + 1;
    while (this.#byTrace.has(next));
    return next;
  }

  #examine<T>(key: string, shape: Shape<T>, sealed: Uint8Array | undefined): T | undefined {
    const read = sealed === undefined ? { fault: "is gone" } : unpack(this.#system, key, sealed, shape);
    if ("value" in read) return read.value;
    this.#damage.push({ key, words: read.fault });
    return undefined;
  }

  #read<T>(key: string, shape: Shape<T>): T {
    const sealed = this.#system.store.get(key);
    const read = sealed === undefined ? { fault: "is gone" } : unpack(this.#system, key, sealed, shape);
    if ("value" in read) return read.value;
    throw new JournalError("damaged", `${key} ${read.fault}`);
  }

  #soundMeta(): Meta {
    this.#refuseDamaged(META_KEY);
    return this.#meta;
  }

  #refuseDamaged(prefix: string): void {
    const hit = this.#damage.find(({ key }) => key.startsWith(prefix));
    if (hit !== undefined) throw new JournalError("damaged", `${hit.key} ${hit.words}`);
  }

  #put(key: string, value: unknown): Change {
    try {
      return { put: key, value: pack(this.#system, key, value) };
    } catch (error) {
      throw new JournalError("io", `${key} could not be sealed: ${error instanceof Error ? error.message : "unknown"}`);
    }
  }

  /** One atomic write; memory follows only when it is on the disk. */
  #commit(meta: Meta, changes: readonly Change[]): void {
    const moved = meta !== this.#meta;
    try {
      this.#system.store.commit(moved ? [...changes, this.#put(META_KEY, meta)] : changes);
    } catch (error) {
      if (error instanceof JournalError) throw error;
      const code = error instanceof StoreError ? CODES[error.code] : "io";
      throw new JournalError(code, error instanceof Error ? error.message : "the store refused");
    }
    this.#meta = meta;
  }
}
