/** What all parts of the journal share: the sealed table, the counters, the open batch, what is owed and what is being settled. One way to write it. */
import { assert } from "../../platform/guest/assert.ts";
import type { Change, System } from "../../platform/guest/system.ts";
import type { TransactionRecord } from "../model/transaction.ts";
import type { Batch } from "./batch.ts";
import { DayBook } from "./book.ts";
import { JournalError, type Settlement } from "./journal.ts";
import { examineHolds, finishStaged, openBatch, openDebt, openMeta, openSettlement } from "./opening.ts";
import { ENTRY, type Entry, MAX_COUNTER, META_KEY, type Meta, transactionKey, transactionPrefix } from "./records.ts";
import { type Damage, SealedTable } from "./table.ts";

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

export class State {
  readonly table: SealedTable;
  readonly book: DayBook;
  #meta: Meta;
  /** The open batch in memory; follows each commit that changes a record. */
  batch: Batch;
  /** A reversal lies under DEBT_KEY. */
  owes: boolean;
  settlement: Settlement | undefined;

  constructor(
    readonly system: System,
    readonly options: Readonly<Required<JournalOptions>>,
  ) {
    const { maxRecords, clearedAtOnce, bookDays, bookBytes } = options;
    assert(bookDays >= 1, "the day book keeps a day at least");
    assert(options.copies >= 2 && options.copies <= 3, "a slip has two or three copies");
    assert(clearedAtOnce >= 1, "something is cleared away at once");
    assert(maxRecords >= 1 && maxRecords < MAX_COUNTER, "a batch holds fewer records than there are traces");
    finishStaged(system);
    this.table = new SealedTable(system);
    this.book = new DayBook(this.table, { days: bookDays, mostBytes: bookBytes });
    this.#meta = openMeta(this.table);
    this.owes = openDebt(this.table);
    this.settlement = openSettlement(this.table, this.#meta.batch);
    examineHolds(this.table);
    this.batch = openBatch(this.table, this.#meta.batch);
    for (const { key, words } of this.damage) system.log.error(`journal: ${key} ${words}`);
  }

  get damage(): readonly Damage[] {
    return this.table.damage;
  }

  /** As it was read or written last, whether it can be trusted or not. */
  get meta(): Meta {
    return this.#meta;
  }

  /** Throws JournalError "damaged". */
  get soundMeta(): Meta {
    this.table.refuseDamaged(META_KEY);
    return this.#meta;
  }

  /** One atomic write; memory follows only when it is on the disk. */
  commit(meta: Meta, changes: readonly Change[]): void {
    // Whatever is written first, the counters are with it: records without them are damage at the next start.
    assert(meta.nextOrder >= this.#meta.nextOrder, "records are numbered upwards");
    assert(meta.batch >= 1 && meta.batch <= MAX_COUNTER, "a batch number has six digits and is not zero");
    assert(meta.nextTrace >= 1 && meta.nextTrace <= MAX_COUNTER, "a trace has six digits and is not zero");
    assert(
      !changes.some((change) => "put" in change && change.put === META_KEY),
      "the counters are written with each commit, once",
    );
    const moved = meta !== this.#meta || !this.table.has(META_KEY);
    this.table.commit(moved ? [...changes, this.table.put(META_KEY, meta)] : changes);
    this.#meta = meta;
  }

  /** The batch that the counters name now. */
  openBatch(): void {
    this.batch = openBatch(this.table, this.#meta.batch);
  }

  entry(trace: number): Entry {
    const key = transactionKey(this.soundMeta.batch, trace);
    this.table.refuseDamaged(key);
    if (!this.batch.has(trace)) throw new JournalError("not-found", `no transaction ${trace} in this batch`);
    return this.table.read(key, ENTRY);
  }

  /** A record of the open batch that is another now. */
  change(entry: Entry, also: Change[] = []): void {
    assert(entry.record.batch === this.#meta.batch, "a record of a closed batch stays as it is");
    assert(this.batch.get(entry.record.trace)?.order === entry.order, "a record keeps its place");
    this.commit(this.#meta, [this.put(entry), ...also]);
    this.batch.change(entry);
  }

  put(entry: Entry): Change {
    return this.table.put(transactionKey(entry.record.batch, entry.record.trace), entry);
  }

  /** 999999 → 1, past those that the open batch still has. */
  traceAfter(trace: number): number {
    let next = trace;
    do next = next >= MAX_COUNTER ? 1 : next + 1;
    while (this.batch.has(next));
    assert(next >= 1 && next <= MAX_COUNTER, "a trace has six digits and is not zero");
    return next;
  }

  find(trace: number): TransactionRecord | undefined {
    this.table.refuseDamaged(transactionKey(this.soundMeta.batch, trace));
    return this.batch.has(trace) ? this.entry(trace).record : undefined;
  }

  last(): TransactionRecord | undefined {
    this.table.refuseDamaged(transactionPrefix(this.soundMeta.batch));
    const line = this.batch.lines.at(-1);
    return line && this.find(line.trace);
  }
}
