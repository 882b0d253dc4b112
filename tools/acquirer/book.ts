/**
 * What the host knows: accounts, terminals, transactions. It changes only by records of the ledger, so replaying the ledger gives the
 * same book.
 */
import type { Fields } from "./codec.ts";
import type { Account, LedgerEntry, LedgerView } from "./contract.ts";
import type { SignOnCode } from "./keys.ts";

export interface Transaction extends LedgerEntry {
  /** DE3 of the request. */
  processing: string;
  /** SHA-256 of MTI … DE63 of the request: is a second one the same? */
  digest: string;
  /** The answer given, without 64. */
  answer: Fields;
  pin: "right" | "wrong" | "unchecked";
  /** What left the account, fen. */
  movedFen: number;
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
  | { record: "reversed"; key: TransactionKey; at: string; reason: string };

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

const keyOf = ({ terminal, batch, trace }: TransactionKey): string => `${terminal} ${batch} ${trace}`;

export class Book {
  readonly accounts = new Map<string, AccountState>();
  readonly terminals = new Map<string, TerminalState>();
  readonly transactions: Transaction[] = [];
  readonly #byKey = new Map<string, Transaction>();

  constructor(accounts: readonly Account[]) {
    for (const account of accounts) this.apply({ record: "account", account });
  }

  find(key: TransactionKey): Transaction | undefined {
    return this.#byKey.get(keyOf(key));
  }

  /** The highest trace of a batch, "000000" when it has none. */
  lastTrace(terminal: string, batch: string): string {
    return this.transactions
      .filter((transaction) => transaction.terminal === terminal && transaction.batch === batch)
      .reduce((last, { trace }) => (trace > last ? trace : last), "000000");
  }

  apply(record: LedgerRecord): void {
    if (record.record === "account") {
      this.accounts.set(record.account.pan, { account: { ...record.account }, wrongPins: 0 });
    } else if (record.record === "signed-on") {
      const { terminal, merchant, code, batch } = record;
      this.terminals.set(terminal, { terminal, merchant, code, batch, signedOn: true });
    } else if (record.record === "signed-off") {
      const state = this.terminals.get(record.terminal);
      if (state !== undefined) state.signedOn = false;
    } else if (record.record === "transaction") this.#enter({ ...record.transaction });
    else this.#reverse(record.key);
  }

  #enter(transaction: Transaction): void {
    this.transactions.push(transaction);
    this.#byKey.set(keyOf(transaction), transaction);
    const holder = this.accounts.get(transaction.pan);
    if (holder === undefined) return;
    holder.account.balanceFen -= transaction.movedFen;
    if (transaction.pin === "wrong") holder.wrongPins++;
    if (transaction.pin === "right") holder.wrongPins = 0;
  }

  #reverse(key: TransactionKey): void {
    const transaction = this.find(key);
    if (transaction === undefined) throw new Error(`ledger: a reversal of ${keyOf(key)}, which is not there`);
    const holder = this.accounts.get(transaction.pan);
    if (holder !== undefined) holder.account.balanceFen += transaction.movedFen;
    transaction.state = "reversed";
  }

  view(mask: (pan: string) => string): LedgerView {
    const entries = this.transactions.map((transaction) => entryOf(transaction, mask));
    const byState: Record<string, number> = {};
    for (const { state } of entries) byState[state] = (byState[state] ?? 0) + 1;
    return { transactions: entries, byState, batches: this.#totals() };
  }

  #totals(): LedgerView["batches"] {
    const totals = new Map<string, LedgerView["batches"][number]>();
    for (const { terminal, batch, state, approvedFen } of this.transactions) {
      if (state !== "approved") continue;
      const key = `${terminal} ${batch}`;
      const row = totals.get(key) ?? { terminal, batch, debitFen: 0, debitCount: 0, creditFen: 0, creditCount: 0 };
      totals.set(key, row);
      row.debitFen += approvedFen;
      row.debitCount++;
    }
    return [...totals.values()];
  }
}

function entryOf(transaction: Transaction, mask: (pan: string) => string): LedgerEntry {
  const { n, at, kind, terminal, merchant, batch, trace, pan, amountFen, approvedFen, reference, authCode, code, state } =
    transaction;
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
  };
}
