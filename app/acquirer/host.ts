/**
 * Talking with the acquirer's host. `exchange` sends one request and tells its fate; it decides nothing about money.
 */
import type { Cancel } from "../../platform/guest/system.ts";
import type { CardData, ReversalRecord, TransactionKind } from "../model/transaction.ts";

/** Fields of a message by number; BCD fields as digits, binary ones (52, 64, 62 of sign-on) as bytes. */
export interface Message {
  mti: string;
  fields: Map<number, string | Uint8Array>;
}

/** What a request is about; the message table (./messages.ts) says which fields it needs. */
export type Request =
  | { about: "sign-on"; trace: number; batch: number; operator: string }
  | { about: "sign-off"; trace: number; batch: number }
  | { about: "echo"; batch: number }
  | {
      about: TransactionKind;
      trace: number;
      batch: number;
      amountFen: number;
      card: CardData;
      /** DE52 from the PIN pad. */
      pinBlock: Uint8Array | undefined;
      operator: string;
    }
  | { about: "reversal"; of: ReversalRecord };

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
