/** What the terminal is and what it was asked to do: as callers say it, and as the kernel keeps it. Everything has a sensible default. */
import type { Bytes } from "./bytes.ts";
import type { CaKey, CaKeyInput, Revoked } from "./capk.ts";
import type { Torn } from "./outcome.ts";

/** One application the terminal accepts (§11.1). Amounts in fen. */
export interface ApplicationInput {
  /** 9F06. */
  aid: Bytes;
  /** DF01 = 00: names that begin with the AID count too. Default true. */
  partial?: boolean;
  /** 9F09, default 0030. */
  version?: Bytes;
  tacDefault?: Bytes;
  tacOnline?: Bytes;
  tacDenial?: Bytes;
  /** 9F1B; default 0: every amount goes online. */
  floorLimitFen?: number;
  /** DF15. */
  thresholdFen?: number;
  /** DF17, DF16: per cent, default 0. */
  targetPercent?: number;
  maxTargetPercent?: number;
  /** DF14; default 9F3704. */
  defaultDdol?: Bytes;
  defaultTdol?: Bytes;
  /** DF18. */
  onlinePin?: boolean;
  /** 9F7B; without it the terminal takes no electronic cash. */
  ecashLimitFen?: number;
  contactless?: ContactlessInput;
  /** Data objects of this application that go over the terminal's own. */
  tags?: Readonly<Record<string, Bytes>>;
}

/** Limits of the reader (§9.1); absent = none. */
export interface ContactlessInput {
  /** DF19, DF20, DF21. */
  floorLimitFen?: number;
  limitFen?: number;
  cvmLimitFen?: number;
  /** 9F66 before pre-processing; default 36000000. */
  ttq?: Bytes;
  /** An amount of one unit asks for a cryptogram online. */
  statusCheck?: boolean;
  /** Amount zero is not allowed at all. */
  zeroNotAllowed?: boolean;
  /** Which of `>` and `≥` the floor limit is (§9.1). Default ">". */
  floorRule?: ">" | ">=";
  /** Up to this amount neither PIN nor signature is asked of a card that wants one (§5.8 of the messages). */
  waiverFen?: number;
}

export interface TerminalInput {
  /** 9F1A, 5F2A, 5F36; default 0156, 0156, 02. */
  country?: Bytes;
  currency?: Bytes;
  currencyExponent?: number;
  /** 9F35, default 22. */
  type?: Bytes;
  /** 9F33, default E0F8C8. */
  capabilities?: Bytes;
  /** 9F40, default F000F0A001. */
  additionalCapabilities?: Bytes;
  /** 9F15, four digits. */
  merchantCategory?: string;
  /** 9F16, 9F1C, 9F1E: text. */
  merchantId?: string;
  terminalId?: string;
  serial?: string;
  /** 9F4E, ASCII. */
  merchantName?: string;
  /** 9F11 values the display can show; default 01 (Latin 1). */
  characterSets?: readonly number[];
  /** Somebody can be asked which application to take. Default: true. */
  display?: boolean;
  /** Whoever runs it wants to see the card before anything is decided. Default false. */
  showCard?: boolean;
  /** Whoever runs it keeps what may have been paid before the card is told to. Default false. */
  keepTorn?: boolean;
  /** The cardholder may leave a PIN out. Default false. */
  pinBypass?: boolean;
  /** Terminal risk management whatever the card says (§6.8). Default false. */
  alwaysManageRisk?: boolean;
  /** SM2 cards are taken (DF69); default: when a key of the application's RID is an SM2 key. */
  sm?: boolean;
  applications?: readonly (ApplicationInput | Bytes)[];
  caKeys?: readonly (CaKeyInput | CaKey)[];
  revoked?: readonly Revoked[];
  /** Cards not to be served: digits, and a sequence number when only that card is meant. */
  exceptions?: readonly { pan: string; sequence?: string }[];
  /** 9A YYMMDD, 9F21 hhmmss; a transaction's own go first. */
  date?: string;
  time?: string;
  /** 9F37; a transaction's own goes first. */
  unpredictableNumber?: Bytes;
  /** Any further data objects of the terminal. */
  tags?: Readonly<Record<string, Bytes>>;
}

export type Interface = "contact" | "contactless";

/** A number is an amount in fen. */
export type TransactionInput = number | bigint | TransactionDetails;

export interface TransactionDetails {
  amountFen: number | bigint;
  /** Cashback, 9F03. */
  otherFen?: number | bigint;
  /** 9C, default 00 (goods and services). */
  type?: Bytes;
  /** What a purchase is of, where 9F07 asks; when left out, what card and terminal both allow will do. */
  service?: "goods" | "services";
  interface?: Interface;
  date?: string;
  time?: string;
  /** 9F41, up to eight digits. */
  sequence?: number;
  currency?: Bytes;
  unpredictableNumber?: Bytes;
  /** The merchant wants it online. */
  forceOnline?: boolean;
  /** 1–99, for random selection; asked for when needed and left out. */
  randomPercent?: number;
  /** Purchases of the log, for split sales (§6.8). */
  log?: readonly { pan: string; amountFen: number }[];
  /** Take electronic cash when card and terminal can (§8). Default true. */
  ecash?: boolean;
  /** What the last tap left open (`outcome.torn`), as long as the rules let it live. */
  torn?: Torn;
  tags?: Readonly<Record<string, Bytes>>;
}

export interface Application {
  /** Hex digits. */
  aid: string;
  partial: boolean;
  tac: { default: Uint8Array | undefined; online: Uint8Array | undefined; denial: Uint8Array | undefined };
  floorLimitFen: number;
  thresholdFen: number;
  targetPercent: number;
  maxTargetPercent: number;
  defaultDdol: Uint8Array;
  defaultTdol: Uint8Array;
  onlinePin: boolean;
  ecashLimitFen: number | undefined;
  contactless: ContactlessInput;
  /** 9F66 before pre-processing. */
  ttq: Uint8Array;
  data: ReadonlyMap<string, Uint8Array>;
}

export interface Terminal {
  /** Last digit of 9F35: what it can do. */
  reach: "online-only" | "online-and-offline" | "offline-only";
  attended: boolean;
  /** Of a bank: the first digit of 9F35 is 1. */
  financial: boolean;
  capabilities: Uint8Array;
  additional: Uint8Array;
  display: boolean;
  showCard: boolean;
  keepTorn: boolean;
  pinBypass: boolean;
  alwaysManageRisk: boolean;
  sm: boolean | undefined;
  characterSets: readonly number[];
  applications: readonly Application[];
  caKeys: readonly CaKey[];
  revoked: readonly Revoked[];
  exceptions: readonly { pan: string; sequence?: string }[];
  data: ReadonlyMap<string, Uint8Array>;
}

export interface Transaction {
  amountFen: number;
  otherFen: number;
  /** Two digits. */
  type: string;
  service: "goods" | "services" | undefined;
  interface: Interface;
  /** YYMMDD; undefined when nobody said. */
  date: string | undefined;
  forceOnline: boolean;
  randomPercent: number | undefined;
  log: readonly { pan: string; amountFen: number }[];
  ecash: boolean;
  torn: Torn | undefined;
  data: ReadonlyMap<string, Uint8Array>;
}

/** A terminal in words, in data objects by tag, or ready made. */
export type TerminalLike = Terminal | TerminalInput | Tags;
/** A transaction in words, as an amount, in data objects by tag, or ready made. */
export type TransactionLike = Transaction | TransactionInput | Tags;
/** Data objects by tag. */
export type Tags = Readonly<Record<string, Bytes>>;

export { asTerminal, asTransaction, toApplication, toTerminal, toTransaction } from "./read-terminal.ts";
