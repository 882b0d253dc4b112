/**
 * The acquirer profile: merchant, terminal and the ways of one host. It reaches the terminal as the asset
 * `profile.json` and fills the parameters at first start. It never holds a key.
 */
export interface Profile {
  name: string;
  merchant: { id: string; name: string; nameEn?: string };
  terminal: { id: string };
  host: { host: string; port: number; tls?: boolean; backup?: { host: string; port: number } };
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
    /** Fields this host does not want packed as digits (§1.4 note). */
    encodings?: Partial<Record<48 | 60 | 61, "digits" | "ascii">>;
  };
  autoSignOn: boolean;
  receipt: { copies: 2 | 3; bankName?: string };
  language: "zh-CN" | "en";
  utcOffsetMinutes: number;
  operators: { id: string; password: string; role: "operator" | "supervisor" | "administrator" }[];
}
