/** A terminal, a clock and a line for the host's tests. Not a test file. */
import { readFileSync } from "node:fs";
import { type DecodedFrame, decodeFrame, encodeBody, encodeFrame, type Fields } from "../../../tools/acquirer/codec.ts";
import type { Account, AcquirerConnection, AcquirerHost, AcquirerOptions, Rule } from "../../../tools/acquirer/contract.ts";
import { macOf, pinBlock, sealTrack, verifyMac } from "../../../tools/acquirer/crypto.ts";
import { createAcquirer } from "../../../tools/acquirer/index.ts";
import { keyMaterial, type SignOnCode, type WorkingKeys, workingKeys } from "../../../tools/acquirer/keys.ts";
import type { LedgerStorage } from "../../../tools/acquirer/ledger.ts";
import { toHex } from "../../../tools/acquirer/text.ts";
import { accounts } from "../../../tools/cards/index.ts";

export const profile: AcquirerOptions["profile"] = JSON.parse(readFileSync("tools/sim/profiles/demo.json", "utf8"));
export const PAN = "6229990000000000019";
export const TRACK2 = "6229990000000000019D30122010000012300";
export const BATCH = "000001";
const MONDAY = Date.parse("2026-07-06T09:30:15+08:00");

/** A clock that moves only when told. */
export class TestClock {
  now = 0;
  readonly #timers: { at: number; callback: () => void }[] = [];
  wallMs(): number {
    return MONDAY + this.now;
  }
  after(ms: number, callback: () => void): { stop(): void } {
    const timer = { at: this.now + ms, callback };
    this.#timers.push(timer);
    return { stop: () => void this.#timers.splice(this.#timers.indexOf(timer), 1) };
  }
  advance(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const next = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers.splice(this.#timers.indexOf(next), 1);
      this.now = next.at;
      next.callback();
    }
    this.now = end;
  }
}

export interface Answer extends DecodedFrame {
  macState: "ok" | "bad" | "none";
}

export class Line {
  readonly bytes: number[] = [];
  closed = false;
  readonly connection: AcquirerConnection;
  constructor(
    host: AcquirerHost,
    readonly keys: () => WorkingKeys,
  ) {
    this.connection = host.connect({
      send: (bytes) => void this.bytes.push(...bytes),
      close: () => void (this.closed = true),
    });
  }

  /** The oldest answer not yet taken. */
  take(): Answer | undefined {
    if (this.bytes.length < 2) return undefined;
    const length = (this.bytes[0]! << 8) | this.bytes[1]!;
    if (this.bytes.length < length + 2) return undefined;
    const frame = decodeFrame(Uint8Array.from(this.bytes.splice(0, length + 2)));
    return { ...frame, macState: verifyMac(frame, this.keys().macMethod, this.keys().mac) };
  }

  exchange(frame: Uint8Array): Answer | undefined {
    this.connection.receive(frame);
    return this.take();
  }
}

/** Undefined takes a field away. */
export type Changes = Record<string, string | undefined>;

export interface SaleSettings {
  trace?: string;
  amountFen?: number;
  track2?: string;
  pan?: string;
  pin?: string | undefined;
  batch?: string;
}

/** MTI, DE3, DE25 and 60.1 of each transaction, as §2.2–§2.5 have them. */
const NAMES = {
  balance: ["0200", "310000", "00", "01"],
  sale: ["0200", "000000", "00", "22"],
  void: ["0200", "200000", "00", "23"],
  refund: ["0220", "200000", "00", "25"],
  preauth: ["0100", "030000", "06", "10"],
  "preauth-add": ["0100", "030000", "60", "10"],
  "preauth-void": ["0100", "200000", "06", "11"],
  completion: ["0200", "000000", "06", "20"],
  "completion-void": ["0200", "200000", "06", "21"],
  "completion-advice": ["0220", "000000", "06", "24"],
  offline: ["0220", "000000", "00", "30"],
  adjustment: ["0220", "000000", "00", "32"],
  tip: ["0220", "000000", "00", "34"],
} as const;

export type Word = keyof typeof NAMES;

/** Advices carry no PIN. */
const WITHOUT_PIN: ReadonlySet<string> = new Set(["completion-advice", "offline", "adjustment", "tip"]);
/** Reversals that name their original. */
const REVERSALS_WITH_61: ReadonlySet<string> = new Set(["void", "preauth-void", "completion", "completion-void"]);
/** The day of the test clock. */
export const TODAY = "0706";
export const NO_TRACE = "000000000000";

export interface DaySettings extends SaleSettings {
  /** DE22 = 01x with DE2 and DE14, no track. */
  keyed?: boolean;
  terminal?: string;
}

export class Bench {
  readonly clock = new TestClock();
  readonly host: AcquirerHost;
  readonly line: Line;
  readonly terminal: string;
  keys: WorkingKeys;

  constructor(options: Partial<AcquirerOptions> & { storage?: LedgerStorage; code?: SignOnCode } = {}) {
    const { storage, code, ...rest } = options;
    const used = rest.profile ?? profile;
    this.terminal = used.terminal.id;
    this.host = createAcquirer({ profile: used, clock: this.clock, seed: 7, accounts: accounts(), ...rest }, storage);
    this.keys = keysFor(used, code ?? "004");
    this.line = new Line(this.host, () => this.keys);
  }

  frame(mti: string, fields: Fields, signed: boolean): Uint8Array {
    const { 64: mac, ...plain } = fields;
    const sealed = signed ? toHex(macOf(this.keys.macMethod, this.keys.mac, encodeBody(mti, plain, true))) : undefined;
    const all = mac !== undefined ? fields : sealed === undefined ? plain : { ...plain, 64: sealed };
    return encodeFrame({ tpdu: "6000030000", header: "603100310000", mti, fields: all });
  }

  send(mti: string, fields: Changes, signed = true): Answer | undefined {
    return this.line.exchange(this.frame(mti, present(fields), signed));
  }

  signOn(code: SignOnCode = "004", changes: Changes = {}): Answer {
    const asked = {
      ...this.#who(),
      11: "000001",
      60: `00${BATCH}${code}`,
      62: "Sequence No1612345678ABCDEFGH",
      63: "01 ",
      ...changes,
    };
    const answer = this.send("0800", asked, false);
    if (answer === undefined) throw new Error("no answer to the sign-on");
    return answer;
  }

  #who(): Fields {
    return { 41: this.terminal, 42: profile.merchant.id };
  }

  saleFields(settings: SaleSettings = {}, changes: Changes = {}): Changes {
    const { trace = "000123", amountFen = 1000, track2 = TRACK2, batch = BATCH } = settings;
    const pin = "pin" in settings ? settings.pin : "123456";
    const pan = settings.pan ?? track2.split("D")[0]!;
    const { algorithm } = this.keys;
    const sealed = this.keys.track === undefined ? track2 : sealTrack(algorithm, this.keys.track, track2);
    return {
      ...this.#who(),
      3: "000000",
      4: String(amountFen).padStart(12, "0"),
      11: trace,
      22: pin === undefined ? "022" : "021",
      25: "00",
      26: pin === undefined ? undefined : "12",
      35: sealed,
      49: "156",
      52: pin === undefined ? undefined : toHex(pinBlock(algorithm, this.keys.pin, pin, pan)),
      53: `${pin === undefined ? "0" : "2"}${this.keys.securityDigit}${this.keys.track === undefined ? "0" : "1"}0000000000000`,
      60: `22${batch}00060`,
      ...changes,
    };
  }

  sale(settings: SaleSettings = {}, changes: Changes = {}): Answer | undefined {
    return this.send("0200", this.saleFields(settings, changes));
  }

  reversalFields(settings: SaleSettings = {}, changes: Changes = {}): Changes {
    const { 26: _26, 35: track, 52: _52, ...kept } = this.saleFields(settings);
    return { ...kept, 2: settings.pan ?? (settings.track2 ?? TRACK2).split("D")[0]!, 39: "98", ...changes };
  }

  reversal(settings: SaleSettings = {}, changes: Changes = {}): Answer | undefined {
    return this.send("0400", this.reversalFields(settings, changes));
  }

  /** Any transaction; `more` is what it says of its original: 37, 38, 48, 61, 63. */
  fieldsOf(word: Word, settings: DaySettings = {}, more: Changes = {}): Changes {
    const [, processing, condition, type] = NAMES[word];
    const keyed = settings.keyed === true;
    const advice = WITHOUT_PIN.has(word);
    const sale = this.saleFields(advice ? { ...settings, pin: undefined } : settings);
    const pan = settings.pan ?? (settings.track2 ?? TRACK2).split("D")[0]!;
    const pin = sale[52] !== undefined;
    const bare = { 35: undefined, 2: pan, 14: "3012" };
    return {
      ...sale,
      ...(word === "balance" ? { 4: undefined } : {}),
      ...(settings.terminal === undefined ? {} : { 41: settings.terminal }),
      ...(advice ? { 2: pan } : {}),
      ...(keyed ? { ...bare, 22: pin ? "011" : "012", 53: pin ? `2${sale[53]!.slice(1, 2)}00000000000000` : undefined } : {}),
      3: processing,
      25: condition,
      60: `${type}${settings.batch ?? BATCH}00060`,
      ...more,
    };
  }

  transact(word: Word, settings: DaySettings = {}, more: Changes = {}): Answer | undefined {
    return this.send(NAMES[word][0], this.fieldsOf(word, settings, more));
  }

  /** The 0400 of a transaction, with the same `more`. */
  undo(word: Word, settings: DaySettings = {}, more: Changes = {}): Answer | undefined {
    const {
      26: _26,
      35: _35,
      36: _36,
      37: _37,
      48: _48,
      52: _52,
      55: _55,
      63: _63,
      ...kept
    } = this.fieldsOf(word, settings, more);
    const named = REVERSALS_WITH_61.has(word) ? {} : { 61: undefined };
    const pan = settings.pan ?? (settings.track2 ?? TRACK2).split("D")[0]!;
    return this.send("0400", { ...kept, ...named, 2: pan, 39: "98" });
  }

  /** A message of network management, settlement or upload. */
  manage(mti: string, management: string, fields: Changes = {}, batch = BATCH): Answer | undefined {
    return this.send(mti, { ...this.#who(), 60: `00${batch}${management}`, ...fields }, false);
  }

  entry(trace: string, batch = BATCH) {
    const found = this.host.ledger().transactions.find((each) => each.trace === trace && each.batch === batch);
    if (found === undefined) throw new Error(`no entry with trace ${trace} in batch ${batch}`);
    return found;
  }

  rule(rule: Rule): void {
    this.host.addRule(rule);
  }

  balance(pan = PAN): number {
    return this.account(pan).balanceFen;
  }

  account(pan: string): Account {
    const found = this.host.state({ clear: true }).accounts.find((account) => account.pan === pan);
    if (found === undefined) throw new Error(`no account ${pan}`);
    return found;
  }

  lastWords(): string {
    return this.host.state().log.at(-1)?.words ?? "";
  }
}

export function keysFor(used: AcquirerOptions["profile"], code: SignOnCode): WorkingKeys {
  const keys = workingKeys(code, keyMaterial(used.keys, used.testKeys), used.keys.mac as WorkingKeys["macMethod"]);
  if (keys === undefined) throw new Error(`no keys for ${code}`);
  return keys;
}

function present(fields: Changes): Fields {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Signed on and ready. */
export function ready(options: ConstructorParameters<typeof Bench>[0] = {}): Bench {
  const bench = new Bench(options);
  bench.signOn(options.code ?? "004");
  return bench;
}
