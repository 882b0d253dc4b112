/** The nouns of a transaction. Amounts are integers of fen. */

/** Grows one word a transaction; each word is a file in app/transactions and a row in app/acquirer/messages. */
export type TransactionKind = "sale";

export type EntryMode = "swipe" | "manual" | "contact" | "contactless" | "fallback";

/** A card as read. Lives only as long as its transaction; tracks are never stored. */
export interface CardData {
  entry: EntryMode;
  /** Digits, 13–19. */
  pan: string;
  /** YYMM. */
  expiry: string | undefined;
  /** Three digits. */
  serviceCode: string | undefined;
  /** Without sentinels, `=` as separator. */
  track2: string | undefined;
  track3: string | undefined;
  /** Cardholder name from track 1, trimmed. */
  holder: string | undefined;
  /** Card sequence number (tag 5F34), three digits, of a chip. */
  sequence?: string;
  /** Chip data for the host (DE55, §3.11). */
  icData?: Uint8Array;
}

export type TransactionState = "approved" | "reversed" | "voided";

/** The durable record of money that moved. Stored sealed. Kept until its batch is closed. */
export interface TransactionRecord {
  kind: TransactionKind;
  state: TransactionState;
  batch: number;
  trace: number;
  amountFen: number;
  /** What the host approved when it differs (answer 10). */
  approvedFen: number;
  entry: EntryMode;
  pan: string;
  expiry: string | undefined;
  operator: string;
  /** Local date and time of the transaction: YYYYMMDD, hhmmss. */
  date: string;
  time: string;
  /** DE15 MMDD. */
  settlementDate: string | undefined;
  /** DE37. */
  reference: string | undefined;
  /** DE38. */
  authCode: string | undefined;
  /** DE39. */
  responseCode: string;
  /** DE44: issuer and acquirer institution ids. */
  issuer: string | undefined;
  acquirer: string | undefined;
  /** DE63.1 card organisation; undefined = CUP. */
  organisation: string | undefined;
  /** DE63.2 texts. */
  remarks: string[];
  /** Whether a PIN was entered. */
  pinEntered: boolean;
  /** Copies that are on paper: 0, 1 (merchant), 2 (cardholder too). */
  copiesPrinted: number;
}

/** Why a reversal is owed: DE39 of 0400 (§5.1). */
export type ReversalReason = "98" | "A0" | "96" | "06";

/** Everything needed to reverse a request whose fate is not known. Durable before the request leaves. Stored sealed. */
export interface ReversalRecord {
  kind: TransactionKind;
  reason: ReversalReason;
  batch: number;
  trace: number;
  amountFen: number;
  pan: string;
  expiry: string | undefined;
  entry: EntryMode;
  /** DE22 as sent, three digits. */
  entryMode: string;
  /** DE53 as sent, 16 digits, when it was. */
  security: string | undefined;
  /** DE38 when an answer brought one. */
  authCode: string | undefined;
  operator: string;
  /** When the request was made: YYYYMMDD, hhmmss. */
  date: string;
  time: string;
  attempts: number;
}
