/**
 * What the host knows: accounts, terminals, transactions, settlements, parameters. It changes only by records of the ledger, so
 * replaying the ledger gives the same book.
 */
import type { Fields } from "./codec.ts";
import type { ChipRecord } from "./chip/chip.ts";
import type { Account, ContactlessTables, LedgerEntry, LedgerView, StatementRow } from "./contract.ts";
import type { SignOnCode } from "./keys.ts";
import { changes, countingStates, directionOf, isKind, type Kind, kindRow, standsAlone } from "./kinds.ts";
import { isForeign } from "./organisations.ts";
import { Settlements, type SettlementRecord } from "./settlements.ts";
import { dayOf, timeOf } from "./time.ts";

/** As it was when it came; what became of it since is in Booked. */
export interface Transaction extends Omit<LedgerEntry, "foreign" | "refundedFen" | "totalFen" | "heldFen"> {
  kind: Kind;
  /** DE3 of the request. */
  processing: string;
  /** DE61 of the request. */
  original61?: string;
  /** SHA-256 of MTI … DE63 of the request: is a second one the same? */
  digest: string;
  /** The answer given, without 64. */
  answer: Fields;
  pin: "right" | "wrong" | "unchecked";
  /** What left the account, fen; below zero: what came back to it. */
  movedFen: number;
  /** What the chip said. */
  chip?: ChipRecord;
  /** DE48 of an advice: the part of its amount that is a tip. */
  tipFen?: number;
}

/** A transaction in the book. */
export interface Booked extends Transaction {
  /** DF31 of a 0620. */
  scriptResults?: string;
  certificate?: LedgerEntry["certificate"];
  /** What it stands for: approved, then changed by adjustments and tips. */
  totalFen: number;
  refundedFen: number;
  /** Of a pre-authorisation, with its add-ons; whether it holds money is in `state`. */
  heldFen: number;
}

/** One terminal's message is known by its terminal, batch and trace. */
export interface TransactionKey {
  terminal: string;
  batch: string;
  trace: string;
}

export type LedgerRecord =
  | { record: "account"; account: Account }
  | { record: "signed-on"; terminal: string; merchant: string; code: SignOnCode; batch: string }
  | { record: "signed-off"; terminal: string }
  | { record: "transaction"; transaction: Transaction }
  | { record: "reversed"; key: TransactionKey; at: string; reason: string }
  | { record: "parameters"; parameters: Record<string, string> }
  | { record: "blacklist"; entries: string[] }
  | { record: "contactless"; tables: ContactlessTables }
  | { record: "script-result"; key: TransactionKey; at: string; results: string }
  | { record: "status"; terminal: string; at: string; values: Record<string, string> }
  | SettlementRecord;

/** The last so many records are as if they had never been written: a host that came back from an older copy of its ledger. */
export interface Forgotten {
  record: "forgotten";
  count: number;
}

export interface TerminalState {
  terminal: string;
  merchant: string;
  signedOn: boolean;
  code: SignOnCode;
  batch: string;
}

export interface AccountState {
  account: Account;
  /** Wrong PINs in a row. */
  wrongPins: number;
}

export const keyOf = ({ terminal, batch, trace }: TransactionKey): string => `${terminal} ${batch} ${trace}`;

export const nextBatch = (batch: string): string => String((Number(batch) % 999_999) + 1).padStart(6, "0");

const MOST_TRACE = 999_999;

/** Traces go round, from 999999 to 1: one comes after another when that is the shorter way. */
export function comesAfter(trace: string, other: string): boolean {
  const ahead = (Number(trace) - Number(other) + MOST_TRACE) % MOST_TRACE;
  return ahead > 0 && ahead < MOST_TRACE / 2;
}

export class Book {
  readonly accounts = new Map<string, AccountState>();
  readonly terminals = new Map<string, TerminalState>();
  readonly statuses = new Map<string, { at: string; values: Record<string, string> }>();
  readonly transactions: Booked[] = [];
  readonly settlements = new Settlements(this);
  parameters: Record<string, string> = {};
  /** Card numbers and beginnings of card numbers. */
  blacklist: readonly string[] = [];
  /** What 394, 396 and 398 hand out. */
  contactless: ContactlessTables = {};
  readonly #byKey = new Map<string, Booked>();

  constructor(accounts: readonly Account[]) {
    for (const account of accounts) this.apply({ record: "account", account });
  }

  find(key: TransactionKey): Booked | undefined {
    return this.#byKey.get(keyOf(key));
  }

  /** Also one that was adjusted before it ever came: it is in the book under its adjustment. */
  resolve(key: TransactionKey): Booked | undefined {
    const direct = this.find(key);
    if (direct !== undefined && direct.state !== "declined") return direct;
    const named = key.batch + key.trace;
    const change = this.ofBatch(key.terminal, key.batch).find(
      (each) => standsAlone(each) && each.original61?.slice(0, 12) === named,
    );
    return change ?? direct;
  }

  /** What a standing adjustment or tip is of; anything else is itself. */
  rootOf(booked: Booked): Booked {
    const changed = changes.has(booked.kind) && countingStates.has(booked.state) ? booked.original : undefined;
    return (changed && this.find(changed)) ?? booked;
  }

  ofBatch(terminal: string, batch: string): Booked[] {
    return this.transactions.filter((transaction) => transaction.terminal === terminal && transaction.batch === batch);
  }

  /** The last trace of a batch, in whatever order its entries came; undefined when it has none. */
  lastTrace(terminal: string, batch: string): string | undefined {
    const traces = this.ofBatch(terminal, batch).map(({ trace }) => trace);
    return traces.reduce<string | undefined>(
      (last, trace) => (last === undefined || comesAfter(trace, last) ? trace : last),
      undefined,
    );
  }

  /** What open pre-authorisations hold of an account, fen. */
  heldFen(pan: string): number {
    return this.transactions
      .filter((each) => each.kind === "preauth" && each.state === "held" && each.pan === pan)
      .reduce((sum, { heldFen }) => sum + heldFen, 0);
  }

  apply(record: LedgerRecord): void {
    switch (record.record) {
      case "account":
        this.accounts.set(record.account.pan, { account: { ...record.account }, wrongPins: 0 });
        return;
      case "signed-on": {
        const { terminal, merchant, code, batch } = record;
        this.terminals.set(terminal, { terminal, merchant, code, batch, signedOn: true });
        return;
      }
      case "signed-off": {
        const state = this.terminals.get(record.terminal);
        if (state !== undefined) state.signedOn = false;
        return;
      }
      case "transaction":
        this.#enter(record.transaction);
        return;
      case "reversed":
        this.#reverse(record.key);
        return;
      case "parameters":
        this.parameters = { ...this.parameters, ...record.parameters };
        return;
      case "blacklist":
        this.blacklist = record.entries;
        return;
      case "contactless":
        this.contactless = record.tables;
        return;
      case "script-result": {
        const booked = this.find(record.key);
        if (booked !== undefined) booked.scriptResults = record.results;
        return;
      }
      case "status":
        this.statuses.set(record.terminal, { at: record.at, values: record.values });
        return;
      default:
        this.settlements.apply(record);
        if (record.record === "closed") this.#advance(record);
    }
  }

  #enter(transaction: Transaction): void {
    if (!isKind(transaction.kind)) throw new Error(`ledger: no kind of transaction is called ${String(transaction.kind)}`);
    const { approvedFen } = transaction;
    const holds = transaction.kind === "preauth" || transaction.kind === "preauth-add";
    const booked: Booked = { ...transaction, totalFen: approvedFen, refundedFen: 0, heldFen: holds ? approvedFen : 0 };
    this.transactions.push(booked);
    this.#byKey.set(keyOf(booked), booked);
    if (approvedFen > 0) this.#toOriginal(booked, "apply");
    const holder = this.accounts.get(transaction.pan);
    if (holder === undefined) return;
    holder.account.balanceFen -= transaction.movedFen;
    if (transaction.pin === "wrong") holder.wrongPins++;
    if (transaction.pin === "right") holder.wrongPins = 0;
  }

  #reverse(key: TransactionKey): void {
    const booked = this.find(key);
    if (booked === undefined) throw new Error(`ledger: a reversal of ${keyOf(key)}, which is not there`);
    const holder = this.accounts.get(booked.pan);
    if (holder !== undefined) holder.account.balanceFen += booked.movedFen;
    booked.state = "reversed";
    this.#toOriginal(booked, "undo");
  }

  #toOriginal(later: Booked, step: "apply" | "undo"): void {
    const original = later.original === undefined ? undefined : this.find(later.original);
    if (original === undefined) return;
    kindRow(later.kind).deed?.[step]?.(original, later);
    // Voiding a completion gives its hold back; taking that back charges it again.
    if (later.kind !== "completion-void" || original.original === undefined) return;
    const hold = this.find(original.original);
    if (hold !== undefined) hold.state = step === "apply" ? "held" : "completed";
  }

  #advance({ terminal, batch }: { terminal: string; batch: string }): void {
    const state = this.terminals.get(terminal);
    if (state?.batch === batch) state.batch = nextBatch(batch);
  }

  view(mask: (pan: string) => string): LedgerView {
    const entries = this.transactions.map((transaction) => entryOf(transaction, mask));
    const byState: Record<string, number> = {};
    for (const { state } of entries) byState[state] = (byState[state] ?? 0) + 1;
    return { transactions: entries, byState, batches: this.#totals(), settlements: this.settlements.view() };
  }

  #totals(): LedgerView["batches"] {
    const totals = new Map<string, LedgerView["batches"][number]>();
    for (const booked of this.transactions) {
      const direction = directionOf(booked);
      if (direction === "none") continue;
      const { terminal, batch, totalFen } = booked;
      const key = `${terminal} ${batch}`;
      const row = totals.get(key) ?? { terminal, batch, debitFen: 0, debitCount: 0, creditFen: 0, creditCount: 0 };
      totals.set(key, row);
      row[`${direction}Fen`] += totalFen;
      row[`${direction}Count`]++;
    }
    return [...totals.values()];
  }

  /** `day`: YYYYMMDD. */
  statement(terminal: string, day: string, mask: (pan: string) => string): StatementRow[] {
    return this.transactions
      .filter((each) => each.terminal === terminal && dayOf(each.at) === day)
      .map(({ at, kind, trace, batch, pan, amountFen, approvedFen, reference, code, state }) => ({
        time: timeOf(at),
        kind,
        trace,
        batch,
        pan: mask(pan),
        amountFen: state === "declined" || state === "reversed-early" ? amountFen : approvedFen,
        reference,
        code,
        state,
      }));
  }
}

function entryOf(booked: Booked, mask: (pan: string) => string): LedgerEntry {
  const { n, at, kind, terminal, merchant, batch, trace, pan, amountFen, approvedFen, reference, authCode, code, state } = booked;
  const { original, refundedFen, totalFen, heldFen, chip, scriptResults, certificate } = booked;
  return {
    n,
    at,
    kind,
    terminal,
    merchant,
    batch,
    trace,
    pan: mask(pan),
    amountFen,
    approvedFen,
    reference,
    authCode,
    code,
    state,
    ...(isForeign(pan) ? { foreign: true } : {}),
    ...(original === undefined ? {} : { original }),
    ...(refundedFen === 0 ? {} : { refundedFen }),
    ...(totalFen === approvedFen ? {} : { totalFen }),
    ...(kind === "preauth" && heldFen > 0 ? { heldFen } : {}),
    ...(chip === undefined ? {} : { chip: chip.pan === undefined ? chip : { ...chip, pan: mask(chip.pan) } }),
    ...(scriptResults === undefined ? {} : { scriptResults }),
    ...(certificate === undefined ? {} : { certificate }),
  };
}
