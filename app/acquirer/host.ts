/**
 * Talking with the acquirer's host. `exchange` sends one request and tells its fate; it decides nothing about money.
 */
import type { Cancel } from "../../platform/guest/system.ts";
import type { SettlementTotals, UploadLine } from "../model/ledger.ts";
import type { ChipDownload } from "./messages.ts";
import type { CardData, FinancialKind, Original, ReversalRecord, TransactionRecord } from "../model/transaction.ts";

export type { SettlementTotals, UploadLine } from "../model/ledger.ts";

/** Fields of a message by number; BCD fields as digits, binary ones (52, 64, 62 of sign-on) as bytes. */
export interface Message {
  mti: string;
  fields: Map<number, string | Uint8Array>;
}

/**
 * A financial request with a card in hand. A refund and a completion-advice go without tracks and PIN, exactly as they will go again from their
 * record, so that a host can tell a repetition from a second one.
 */
export interface FinancialRequest {
  about: FinancialKind;
  trace: number;
  batch: number;
  amountFen: number;
  card: CardData;
  /** DE52 from the PIN pad. */
  pinBlock: Uint8Array | undefined;
  operator: string;
  /** What it is about, of all but sale and preauth. */
  original?: Original;
  /** DE63.1 of a refund: the card's organisation; undefined = CUP. */
  organisation?: string;
}

/** What a request is about; the message table (./messages.ts) says which fields it needs. */
export type Request =
  | { about: "sign-on"; trace: number; batch: number; operator: string }
  | { about: "sign-off"; trace: number; batch: number }
  | { about: "echo"; batch: number }
  | FinancialRequest
  | { about: "balance"; trace: number; batch: number; card: CardData; pinBlock: Uint8Array | undefined; operator: string }
  | { about: "reversal"; of: ReversalRecord }
  /** The 0220 of a stored record, by its kind or by what is done to it (`delivery.as`); the same trace each time. */
  | { about: "advice"; of: TransactionRecord }
  /** 0500; its answer has no DE39, so the code of its fate is "". */
  | { about: "settlement"; trace: number; batch: number; operator: string; totals: SettlementTotals }
  /** 0320 201; 1 to 8 lines. */
  | { about: "upload"; trace: number; batch: number; lines: readonly UploadLine[] }
  /** The 0220 of a stored record as 0320, without a MAC. */
  | { about: "upload-record"; of: TransactionRecord }
  /** 0320 207 after a balanced settlement, 202 otherwise; `count` records were uploaded. */
  | { about: "upload-end"; trace: number; batch: number; count: number; balanced: boolean }
  /** §2.9: 360, 362. `batch` 0 when not given. */
  | { about: "parameters"; batch?: number }
  /** 361: the download was heard. */
  | { about: "parameters-end"; batch?: number }
  /** 390, 391: card numbers not to be taken, from the `from`th on. */
  | { about: "blacklist"; from: number; batch?: number }
  | { about: "blacklist-end"; batch?: number }
  /** What chips need (§2.9, §5.8); `block`: DE62, where the request has one. */
  | { about: "download"; what: ChipDownload; block?: Uint8Array; batch?: number }
  /** 0620 under a number of the open batch: what became of the scripts that came with this transaction; field55 is the list of §3.11 E. */
  | { about: "script-result"; of: TransactionRecord; batch: number; trace: number; field55: Uint8Array; institution?: string }
  /** A chip's certificate in a batch upload (203–206), by what its record says. */
  | { about: "upload-chip"; of: TransactionRecord; balanced: boolean }
  | { about: "status"; tags: Uint8Array; batch?: number }
  /** 970, an acquirer's own: what its books say of a day (YYYYMMDD); blocks count from 1. */
  | { about: "statement"; date: string; block: number; batch?: number };

export type Phase = "connecting" | "sending" | "waiting" | "receiving";

/**
 * not-sent: nothing left this terminal (no line, or cancelled before) · silent: it left, nothing came back (also: the line broke) ·
 * bad-mac · wrong-packet: an answer that is not the answer to this request, or is malformed · answered: checked by §1.5.
 */
export type Fate =
  | { fate: "not-sent"; why: "no-line" | "cancelled" | "pinpad" | "journal"; words: string }
  | { fate: "silent"; words: string }
  | { fate: "bad-mac"; answer: Message }
  | { fate: "wrong-packet"; words: string }
  | { fate: "answered"; code: string; answer: Message; headerRequest: number };

export interface ExchangeOptions {
  /** Told at each phase; `secondsLeft` falls once a second while waiting. */
  onPhase?: (phase: Phase, secondsLeft: number) => void;
  /** Honoured only while nothing has been sent. */
  cancel?: Cancel;
  /**
   * Called when the line is up and the message is packed, just before its first byte leaves. The journal commits here; when it
   * throws, nothing is sent and the fate is not-sent/journal.
   */
  beforeSend?: () => void;
}

export interface Host {
  exchange(request: Request, options?: ExchangeOptions): Promise<Fate>;
  /** DE22 and DE53 a request will carry, for the reversal record. */
  describe(request: Request): { entryMode: string; security: string | undefined };
  readonly lineState: "unknown" | "up" | "down";
}
