/** How a transaction ended (§6.14, §9). An outcome is a value; only inside the kernel it travels as the `Ended` that leaves the steps. */
import type { DeclineReason } from "./cryptogram.ts";

export type Result =
  | "approved-offline"
  | "approved-online"
  | "declined-offline"
  | "declined-online"
  /** No application in common, or a service the card does not give. */
  | "not-accepted"
  /** The card could not be read. */
  | "card-error"
  | "card-blocked"
  /** Nothing has happened: the card may come again. */
  | "try-again"
  | "other-interface"
  | "cancelled"
  | "terminated";

export type Reason =
  | "card-lost"
  | "card-blocked"
  | "no-application"
  | "cancelled"
  | "all-refused"
  | "conditions-not-satisfied"
  | "command-failed"
  | "bad-answer"
  | "bad-record"
  | "bad-afl"
  | "bad-pdol"
  | "bad-dol"
  | "duplicate-object"
  | "mandatory-missing"
  | "too-many-commands"
  | "cryptogram-raised"
  | "service-not-allowed"
  | "amount-not-allowed"
  | "cardholder-not-verified"
  | "expired"
  | "exception-file"
  | "authentication-failed"
  | "interface-wanted"
  | "several-cards"
  | "see-phone"
  | "torn"
  | DeclineReason;

export interface Outcome {
  result: Result;
  reason: Reason;
  /** What exactly: command and status, tag, record. No card data. */
  words: string;
  /** A magnetic stripe may be tried (§6.14): the chip could not be read, and nobody has declined. */
  fallback: boolean;
  /** The host approved and the card did not: the request has to be reversed. */
  reversal: boolean;
  /** The issuer wants to hear of a decline (CID b4). */
  advice: boolean;
  /** A signature is wanted on paper. */
  signature: boolean;
  /** A PIN went, or goes, to the host. */
  onlinePin: boolean;
  /** The cardholder has been verified by a device of their own. */
  cardholderDevice: boolean;
  /** Paid from the electronic cash of the card. */
  ecash: boolean;
  /** What the purse held and holds, as far as the card told. */
  purse: { beforeFen: number | undefined; afterFen: number | undefined };
  /** Declined by the terminal after the card had paid: its purse holds less, and only its issuer can put it back. */
  charged: boolean;
  /** Offline data authentication was done and good. */
  authenticated: boolean;
  /** Why it failed, when it did. */
  authentication: string | undefined;
  /** Why each application the card named was passed over. */
  refused: readonly { aid: string; why: string }[];
  /** The card may have paid and was taken away too early: to be given with the next transaction (§9.6). */
  torn?: Torn;
  /** Everything known, by tag, for slips, the host and the journal. Kernel and terminal objects too; "95", "9B", "9F34", "DF31" … */
  data: Readonly<Record<string, Uint8Array>>;
}

/** A payment that was cut off when the card may have paid. Keep it as long as the rules say (60 s in the field) and no longer. */
export interface Torn {
  pan: string;
  aid: string;
  amountFen: number;
  /** YYMMDD. */
  date: string;
  /** By contacts: what the purse held before. */
  balanceFen?: number;
  /** What was known of it by tag, hex digits: 9F36, 9F37, 94, and the cryptogram that settles it. */
  data: Readonly<Record<string, string>>;
}

/** Leaves the steps from wherever they are; caught where they were started. */
export class Ended {
  constructor(
    readonly result: Result,
    readonly reason: Reason,
    readonly words: string,
    readonly more: Partial<Pick<Outcome, "fallback" | "reversal">> = {},
  ) {}
}
