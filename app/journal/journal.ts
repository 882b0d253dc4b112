/**
 * The record of money. One rule: no byte of a financial request leaves before the record that could reverse it is durable, and no
 * approval is shown before the record that settles it is durable. Every method that changes something is one atomic commit of the
 * store and throws JournalError, changing nothing, when it cannot.
 */
import type { ReversalReason, ReversalRecord, TransactionRecord } from "../model/transaction.ts";

export class JournalError extends Error {
  override readonly name = "JournalError";
  constructor(
    /** disk-full, io: the store refused · owed: a reversal is owed already · batch-full · not-found · damaged. */
    readonly code: "disk-full" | "io" | "owed" | "batch-full" | "not-found" | "damaged",
    words: string,
  ) {
    super(words);
  }
}

export interface BatchTotals {
  debitFen: number;
  debitCount: number;
  creditFen: number;
  creditCount: number;
}

export interface Journal {
  readonly batch: number;
  /** The trace the next message will carry; `takeTrace` and `oweReversal` use it up. 999999 → 1. */
  readonly nextTrace: number;
  /** Transactions in the open batch. */
  readonly count: number;
  readonly owed: ReversalRecord | undefined;
  /** Signed on since the last sign-off, wrong MAC or refusal that calls for a new sign-on. Survives a restart. */
  readonly signedOn: boolean;

  /** Uses up a trace for a message without money (sign-on …). */
  takeTrace(): number;
  /** Before a financial request leaves: the record that could reverse it, and its trace, in one commit. */
  oweReversal(record: ReversalRecord): void;
  /** What is owed gets its reason (and the code an answer brought). */
  giveReason(reason: ReversalReason, authCode?: string): void;
  /** The host approved: the record stands and the debt is gone, in one commit. */
  approve(record: TransactionRecord): void;
  /** The host declined, or nothing was sent: the debt is gone. */
  forgetDebt(): void;
  /** One more attempt to deliver it was made. */
  countAttempt(): void;
  /** The host took the reversal: the debt is gone and the reversal is remembered for reports. */
  reversed(): void;

  find(trace: number): TransactionRecord | undefined;
  last(): TransactionRecord | undefined;
  /** Oldest first. */
  list(): TransactionRecord[];
  /** Reversals delivered in this batch, oldest first. */
  reversals(): ReversalRecord[];
  totals(): BatchTotals;
  /** How many copies of the slip are on paper. */
  markPrinted(trace: number, copies: number): void;
  /** The newest transaction whose slip is not wholly on paper. */
  unprinted(): TransactionRecord | undefined;

  /** Sign-on answered: the host's batch number is the one to use (§2.1). */
  signOn(batch: number): void;
  signOff(): void;
  /** The host's word that the keys are no good any more (A0, 99, 77, wrong MAC). */
  needSignOn(): void;
}
