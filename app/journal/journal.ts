/**
 * The record of money. One rule: no byte of a financial request leaves before the record that could reverse it is durable, and no
 * approval is shown before the record that settles it is durable. Every method that changes something is one atomic commit of the
 * store and throws JournalError, changing nothing, when it cannot.
 */
import type { BatchTotals, SettlementTotals } from "../model/ledger.ts";
import type { DeclinedRecord, Delivery, ReversalReason, ReversalRecord, TransactionRecord } from "../model/transaction.ts";

export type { BatchTotals, SettlementTotals } from "../model/ledger.ts";

export class JournalError extends Error {
  override readonly name = "JournalError";
  constructor(
    /**
     * disk-full, io: the store refused · owed: a reversal is owed already · batch-full · not-found: no such record, or not one this can be done
     * to · damaged · settling: a settlement is under way, finish it · settle-first: the host is at another batch, settle this one · sent: the
     * advice has left this terminal, so the host may have it.
     */
    readonly code: "disk-full" | "io" | "owed" | "batch-full" | "not-found" | "damaged" | "settling" | "settle-first" | "sent",
    words: string,
  ) {
    super(words);
  }
}

/** 1 balanced, 2 not, 3 error, 0 not told (§3.6). */
export type Verdict = 0 | 1 | 2 | 3;
export type SettlementResult = { domestic: Verdict; foreign: Verdict };

/** A settlement under way. What the host is told does not change until it has ended. */
export interface Settlement {
  batch: number;
  totals: SettlementTotals;
  /** The host's verdicts; undefined until its answer came. */
  result?: SettlementResult;
  /** How far this round has come in the upload list (./upload-order.ts), in steps. */
  uploaded: number;
  /** Rounds that were gone through whole. */
  rounds: number;
  /** The host was told that the upload is over. */
  ended: boolean;
  /** Traces that were sent and not answered, or answered with a refusal. */
  failed: number[];
  /** Those of them that the host refused. Stores of earlier firmware lack it. */
  refused?: number[];
}

/** A record of a closed batch: the card's number is gone. */
export type ArchivedRecord = Omit<TransactionRecord, "pan" | "expiry"> & { masked: string };

export interface ClosedBy {
  operator: string;
  /** YYYYMMDD, hhmmss. */
  date: string;
  time: string;
}

export interface ArchivedSettlement {
  batch: number;
  totals: SettlementTotals;
  result?: SettlementResult;
  failed: number[];
  closedBy?: ClosedBy;
  /** Oldest first. */
  records: ArchivedRecord[];
}

/** A batch that was settled and is still in the day book. */
export interface ClosedBatch {
  /** Its place in time, by which it is asked for: a batch number can come again. */
  closing: number;
  batch: number;
  /** YYYYMMDD on which it was closed; "00000000" when nobody said. */
  date: string;
}

/** Terminal's local days, YYYYMMDD, both included. */
export interface Days {
  from: string;
  to: string;
}

export interface AdviceResult {
  state: Extract<Delivery["state"], "delivered" | "refused" | "unanswered">;
  code?: string;
  reference?: string;
  authCode?: string;
  settlementDate?: string;
  organisation?: string;
  issuer?: string;
  acquirer?: string;
}

export interface Hold {
  /** The pre-authorisation; its amount includes what was added to it. */
  record: TransactionRecord;
  /** Of the 30 that a pre-authorisation lasts. */
  daysLeft: number;
}

export interface Journal {
  readonly batch: number;
  /** The trace the next message will carry; `takeTrace`, `oweReversal`, `post` and `adjust` use it up. 999999 → 1. */
  readonly nextTrace: number;
  /** Transactions in the open batch. */
  readonly count: number;
  /** 90 % of what a batch holds · nothing new begins until it is settled (§5.6). */
  readonly nearlyFull: boolean;
  readonly full: boolean;
  readonly owed: ReversalRecord | undefined;
  /** What still has to reach the host, only counted: nothing is unsealed for it, so it may stand on every screen. */
  readonly debts: { readonly reversals: 0 | 1; readonly advices: number };
  /** Signed on since the last sign-off, wrong MAC or refusal that calls for a new sign-on. Survives a restart. */
  readonly signedOn: boolean;

  /** Uses up a trace for a message without money (sign-on …). */
  takeTrace(): number;
  /** Before a financial request leaves: the record that could reverse it, and its trace, in one commit. */
  oweReversal(record: ReversalRecord): void;
  /** What is owed gets its reason, the code an answer brought, and what the chip says now (DE55, hex digits). */
  giveReason(reason: ReversalReason, authCode?: string, field55?: string): void;
  /**
   * The host approved: the record stands and the debt is gone, in one commit; with them the record that this one voids (by its trace, of
   * this batch), and the pre-authorisation that it makes, adds to, completes or ends.
   */
  approve(record: TransactionRecord, also?: { voids?: number }): void;
  /** The host declined, or nothing was sent: the debt is gone. */
  forgetDebt(): void;
  /** One more attempt to deliver it was made. */
  countAttempt(): void;
  /** The host took the reversal: the debt is gone and the reversal is remembered for reports. */
  reversed(): void;

  /**
   * An advice (refund, completion-advice, offline): its record (state and delivery pending) and its trace in one commit, before its first
   * byte leaves. Also keeps a cash record (approved, no delivery), which the host never hears of.
   */
  post(record: TransactionRecord): void;
  /** A record that stands gets a new amount (the total, tip included), to be told with a trace of its own. Its slip is unprinted again. */
  adjust(trace: number, change: { amountFen: number; tipFen?: number; as: "adjustment" | "tip" }): void;
  /** This advice is about to leave: counts the attempt. Call it in `beforeSend`; from then on it cannot be voided here. */
  advising(trace: number): void;
  /**
   * What became of it. refused: it counts no more, or its amount is what the host knew before. unanswered: it has to go again.
   */
  advised(trace: number, result: AdviceResult): void;
  /** What has to go, or to go again; oldest first. */
  pendingAdvices(): TransactionRecord[];
  /** An offline sale that never left this terminal is voided here, without a message. */
  voidLocally(trace: number): void;

  decline(record: DeclinedRecord): void;
  /** Oldest first; the last 500, or fewer. */
  declines(most?: number): DeclinedRecord[];
  /** Pre-authorisations that are neither completed nor voided and less than 30 days old on `today` (YYYYMMDD), of all batches. */
  holds(today: string): Hold[];

  find(trace: number): TransactionRecord | undefined;
  last(): TransactionRecord | undefined;
  /** Oldest first. */
  list(): TransactionRecord[];
  /** Reversals delivered in this batch, oldest first. */
  reversals(): ReversalRecord[];
  totals(): BatchTotals;
  totalsBy(): SettlementTotals;
  /** How many copies of the slip are on paper. */
  markPrinted(trace: number, copies: number): void;
  /** The newest transaction whose slip is not wholly on paper. */
  unprinted(): TransactionRecord | undefined;

  /**
   * Sign-on answered: the host's batch number is the one to use (§2.1), unless records of this batch are still to be settled. Then this batch
   * stays open under its own number, nothing new begins (`settle-first`), and the host's number is used when it is closed.
   */
  signOn(batch: number): void;
  signOff(): void;
  /** The host's word that the keys are no good any more (A0, 99, 77, wrong MAC). */
  needSignOn(): void;

  /** Survives a restart. While there is one, no new transaction begins. */
  readonly settlement: Settlement | undefined;
  /** The host's batch number when this one has to be settled before anything new begins. */
  readonly settleFirst: number | undefined;
  /** Freezes the totals. Refused while a reversal is owed. */
  beginSettlement(): void;
  /** Its 0500 never left: as if it had not been begun. Refused once the host's verdict is known. */
  abandonSettlement(): void;
  settlementAnswered(result: SettlementResult): void;
  /**
   * How far the upload has come, which traces did not arrive so far, and which of these the host refused. A count below the last one begins another
   * round, over what failed.
   */
  uploaded(count: number, failed?: readonly number[], refused?: readonly number[]): void;
  uploadEnded(): void;
  /**
   * The batch is settled and its slip printed or left: its lists go into the day book, without card numbers, and the next batch is open.
   * That is one commit; moving the old records is one for each 200 and goes on at the next start.
   */
  closeBatch(by?: ClosedBy): void;
  lastSettlement(): ArchivedSettlement | undefined;

  /** Newest first. */
  closedBatches(): ClosedBatch[];
  /** Undefined when the book does not have it (any more). What of its days was let go is not in it. */
  closedBatch(closing: number): ArchivedSettlement | undefined;
  /** Records of closed batches, oldest first. */
  booked(wanted: Days | { trace: number }): ArchivedRecord[];
  /** Days of which the book has records, YYYYMMDD, oldest first. */
  bookedDays(): string[];
  /** Of all batches, oldest first. */
  declinesOn(days: Days): DeclinedRecord[];
  /** YYYYMMDD: of this day and those before it the book lacks something. Undefined: it has everything. */
  readonly letGo: string | undefined;
}
