import type { TransactionKind } from "./transaction.ts";

/** Switches of a merchant; absent means the default. */
export interface Rules {
  /** A void asks for the card again. Default true. */
  voidNeedsCard?: boolean;
  /** Default true. */
  voidNeedsPin?: boolean;
  /** Default true. */
  preauthVoidNeedsPin?: boolean;
  /** Default true. */
  completionNeedsPin?: boolean;
  /** The void of a completion asks for the card again. Default true. */
  completionVoidNeedsCard?: boolean;
  /** Default true. */
  completionVoidNeedsPin?: boolean;
  /** Default true. */
  voidNeedsSupervisor?: boolean;
  /** Default true. */
  refundNeedsSupervisor?: boolean;
  /** A balance asks for the supervisor (§7.1). Default false. */
  balanceNeedsSupervisor?: boolean;
  /** Largest refund. Default 2,000,000 (20,000.00). */
  maxRefundFen?: number;
  /** Card numbers may be keyed. Default false. */
  manualEntry?: boolean;
  /** How much a tip or an adjustment may add, percent; 0: none. Default 0. */
  tipPercent?: number;
  /** Tips only on cards of other organisations than UnionPay (§5.6). Default true. */
  tipForeignOnly?: boolean;
  /** Balances may be asked for. Default true. */
  balance?: boolean;
  /** So often an offline sale, a tip or an adjustment is tried before it waits for the settlement (§5.4). Default 3. */
  offlineTries?: number;
  /** Minutes of nobody at the keys after which the terminal locks itself (DSS 8.2.8); 0: never. Default 0. */
  lockAfterMinutes?: number;
  /** hhmm: the terminal starts anew once a day at that time, when nobody uses it; "": never. Default "". */
  restartAt?: string;
  /** The host is told good night after a settlement (§5.5.9). Default false. */
  signOffAfterSettlement?: boolean;
  /** What the acquirer keeps of each transaction, of 10,000 (60 is 0.6 %), and the most of one. Default: no fee is reckoned. */
  feeRate?: number;
  feeCapFen?: number;
  /** What the merchant may do at all. Default everything. */
  enabled?: TransactionKind[];
}

/**
 * The acquirer profile: merchant, terminal and the ways of one host. It reaches the terminal as the asset
 * `profile.json` and fills the parameters at first start. It never holds a key.
 */
export interface Profile {
  name: string;
  merchant: { id: string; name: string; nameEn?: string; acquirer?: string; area?: string };
  terminal: { id: string };
  /**
   * backup: called when the first does not answer; the first is tried again `backAfterMinutes` later (default 10; 0: with every call). redials: how
   * often a number that is turned down is called again within the time-out (default 3).
   */
  host: {
    host: string;
    port: number;
    tls?: boolean;
    backup?: { host: string; port: number };
    backAfterMinutes?: number;
    redials?: number;
  };
  /** 10 digits. */
  tpdu: string;
  /** 12 digits. */
  header: string;
  keys: {
    masterSlot: number;
    /** 60.3 of sign-on: single DES, double, double + track key, SM4, SM4 + track key. */
    signOnCode: "001" | "003" | "004" | "005" | "006";
    mac: "ecb" | "x9.9" | "x9.19" | "sm4";
  };
  /** Milliseconds and counts (§5.1, §7.3). */
  responseTimeoutMs: number;
  connectTimeoutMs: number;
  reversalAttempts: number;
  promptTimeoutMs: number;
  /** Settings where hosts disagree (§9). */
  dialect: {
    /** DE2 on a plain swipe. */
    panOnSwipe: boolean;
    /** 60.6 (partial approval) present: 14 digits instead of 13. */
    partialApproval: boolean;
    /** An answer whose fields do not match the request: drop the reversal, or keep it with 06. */
    wrongPacket: "drop" | "keep";
    /** DE39 of a reversal when nothing was heard at all. */
    unansweredReason: "98" | "06";
    /** MMDD of the original behind batch and trace in DE61 of a sale void (16 digits instead of 12). */
    voidDate?: boolean;
    /** DE37 in the void of a pre-authorisation. */
    preauthVoidReference?: boolean;
    /** Fields this host does not want packed as digits (§1.4 note). */
    encodings?: Partial<Record<48 | 60 | 61, "digits" | "ascii">>;
  };
  /** What this merchant may do, and how carefully; each has the default of §5.6 and §7.4. */
  rules?: Rules;
  autoSignOn: boolean;
  receipt: { copies: 2 | 3; bankName?: string };
  language: "zh-CN" | "en";
  utcOffsetMinutes: number;
  operators: { id: string; password: string; role: "operator" | "supervisor" | "administrator" }[];
}
