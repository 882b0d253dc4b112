/**
 * The money check: what is on paper, what the terminal has recorded and what the host has booked must tell one story. Slips are read from
 * their printed words, the way a merchant reads them.
 */
import type { LedgerEntry } from "../acquirer/contract.ts";
import type { JournalReport } from "./debug.ts";

export interface Difference {
  /** A closed set; see `words` for people. */
  what:
    | "missing-in-journal"
    | "missing-in-ledger"
    | "not-approved-by-host"
    | "amount-differs"
    | "reference-differs"
    | "kind-differs"
    | "slip-without-record"
    | "slip-amount-differs"
    | "slip-reference-differs"
    | "slip-kind-differs"
    | "slip-unreadable";
  batch: string;
  trace: string;
  words: string;
}

export interface PendingReversal {
  batch: string;
  trace: string;
  amountFen: number;
  words: string;
}

export interface CheckResult {
  ok: boolean;
  differences: Difference[];
  /** Reversals the terminal still owes: open, and known to be open. */
  pending: PendingReversal[];
  compared: { slips: number; journal: number; ledger: number | null };
}

export interface SlipFacts {
  n: number;
  batch: string | undefined;
  trace: string | undefined;
  amountFen: number | undefined;
  reference: string | undefined;
  /** The words of 交易类型. */
  kind: string | undefined;
  copy: "merchant" | "cardholder" | "bank" | undefined;
  reprint: boolean;
}

const six = (value: unknown): string => String(value ?? "").padStart(6, "0");
const yuan = (fen: number): string => (fen / 100).toFixed(2);

/** The words that name a transaction on a slip, by kind; the first that matches counts, so the longer ones stand first. */
const KIND_WORDS: [kind: string, words: RegExp][] = [
  ["void", /消费撤销|VOID/i],
  ["refund", /退货|REFUND/i],
  ["sale", /消费|SALE/i],
];

/** Value of a labelled line: on the same line after the label, or alone on one of the next two. */
function labelled(text: readonly string[], label: RegExp, value: RegExp): string | undefined {
  for (let i = 0; i < text.length; i++) {
    const found = label.exec(text[i]!);
    if (found === null) continue;
    const places = [text[i]!.slice(found.index + found[0].length), text[i + 1] ?? "", text[i + 2] ?? ""];
    for (const place of places) {
      const match = value.exec(place);
      if (match !== null) return match[1];
    }
  }
  return undefined;
}

/** Facts of a transaction slip; undefined for other papers (reports, self-test). */
export function readSlip(slip: { n: number; text: readonly string[] }): SlipFacts | undefined {
  const { text } = slip;
  const all = text.join("\n");
  const copy = /商户存根|MERCHANT COPY/i.test(all)
    ? "merchant"
    : /持卡人存根|CARDHOLDER COPY/i.test(all)
      ? "cardholder"
      : /银行存根|BANK COPY/i.test(all)
        ? "bank"
        : undefined;
  const trace = labelled(text, /凭证号|VOUCHER/i, /(?<!\d)(\d{6})(?!\d)/);
  if (trace === undefined && copy === undefined) return undefined;
  const amount = labelled(text, /交易金额|金额|AMOUNT/i, /(-?[\d,]+\.\d{2})(?!\d)/);
  return {
    n: slip.n,
    batch: labelled(text, /批次号|BATCH/i, /(?<!\d)(\d{6})(?!\d)/),
    trace,
    amountFen: amount === undefined ? undefined : Math.round(Number(amount.replaceAll(",", "")) * 100),
    reference: labelled(text, /参考号|REF(?:ERENCE)?\.? ?NO/i, /(?<![0-9A-Za-z])([0-9A-Z]{12})(?![0-9A-Za-z])/),
    kind: labelled(text, /交易类[型别](?:[（(][^）)]*[）)])?|TRANS(?:ACTION)?\.? ?TYPE\)?/i, /([\p{L}][\p{L} /()（）]*)/u),
    copy,
    reprint: /重打印|DUPLICATE|REPRINT/i.test(all),
  };
}

interface JournalEntry {
  kind: string;
  state: string;
  batch: string;
  trace: string;
  approvedFen: number;
  reference: string | undefined;
}

function journalEntry(record: Record<string, unknown>): JournalEntry {
  const approved = Number(record.approvedFen ?? record.amountFen ?? 0);
  return {
    kind: String(record.kind ?? ""),
    state: String(record.state ?? ""),
    batch: six(record.batch),
    trace: six(record.trace),
    approvedFen: approved,
    reference: typeof record.reference === "string" ? record.reference : undefined,
  };
}

const key = (entry: { batch: string; trace: string }): string => `${entry.batch}/${entry.trace}`;

export interface CheckInput {
  slips: readonly { n: number; text: readonly string[] }[];
  journal: JournalReport;
  /** Undefined with an external host: nobody can look into its books. */
  ledger: readonly LedgerEntry[] | undefined;
  /** Terminal number, so that other terminals on the same host do not count. */
  terminal: string;
}

export function moneyCheck(input: CheckInput): CheckResult {
  const differences: Difference[] = [];
  const add = (what: Difference["what"], at: { batch: string; trace: string }, words: string): void => {
    differences.push({ what, batch: at.batch, trace: at.trace, words });
  };
  const openBatch = six(input.journal.batch);
  const journal = new Map(input.journal.transactions.map(journalEntry).map((entry) => [key(entry), entry]));
  const { owed } = input.journal;
  const pending: PendingReversal[] = [];
  if (owed !== null && owed !== undefined) {
    const amountFen = Number(owed.amountFen ?? 0);
    const at = { batch: six(owed.batch), trace: six(owed.trace) };
    pending.push({ ...at, amountFen, words: `a reversal of ${yuan(amountFen)} is owed to the host` });
  }
  const isPending = (at: { batch: string; trace: string }): boolean => pending.some((each) => key(each) === key(at));

  const ledger = input.ledger?.filter((entry) => entry.terminal === input.terminal).map(normalLedger);
  const booked = new Map((ledger ?? []).map((entry) => [key(entry), entry]));
  if (ledger !== undefined) {
    for (const entry of ledger) {
      if (entry.state !== "approved" || entry.batch !== openBatch) continue;
      if (!journal.has(key(entry)) && !isPending(entry)) {
        add(
          "missing-in-journal",
          entry,
          `the host has booked ${yuan(entry.approvedFen)}; the terminal has no record and owes no reversal`,
        );
      }
    }
    for (const record of journal.values()) compareWithHost(record, booked.get(key(record)), add);
  }
  let slips = 0;
  for (const slip of input.slips) {
    const facts = readSlip(slip);
    // Where the paper ended before the amount, the piece says nothing about money.
    if (facts === undefined || facts.reprint || facts.amountFen === undefined) continue;
    slips++;
    compareSlip(facts, { openBatch, journal, booked, hasLedger: ledger !== undefined }, add);
  }
  return {
    ok: differences.length === 0,
    differences,
    pending,
    compared: { slips, journal: journal.size, ledger: ledger?.length ?? null },
  };
}

type Booked = LedgerEntry;
const normalLedger = (entry: LedgerEntry): Booked => ({ ...entry, batch: six(entry.batch), trace: six(entry.trace) });

type Add = (what: Difference["what"], at: { batch: string; trace: string }, words: string) => void;

/** States that both sides must agree on. */
const STANDS = "approved";

function compareWithHost(record: JournalEntry, entry: Booked | undefined, add: Add): void {
  if (entry === undefined) {
    add("missing-in-ledger", record, `the terminal has recorded ${yuan(record.approvedFen)}; the host has not booked it`);
    return;
  }
  if (record.state === STANDS && entry.state !== STANDS) {
    add("not-approved-by-host", record, `approved at the terminal, ${entry.state} at the host (answer ${entry.code})`);
    return;
  }
  if (record.approvedFen !== entry.approvedFen) {
    add("amount-differs", record, `${yuan(record.approvedFen)} at the terminal, ${yuan(entry.approvedFen)} at the host`);
  }
  if (record.reference !== undefined && record.reference !== entry.reference) {
    add("reference-differs", record, `reference ${record.reference} at the terminal, ${entry.reference} at the host`);
  }
  if (record.kind !== "" && entry.kind !== "" && record.kind !== entry.kind) {
    add("kind-differs", record, `${record.kind} at the terminal, ${entry.kind} at the host`);
  }
}

interface Books {
  openBatch: string;
  journal: Map<string, JournalEntry>;
  booked: Map<string, Booked>;
  hasLedger: boolean;
}

function compareSlip(facts: SlipFacts, books: Books, add: Add): void {
  const at = { batch: facts.batch ?? books.openBatch, trace: facts.trace ?? "" };
  if (facts.amountFen === undefined) return;
  if (facts.trace === undefined) {
    add("slip-unreadable", at, `slip ${facts.n} says ${yuan(facts.amountFen)} and has no voucher number`);
    return;
  }
  // A closed batch is gone from the terminal; then only the host can bear the slip out.
  const open = at.batch === books.openBatch;
  const record = open ? books.journal.get(key(at)) : books.booked.get(key(at));
  if (record === undefined) {
    if (open || books.hasLedger)
      add("slip-without-record", at, `slip ${facts.n} says ${yuan(facts.amountFen)}; nobody has recorded it`);
    return;
  }
  const { approvedFen: amountFen } = record;
  if (Math.abs(facts.amountFen) !== amountFen) {
    add("slip-amount-differs", at, `slip ${facts.n} says ${yuan(facts.amountFen)}, the record ${yuan(amountFen)}`);
  }
  if (facts.reference !== undefined && record.reference !== undefined && facts.reference !== record.reference) {
    add("slip-reference-differs", at, `slip ${facts.n} says ${facts.reference}, the record ${record.reference}`);
  }
  const kind = KIND_WORDS.find(([, words]) => facts.kind !== undefined && words.test(facts.kind))?.[0];
  if (kind !== undefined && record.kind !== "" && KIND_WORDS.some(([known]) => known === record.kind) && kind !== record.kind) {
    add("slip-kind-differs", at, `slip ${facts.n} is a ${kind}, the record a ${record.kind}`);
  }
}
