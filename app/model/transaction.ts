/** The nouns of a transaction. Amounts are integers of fen. */

/**
 * One word a transaction; each word is a file in app/transactions and, but for cash, a row in app/acquirer/messages. adjustment and tip are kinds
 * of message only: they change the amount of the record they are about, which keeps its own kind. ecash: paid out of a card's purse, without the
 * host; load, load-other, cash-load: put into it out of its own account, another card's, or for cash at the till.
 */
export type TransactionKind =
  | "sale"
  | "void"
  | "refund"
  | "preauth"
  | "preauth-add"
  | "preauth-void"
  | "completion"
  | "completion-void"
  | "completion-advice"
  | "offline"
  | "adjustment"
  | "tip"
  | "cash"
  | "ecash"
  | "ecash-refund"
  | "load"
  | "load-other"
  | "cash-load"
  | "cash-load-void";

/** What can be asked of the host with a card in hand. */
export type FinancialKind = Exclude<TransactionKind, "offline" | "adjustment" | "tip" | "cash" | "ecash" | "ecash-refund">;

/** Told to the host after the event, again and again until it takes it; never reversed (§2.5). */
export type AdviceKind = Extract<
  TransactionKind,
  "refund" | "completion-advice" | "offline" | "adjustment" | "tip" | "ecash-refund"
>;

/** What a transaction says of the one it is about (DE37, 38, 61). */
export interface Original {
  batch?: number;
  trace?: number;
  /** YYYYMMDD. */
  date?: string;
  /** DE37. */
  reference?: string;
  /** DE38. */
  authCode?: string;
  amountFen?: number;
  kind?: TransactionKind;
  /** Terminal it happened at, of a purse's refund (DE62, §3.8). */
  terminal?: string;
  /** Of a completion: the code of the pre-authorisation it charged, for the slip of its void (§6.2). */
  preauthCode?: string;
}

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
  /** Application the number was read of (tag 84), hex digits, of a chip. */
  aid?: string;
  /** Chip data for the host (DE55, §3.11). */
  icData?: Uint8Array;
  /** Number of the card that is loaded out of this one's account; sequence and chip data are that card's. */
  receiving?: string;
}

/**
 * What a chip and its issuer made of a payment, for slips, reversals and uploads. certificate: TC, it approved · AAC, it declined · ARPC, it approved
 * although its issuer's answer was not the issuer's (§5.7, §3.8). Absent: its number was read and nothing else asked of it (simplified flow).
 */
export interface ChipRecord {
  certificate?: "TC" | "AAC" | "ARPC";
  /** What the host is told of it afterwards (§3.11 lists B, G, H), hex digits. */
  field55?: string;
  /** Data objects for the slip by tag, hex digits (§6.3). */
  data: Readonly<Record<string, string>>;
}

/** What became of a card's purse (§6.2). */
export interface PurseRecord {
  /** What it holds now, fen, when the card told. */
  balanceFen?: number;
  /** The card whose account paid for what was loaded, as maskPan gives it, where that is another one. */
  from?: string;
}

/**
 * approved: it stands · voided: a void of it stands too · pending: an advice that is durable and not delivered; it counts like an
 * approved one · refused: the host refused it; it counts no more.
 */
export type TransactionState = "approved" | "reversed" | "voided" | "pending" | "refused";

/** How far an advice has come (§5.4). */
export interface Delivery {
  /**
   * pending: it has to go, or to go again · unanswered: tried and not answered; it has to go again · delivered · refused: it never goes again ·
   * withdrawn: voided here before it went.
   */
  state: "pending" | "delivered" | "refused" | "unanswered" | "withdrawn";
  /** Times it was about to leave. */
  attempts: number;
  /** DE39 of the answer. */
  code?: string;
  /** The message it goes as when that is not the record's own kind. */
  as?: "adjustment" | "tip";
  /** Trace of that message (§5.2: of its own). */
  trace?: number;
  /** What the host knows of the record while an adjustment or tip is on its way; a refusal brings it back. */
  before?: { amountFen: number; approvedFen: number; tipFen?: number };
}

/** The adjustment or tip that stands on a record or is on its way there; one that the host refused is as if it had never been. */
export const changeOf = ({ delivery }: Pick<TransactionRecord, "delivery">): "adjustment" | "tip" | undefined =>
  delivery?.state === "refused" ? undefined : delivery?.as;

/** Who authorised an offline sale (DE61, §3.7): 00 the terminal, 01 by telephone, 02 small amount; and the institution, up to 11 digits. */
export interface Authority {
  mode: "00" | "01" | "02";
  institution?: string;
}

/** Card issued at home or abroad: settlement adds them up apart (§3.6). */
export type Region = "domestic" | "foreign";

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
  original?: Original;
  /** Part of the amount that is tip. */
  tipFen?: number;
  /** When it is not what the organisation says. */
  region?: Region;
  /** Of an advice, and of what was adjusted or tipped. */
  delivery?: Delivery;
  /** Of an offline sale. */
  authority?: Authority;
  /** DE23, three digits, and what else a chip said. */
  sequence?: string;
  chip?: ChipRecord;
  purse?: PurseRecord;
  /** Of a tap: what its small amount saved the cardholder, and up to which amount it does (§5.8). */
  waived?: { pinFen?: number; signatureFen?: number };
  cash?: { receivedFen: number; changeFen: number };
}

/** A transaction that came to nothing, for reports and risk rules. Stored sealed; without the card's number. */
export interface DeclinedRecord {
  kind: TransactionKind | "balance";
  trace: number;
  amountFen: number;
  /** As maskPan gives it. */
  masked: string;
  entry: EntryMode;
  operator: string;
  /** YYYYMMDD, hhmmss. */
  date: string;
  time: string;
  /** DE39, or "silent", "cancelled", "card" (the chip said no). */
  code: string;
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
  /** Of a void, completion and the like: goes into the 0400 as it went into the request. */
  original?: Original;
  organisation?: string;
  /** DE23, and DE55 of its 0400 (§3.11 list C) as hex digits, of a chip. */
  sequence?: string;
  field55?: string;
  /** The card that was to be loaded out of this one's account (DE62, §3.8). */
  receiving?: string;
}
