/** What the kernel asks of whoever runs it, and what it takes for an answer. The list of answers is the transaction: give them again and it happens again (§5). */
import type { OnlineRequest } from "./online.ts";
import type { Outcome, Torn } from "./outcome.ts";
import type { Candidate } from "./candidates.ts";

export type CommandName =
  | "SELECT"
  | "READ RECORD"
  | "GET PROCESSING OPTIONS"
  | "GET DATA"
  | "INTERNAL AUTHENTICATE"
  | "GET CHALLENGE"
  | "VERIFY"
  | "GENERATE AC"
  | "EXTERNAL AUTHENTICATE"
  | "ISSUER SCRIPT"
  | "GET RESPONSE";

/** What may be shown to people; words for it are somebody else's (§6, Book 4 11.2). */
export type MessageId = "remove-card" | "card-read" | "try-again" | "incorrect-pin" | "last-pin-try" | "see-phone";

export interface OfflinePinRequest {
  kind: "plain" | "enciphered";
  /** Undefined when the card did not tell. */
  triesLeft: number | undefined;
  /** Of an enciphered PIN: how the block has to be made before it goes to the card. */
  encipher?: { modulus: Uint8Array; exponent: Uint8Array; challenge: Uint8Array };
}

/**
 * verified: whoever holds the PIN sent VERIFY itself, this is its status · block: the data of VERIFY, for the kernel to send (8 bytes, or the
 * cryptogram).
 */
export type OfflinePinAnswer = { verified: number } | { block: Uint8Array } | "bypassed" | "no-pad" | "cancelled";

export interface Requests {
  /** Bytes to the card; the answer is data ‖ SW1SW2, undefined when the card is gone. */
  apdu: { command: Uint8Array; about: CommandName };
  /** An index of `candidates`; undefined when the cardholder leaves. */
  application: { candidates: readonly Candidate[]; why: "choose" | "confirm" | "again" };
  "offline-pin": OfflinePinRequest;
  /** The card has been read: whether it is the right one. Asked only where the terminal wants to be (`showCard`). */
  card: {
    pan: string;
    sequence: string | undefined;
    expiry: string | undefined;
    track2: string | undefined;
    /** It takes the purchase as one of electronic cash: its purse pays, if that reaches. */
    purse: boolean;
  };
  /** From the next command on its purse may have been charged without anybody knowing: what to keep until it is over (§8). Asked where `keepTorn`. */
  charging: { torn: Torn };
  /** The block itself stays with whoever made it and goes to the host from there. */
  "online-pin": { pan: string; amountFen: number };
  /** A document is shown to the clerk (9F62, 9F61). */
  identity: { type: Uint8Array; number: Uint8Array };
  /** Bytes nobody can foretell. */
  random: { count: number };
  /** 1–99. */
  percent: Record<never, never>;
  online: { request: OnlineRequest };
  /** The issuer wants to be called: whether the merchant lets it pass (§6.12). */
  referral: { code: string };
  message: { id: MessageId };
}

export interface Answers {
  apdu: Uint8Array | undefined;
  application: number | undefined;
  "offline-pin": OfflinePinAnswer;
  card: boolean;
  charging: undefined;
  "online-pin": "entered" | "bypassed" | "no-pad" | "cancelled";
  identity: boolean;
  random: Uint8Array;
  percent: number;
  /** Undefined: the host could not be reached, or did not answer. */
  online: OnlineAnswer | undefined;
  referral: boolean;
  message: undefined;
}

/** What the issuer sent back. */
export interface OnlineAnswer {
  /** 8A: two characters. */
  code: string;
  /** 89. */
  authorisationCode?: string;
  /** 91. */
  authenticationData?: Uint8Array;
  /** 71 and 72 as they came, each with its tag and length. */
  scripts?: Uint8Array;
}

export type Ask = keyof Requests;
export type Asked = { [K in Ask]: { ask: K } & Requests[K] }[Ask];
export type Request = Asked | { ask: "outcome"; outcome: Outcome };
/** To which request, and what. */
export type Answer = { [K in Ask]: { to: K; value: Answers[K] } }[Ask];

/** A piece of a transaction: asks, is answered, and comes to something. */
export type Step<T> = Generator<Asked, T, Answer>;
