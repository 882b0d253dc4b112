/** A chip card as data: what an issuer decided when it was made, and what is odd about it. Rows in ./cards.json. */
import type { Account } from "../../acquirer/contract.ts";
import type { Hex } from "./hex.ts";

export interface ChipProfile {
  id: string;
  label: { zh: string; en: string };
  pan: string;
  holder: string;
  /** 5F34, two digits. */
  sequence: string;
  /** YYMM. */
  expiry: string;
  /** Service code of its stripe, and of track 2 in the chip; null: it has no stripe. */
  stripe: string | null;
  /** Null: no host knows this card. */
  account: Omit<Account, "pan" | "label" | "holder"> | null;
  contact?: ContactProfile;
  field?: FieldProfile;
  /** A directory of applications (PSE, PPSE). Default true. */
  directory?: boolean;
  /** The issuer has blocked the whole card. */
  blocked?: boolean;
  applications: ApplicationProfile[];
}

export interface ContactProfile {
  protocol: "T=0" | "T=1";
  /** What it answers instead of its ATR; null: nothing. */
  atr?: { cold?: Hex | null; warm?: Hex | null };
  /** How long each command takes, ms; default 20. */
  workMs?: number;
  /** How often it asks for more time in each command; default 0. */
  extensions?: number;
}

export interface FieldProfile {
  uid: Hex;
  /** Another card stuck to it, by its UID. */
  second?: Hex;
  workMs?: number;
  extensions?: number;
}

/** In the order they are tried; each has the rule "the next one when this fails" but the last. */
export type CvmName = "online-pin" | "plain-pin" | "enciphered-pin" | "signature" | "none" | "document";

export type ApplicationFault =
  /** A byte of its own certificate is not what was signed. */
  | "wrong-certificate"
  /** The second GENERATE AC is answered with AAC whatever was asked. */
  | "refuses-second-ac"
  /** The second GENERATE AC is not answered at all. */
  | "dies-at-second-ac"
  /** The first GENERATE AC is answered AAC, reason "service not allowed". */
  | "service-not-allowed"
  /** GET PROCESSING OPTIONS is refused with 6985. */
  | "conditions-not-satisfied"
  /** An object comes twice. */
  | "doubled-object";

export interface ApplicationProfile {
  aid: Hex;
  /** 50, ASCII. */
  label: string;
  /** 9F12 in the character set 9F11 = 01. */
  preferred?: string;
  /** 1 first; absent: none. */
  priority?: number;
  /** The cardholder must agree. */
  confirm?: boolean;
  blocked?: boolean;
  /** The best it can; each can the ones before it too. */
  authentication: "none" | "sda" | "dda" | "cda";
  /** 8F: which key of the authority. Default 80. */
  authority?: Hex;
  /** It has SM2 certificates and SM4 keys too, chosen by DF69. */
  sm?: boolean;
  cvm: CvmName[];
  /** Of the offline PIN. */
  pin?: string;
  /** Default 3. */
  pinTries?: number;
  /** 9F0D, 9F0E, 9F0F: default, denial, online. */
  actions?: { default: Hex; denial: Hex; online: Hex };
  purse?: { balanceFen: number; limitFen: number; singleFen: number; thresholdFen: number };
  /** It pays in one tap. `version`: of fDDA. `cid`: it names its decision by 9F27, else only in 9F10. */
  quick?: {
    version: "00" | "01";
    cid?: boolean;
    /** It is in a phone that verifies its owner: it is unlocked, or asks to be looked at before each payment (6986). */
    phone?: "verified" | "asks";
  };
  /** Payments in a row without the host before it asks for one (9F58). Default 255. */
  offlineLimit?: number;
  /** How the issuer is authenticated: by EXTERNAL AUTHENTICATE, or by 91 in CDOL2. Default "command". */
  issuerBy?: "command" | "cdol2";
  /** Approves although the issuer's cryptogram was wrong. */
  lenient?: boolean;
  faults?: ApplicationFault[];
}
