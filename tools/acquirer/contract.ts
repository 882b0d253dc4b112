/**
 * The acquirer as its users see it: the command line (./main.ts), the desk, outside tests. Nothing here or below is shared with app.
 */

export interface AcquirerClock {
  wallMs(): number;
  after(ms: number, callback: () => void): { stop(): void };
}

export interface AcquirerOptions {
  /** Merchant, terminal, TPDU, test keys: the profile file as it is (tools/sim/profiles/demo.json). */
  profile: AcquirerProfile;
  /** Where the ledger lives; undefined: in memory only. */
  dataDir?: string;
  clock: AcquirerClock;
  /** For reference numbers and authorisation codes. */
  seed?: number;
  /** Stripe cards known at the start (tools/cards). */
  accounts: readonly Account[];
}

export interface AcquirerProfile {
  merchant: { id: string; name: string };
  terminal: { id: string };
  keys: { masterSlot: number; signOnCode: string; mac: string };
  testKeys: { masterKeys: Record<string, string>; workingKeys: { PIK: string; MAK: string; TDK: string } };
}

export interface Account {
  pan: string;
  pin?: string;
  balanceFen: number;
  /** YYMM. */
  expiry?: string;
  /** An answer code for everything this card does: "41" lost … */
  status?: string;
  kind?: "debit" | "credit";
  label?: string;
  holder?: string;
}

/** What a rule looks at; all given parts must agree. Field numbers as keys of `fields`; `card` is a PAN or its beginning. */
export interface RuleMatch {
  mti?: string;
  amount?: string;
  card?: string;
  fields?: Record<string, string>;
  /** 60.3, e.g. "004" for sign-on. */
  management?: string;
  terminal?: string;
}

/** What the host does instead of its usual answer. Money moves unless `answer` declines or `before` says otherwise. */
export interface Rule {
  match: RuleMatch;
  /** Fields put over the usual answer, e.g. {"39":"51"}. A declining 39 moves no money. */
  answer?: Record<string, string>;
  /** silence: book it and say nothing · drop-request: as if it never came · disconnect: close after `atByte` bytes of the answer. */
  fault?:
    | "silence"
    | "drop-request"
    | "wrong-mac"
    | "no-mac"
    | "wrong-trace"
    | "wrong-amount"
    | "wrong-terminal"
    | "wrong-mti"
    | "garbage"
    | "oversize"
    | "duplicate"
    | "disconnect"
    | "drip"
    | "short-length";
  atByte?: number;
  delayMs?: number;
  /** How many times it applies; undefined: always. */
  count?: number;
}

export interface LedgerEntry {
  n: number;
  at: string;
  kind: string;
  terminal: string;
  merchant: string;
  batch: string;
  trace: string;
  pan: string;
  amountFen: number;
  approvedFen: number;
  reference: string;
  authCode: string;
  /** Answer code given. */
  code: string;
  /** approved moved money; reversed moved it back. */
  state: "approved" | "declined" | "reversed" | "voided";
}

export interface AcquirerState {
  accounts: Account[];
  rules: (Rule & { left?: number })[];
  /** Terminals that signed on, with their batch. */
  terminals: { terminal: string; merchant: string; signedOn: boolean; batch: string }[];
  /** Answer given to each message, newest last; refusals say why. */
  log: { at: string; level: "info" | "refused"; words: string }[];
}

export interface LedgerView {
  transactions: LedgerEntry[];
  byState: Record<string, number>;
  batches: { terminal: string; batch: string; debitFen: number; debitCount: number; creditFen: number; creditCount: number }[];
}

/** One connection: bytes as they come off the line. */
export interface AcquirerConnection {
  receive(bytes: Uint8Array): void;
  ended(): void;
}

export interface AcquirerHost {
  /** TCP on 127.0.0.1; 0 = any free port; resolves the port. */
  listen(port: number): Promise<number>;
  /** A line without TCP, for in-process tests. */
  connect(far: { send(bytes: Uint8Array): void; close(): void }): AcquirerConnection;
  /** Answers still to be given (delays). */
  readonly busy: boolean;
  state(): AcquirerState;
  ledger(options?: { clear?: boolean }): LedgerView;
  addRule(rule: Rule): void;
  clearRules(): void;
  setAccount(account: Account): void;
  onChange: (() => void) | undefined;
  close(): Promise<void>;
}
