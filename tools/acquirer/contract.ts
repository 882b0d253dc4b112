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
  /** Terminals besides the profile's own; each works with the profile's keys unless it has its own master key. */
  terminals?: readonly TerminalRegistration[];
  /** The most one transaction may be, fen; answer 61 above it. Default 5,000,000 (50,000.00). */
  limitFen?: number;
  /** Issuers of chip cards and what terminals download for chips; without it DE55 passes as it is. */
  chips?: ChipIssuers;
  /** Each log line as it is written; card numbers are masked. */
  onLog?: (line: AcquirerState["log"][number]) => void;
}

/** What the issuers behind this host know of their chip cards, and the centre's downloads (§2.9). Hex throughout. */
export interface ChipIssuers {
  /** Master keys of a card's issuer; undefined: it has given this card no chip, and DE55 of it passes as it is. */
  masters(pan: string, algorithm: "3des" | "sm4"): { ac: string; mac: string; enc: string } | undefined;
  /** CA keys: 9F06 9F22 DF05 DF06 DF07 DF02 DF04 DF03. */
  keys: readonly { rid: string; index: string; expiry: string; sm?: boolean; objects: string }[];
  /** AID parameters: 9F06 DF01 … */
  applications: readonly { aid: string; objects: string }[];
}

/** Numbers of §5.8: `parameters` by tag ("FF805D"), tables of no-PIN debit and of excluded numbers. */
export interface ContactlessTables {
  parameters?: Record<string, string>;
  /** 396. */
  noPin?: readonly BinRow[];
  /** 398. */
  excluded?: readonly BinRow[];
}

export interface BinRow {
  /** Digits of the whole card number, 13–19. */
  length: number;
  /** Its first six digits. */
  bin: string;
}

/** A command for the card; `template` 71 comes before its second cryptogram, 72 (the default) after it. */
export type ChipScript = { template?: "71" | "72" } & (
  | { do: "application-block" | "application-unblock" | "card-block" | "pin-unblock" }
  | { do: "pin-change"; pin: string }
  | { do: "put-data"; tag: string; value: string }
  | { do: "update-record"; file: number; record: number; value: string }
  /** Anything else: CLA INS P1 P2 and data; Lc and MAC are added. */
  | { do: "command"; header: string; data: string }
);

export interface TerminalRegistration {
  terminal: string;
  merchant: string;
  /** Hex; undefined: the profile's. */
  masterKey?: string;
}

export interface AcquirerProfile {
  merchant: { id: string; name: string };
  terminal: { id: string };
  keys: { masterSlot: number; signOnCode: string; mac: string };
  /** Local time of DE12, 13 and 15; default 480. */
  utcOffsetMinutes?: number;
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
  /** In views: what open pre-authorisations hold back, fen; absent: nothing. `balanceFen` is before it. */
  heldFen?: number;
  label?: string;
  holder?: string;
  /** Issuer's institution id for 44.1, 8 digits. */
  issuer?: string;
  /** The card has a chip: a swipe on a terminal that reads chips is answered 45 unless it is a fallback (60.5 = 2). */
  chip?: boolean;
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

/**
 * What the host does instead of its usual answer. Money moves unless `answer` declines or the request never came. The first rule
 * that matches and is not used up applies; one rule a message.
 */
export interface Rule {
  match: RuleMatch;
  /** Fields put over the usual answer, e.g. {"39":"51"}. A declining 39 moves no money. */
  answer?: Record<string, string>;
  /**
   * silence: book it and say nothing · drop-request: as if it never came · late-request: it comes `delayMs` late, so whatever the
   * terminal sends meanwhile comes first · disconnect: close after `atByte` bytes of the answer · drip: one byte each `delayMs`.
   */
  fault?:
    | "silence"
    | "drop-request"
    | "late-request"
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
  /** Before the answer leaves; see late-request and drip. */
  delayMs?: number;
  /** What the answer says to the chip: a wrong 91 or none, scripts. */
  chip?: { arpc?: "wrong" | "none"; scripts?: ChipScript[] };
  /** Processing requirement put into the answer's header, 0–8 (§1.3): 3 = sign on again. */
  headerRequest?: number;
  /** How many times it applies; undefined: always. */
  count?: number;
}

/**
 * approved: moved money, or changed a hold · answered: moved nothing (balance) · declined · reversed: as if it had never been · voided:
 * a void of it stands too · refunded: so much of it was given back (`refundedFen`) · held: holds money back · completed: a hold that was
 * charged · reversed-early: its reversal came first, so it can never be approved.
 */
export type EntryState =
  | "approved"
  | "answered"
  | "declined"
  | "reversed"
  | "voided"
  | "refunded"
  | "held"
  | "completed"
  | "reversed-early";

/** What another entry refers to. */
export interface OriginalKey {
  terminal: string;
  batch: string;
  trace: string;
}

export interface LedgerEntry {
  n: number;
  at: string;
  /** sale, void, refund, preauth … : the words of ./kinds.ts. */
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
  state: EntryState;
  /** A card of another organisation than UnionPay: settlement counts it apart. */
  foreign?: boolean;
  /** The transaction this one is about: of a void, refund, completion, adjustment … */
  original?: OriginalKey;
  /** Sum of its refunds, when there are any. */
  refundedFen?: number;
  /** What it stands for after adjustments and tips, when there were any. Settlement counts this. */
  totalFen?: number;
  /** Of a pre-authorisation: what it holds with its add-ons. */
  heldFen?: number;
  /** Of a chip: what it said, and whether that is right under its issuer's keys (absent: nobody knows the keys). */
  chip?: {
    kind: "AAC" | "TC" | "ARQC";
    atc: string;
    cryptogram: string;
    sequence: string;
    right?: boolean;
    ecash?: boolean;
    /** Its number, where another card pays. */
    pan?: string;
  };
  /** DF31 of a script result that was told (0620). */
  scriptResults?: string;
  /** The certificate a batch upload brought (203–206). */
  certificate?: { kind: "AAC" | "TC" | "ARQC"; cryptogram: string; right?: boolean };
}

export interface AcquirerState {
  accounts: Account[];
  rules: (Rule & { left?: number })[];
  /** Terminals that signed on, with their batch; `status` is the last status upload, values by code of §7.3. */
  terminals: {
    terminal: string;
    merchant: string;
    signedOn: boolean;
    batch: string;
    status?: { at: string; values: Record<string, string> };
  }[];
  /** What a parameter download hands out, by code of §7.3. */
  parameters: Record<string, string>;
  /** Answer given to each message, newest last; refusals say why. */
  log: { at: string; level: "info" | "refused"; words: string }[];
}

/** One half of DE48 of a settlement (§3.6). */
export interface Totals {
  debitFen: number;
  debitCount: number;
  creditFen: number;
  creditCount: number;
}

export interface BothTotals {
  domestic: Totals;
  foreign: Totals;
}

export interface SettlementProblem {
  /** missing: was to be uploaded and was not · doubled: came twice · different: not as the host has it · unknown: the host has none. */
  what: "missing" | "doubled" | "different" | "unknown";
  trace: string;
  words: string;
}

export interface SettlementView {
  terminal: string;
  batch: string;
  /** Of the last 0500 that was compared. */
  at: string;
  balanced: { domestic: boolean; foreign: boolean };
  totals: { host: BothTotals; terminal: BothTotals };
  /** Records of the batch upload that came; a message that came twice counts once. */
  uploaded: number;
  /** What the terminal said it uploaded, when it ended. */
  told?: number;
  problems: SettlementProblem[];
  /** What chips certified, as it was uploaded (203–206): TC of what was approved, AAC of what the card declined. */
  certificates?: { trace: string; kind: "AAC" | "TC" | "ARQC"; cryptogram: string; right?: boolean }[];
  closed: boolean;
}

export interface LedgerView {
  transactions: LedgerEntry[];
  byState: Record<string, number>;
  /** Money that stands, by terminal and batch. */
  batches: ({ terminal: string; batch: string } & Totals)[];
  /** Oldest first. */
  settlements: SettlementView[];
}

/** One line of a terminal's daily statement. */
export interface StatementRow {
  /** hhmmss. */
  time: string;
  kind: string;
  trace: string;
  batch: string;
  /** Masked unless asked for in clear. */
  pan: string;
  /** What the host approved; what was asked when it did not. */
  amountFen: number;
  reference: string;
  code: string;
  state: EntryState;
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
  /** Card numbers masked and PINs left out unless `clear`. */
  state(options?: { clear?: boolean }): AcquirerState;
  ledger(options?: { clear?: boolean }): LedgerView;
  addRule(rule: Rule): void;
  clearRules(): void;
  setAccount(account: Account): void;
  /** As after a restart from an older copy of its ledger: the last `records` records are gone. Throws Error unless it is a whole number from 0. */
  forget(records: number): void;
  /** Values by code of §7.3, put over those it has: {"12":"45"}. Throws Error saying which code cannot be or has a wrong value. */
  setParameters(parameters: Record<string, string>): void;
  /** What a blacklist download (390) hands out: card numbers and beginnings of card numbers. Throws Error saying which cannot be. */
  setBlacklist(entries: readonly string[]): void;
  /** What 394, 396 and 398 hand out. Throws Error saying which value cannot be. */
  setContactless(tables: ContactlessTables): void;
  /** What the host has of a terminal on a day (YYYYMMDD of its own time), oldest first. */
  statement(terminal: string, date: string, options?: { clear?: boolean }): StatementRow[];
  onChange: (() => void) | undefined;
  close(): Promise<void>;
}
