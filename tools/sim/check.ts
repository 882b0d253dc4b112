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
    | "not-voided-by-host"
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
  /** It says of itself that what it names was taken back. */
  voided: boolean;
}

const six = (value: unknown): string => String(value ?? "").padStart(6, "0");
const yuan = (fen: number): string => (fen / 100).toFixed(2);

/** The words that name a transaction on a slip, by kind; the first that matches counts, so the longer ones stand first. */
const KIND_WORDS: [kind: string, words: RegExp][] = [
  ["cash-load-void", /充值撤销|EC CASH LOAD VOID/i],
  ["cash-load", /现金充值|EC CASH LOAD/i],
  ["load-other", /非指定账户圈存|EC LOAD TRANSFER/i],
  ["load", /指定账户圈存|EC LOAD/i],
  ["ecash-refund", /电子现金退货|EC REFUND/i],
  ["ecash", /电子现金消费|EC SALE/i],
  ["completion-void", /完成撤销|COMPLETE VOID/i],
  ["void", /消费撤销|VOID/i],
  ["refund", /退货|REFUND/i],
  ["completion-advice", /完成通知|AUTH SETTLEMENT/i],
  ["completion", /预授权完成|AUTH COMPLETE/i],
  ["preauth-void", /预授权撤销|CANCEL/i],
  ["preauth-add", /追加预授权|ADD AUTH/i],
  ["preauth", /预授权|PRE-AUTH/i],
  ["offline", /离线结算|OFFLINE/i],
  ["cash", /现金|CASH/i],
  ["sale", /消费|SALE/i],
];

/** Where a slip says what was paid; the first that is there counts. What was asked of a partial approval, and a sale without its tip, do not. */
const AMOUNT_LABELS = [/承兑金额|APPROVED/i, /总计|(?<=^\s*)TOTAL/i, /交易金额|(?<![付费])金额|AMOUNT/i];

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
  // What was only practised says so at its head, and is worth nothing.
  if (/TRAINING/.test(all)) return undefined;
  const copy = /商户存根|MERCHANT COPY/i.test(all)
    ? "merchant"
    : /持卡人存根|CARDHOLDER COPY/i.test(all)
      ? "cardholder"
      : /银行存根|BANK COPY/i.test(all)
        ? "bank"
        : undefined;
  const trace = labelled(text, /凭证号|VOUCHER/i, /(?<!\d)(\d{6})(?!\d)/);
  // Lists and reversal slips name transactions too, but only the slip of one says whose copy it is.
  if (copy === undefined) return undefined;
  const amount = AMOUNT_LABELS.map((label) => labelled(text, label, /(-?[\d,]+\.\d{2})(?!\d)/)).find(
    (found) => found !== undefined,
  );
  return {
    n: slip.n,
    batch: labelled(text, /批次号|BATCH/i, /(?<!\d)(\d{6})(?!\d)/),
    trace,
    amountFen: amount === undefined ? undefined : Math.round(Number(amount.replaceAll(",", "")) * 100),
    reference: labelled(
      text,
      /(?<!原|原交易)参考号|(?<!ORIG )REF(?:ERENCE)?\.? ?NO/i,
      /(?<![0-9A-Za-z])([0-9A-Z]{12})(?![0-9A-Za-z])/,
    ),
    kind: labelled(text, /交易类[型别](?:[（(][^）)]*[）)])?|TRANS(?:ACTION)?\.? ?TYPE\)?/i, /([\p{L}][\p{L} /()（）]*)/u),
    copy,
    reprint: /重打印|DUPLICATE|REPRINT/i.test(all),
    voided: /已撤销|\*VOIDED\*/.test(all),
  };
}

interface JournalEntry {
  kind: string;
  state: string;
  batch: string;
  trace: string;
  approvedFen: number;
  reference: string | undefined;
  delivery: DeliveryView | undefined;
}

/** Of an advice, and of what was adjusted or tipped (app/model/transaction.ts). */
interface DeliveryView {
  state: string;
  as?: string;
  trace?: number;
  before?: { approvedFen: number };
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
    delivery: record.delivery as DeliveryView | undefined,
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
      if (!MOVED.has(entry.state) || entry.batch !== openBatch || changesAnother(entry, journal)) continue;
      if (!journal.has(key(entry)) && !isPending(entry)) {
        add(
          "missing-in-journal",
          entry,
          `the host has booked ${yuan(entry.approvedFen)}; the terminal has no record and owes no reversal`,
        );
      }
    }
    for (const record of journal.values()) compareWithHost(record, bookedAs(record, booked), booked, add);
  }
  const paper = input.slips.flatMap((slip) => readSlip(slip) ?? []);
  const books: Books = { openBatch, journal, booked, ledger, paper };
  let slips = 0;
  for (const facts of paper) {
    // Where the paper ended before the amount, the piece says nothing about money.
    if (facts.reprint || facts.amountFen === undefined) continue;
    slips++;
    compareSlip(facts, books, add);
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

/** At the host: it happened, and what came of it since. */
const MOVED: ReadonlySet<string> = new Set(["approved", "refunded", "held", "completed"]);
/** What the terminal need not know: that a hold of its was let go or charged, perhaps elsewhere. */
const HOLDS: ReadonlySet<string> = new Set(["preauth", "preauth-add"]);
const CHANGES: ReadonlySet<string> = new Set(["adjustment", "tip"]);
const ON_ITS_WAY: ReadonlySet<string> = new Set(["pending", "unanswered"]);

/** An adjustment or tip of a transaction that the terminal has: the terminal has changed that one and keeps no record of the message. */
function changesAnother(entry: Booked, journal: ReadonlyMap<string, JournalEntry>): boolean {
  if (!CHANGES.has(entry.kind)) return false;
  const ofMessage = [...journal.values()].some(
    ({ batch, delivery }) => batch === entry.batch && six(delivery?.trace) === entry.trace,
  );
  return (
    ofMessage ||
    (entry.original !== undefined && journal.has(key({ batch: six(entry.original.batch), trace: six(entry.original.trace) })))
  );
}

/** Its own message, or the adjustment that came to the host instead of it. */
function bookedAs(record: JournalEntry, booked: ReadonlyMap<string, Booked>): Booked | undefined {
  const { batch, delivery } = record;
  return (
    booked.get(key(record)) ??
    (delivery?.trace === undefined ? undefined : booked.get(key({ batch, trace: six(delivery.trace) })))
  );
}

/**
 * The first answer that came through gives a record its reference: the host's own for it, or that of an adjustment or tip of it when the
 * answer to its own message was lost.
 */
function knownBy(record: JournalEntry, entry: Booked, booked: ReadonlyMap<string, Booked>): boolean {
  const told = [...booked.values()].find(({ reference }) => reference === record.reference);
  if (told === undefined || told === entry) return record.reference === entry.reference;
  const of = told.original ?? (six(record.delivery?.trace) === told.trace ? record : undefined);
  return CHANGES.has(told.kind) && of !== undefined && six(of.batch) === record.batch && six(of.trace) === six(record.trace);
}

function compareWithHost(record: JournalEntry, entry: Booked | undefined, booked: ReadonlyMap<string, Booked>, add: Add): void {
  const delivery = record.delivery?.state ?? "";
  // The host never hears of cash, nor of what was taken back before it went.
  if (record.kind === "cash" || delivery === "withdrawn") return;
  // What is still on its way is no difference yet; what the host refused is none any more.
  if (ON_ITS_WAY.has(delivery) || record.state === "refused") return;
  if (entry === undefined) {
    add("missing-in-ledger", record, `the terminal has recorded ${yuan(record.approvedFen)}; the host has not booked it`);
    return;
  }
  const gone = HOLDS.has(record.kind) && entry.state === "voided";
  if (record.state === "approved" && !MOVED.has(entry.state) && !gone) {
    add("not-approved-by-host", record, `approved at the terminal, ${entry.state} at the host (answer ${entry.code})`);
    return;
  }
  if (record.state === "voided" && entry.state !== "voided") {
    add("not-voided-by-host", record, `voided at the terminal, ${entry.state} at the host`);
    return;
  }
  const bookedFen = entry.totalFen ?? entry.approvedFen;
  if (record.approvedFen !== bookedFen) {
    add("amount-differs", record, `${yuan(record.approvedFen)} at the terminal, ${yuan(bookedFen)} at the host`);
  }
  if (record.reference !== undefined && !knownBy(record, entry, booked)) {
    add("reference-differs", record, `reference ${record.reference} at the terminal, ${entry.reference} at the host`);
  }
  if (record.kind !== "" && entry.kind !== "" && !sameKind(record.kind, entry.kind) && entry.trace === record.trace) {
    add("kind-differs", record, `${record.kind} at the terminal, ${entry.kind} at the host`);
  }
}

/** What a chip approved alone is a sale here, or money out of its purse; there it is one word for both (60.1 = 36). */
const sameKind = (here: string, there: string): boolean =>
  here === there || (there === "chip-offline" && (here === "sale" || here === "ecash"));

interface Books {
  openBatch: string;
  journal: Map<string, JournalEntry>;
  booked: Map<string, Booked>;
  ledger: readonly Booked[] | undefined;
  /** Every slip, oldest first. */
  paper: readonly SlipFacts[];
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
  const kind = KIND_WORDS.find(([, words]) => facts.kind !== undefined && words.test(facts.kind))?.[0];
  if (record === undefined) {
    if (open || (books.ledger !== undefined && !hostNeverHeard(facts, kind, books)))
      add("slip-without-record", at, `slip ${facts.n} says ${yuan(facts.amountFen)}; nobody has recorded it`);
    return;
  }
  if (!amountsOf(at, books).includes(Math.abs(facts.amountFen)) && !replaced(facts, at, books)) {
    add("slip-amount-differs", at, `slip ${facts.n} says ${yuan(facts.amountFen)}, the record ${yuan(record.approvedFen)}`);
  }
  if (facts.reference !== undefined && record.reference !== undefined && facts.reference !== record.reference) {
    add("slip-reference-differs", at, `slip ${facts.n} says ${facts.reference}, the record ${record.reference}`);
  }
  if (kind !== undefined && record.kind !== "" && KIND_WORDS.some(([known]) => known === record.kind) && kind !== record.kind) {
    add("slip-kind-differs", at, `slip ${facts.n} is a ${kind}, the record a ${record.kind}`);
  }
}

const sameVoucher = (a: SlipFacts, b: SlipFacts): boolean => a.trace === b.trace && a.batch === b.batch;

/** Cash, and what was taken back before it went: then a later slip of it says so. */
const hostNeverHeard = (facts: SlipFacts, kind: string | undefined, { paper }: Books): boolean =>
  kind === "cash" || paper.some((each) => each.voided && sameVoucher(each, facts));

interface Voucher {
  batch: string;
  trace: string;
}

/** What it was changed to, or was to be: a slip is printed when the host has not agreed yet. Of what it found no sale for, it cannot say of which. */
const changesOf = (at: Voucher, { ledger = [] }: Books): Booked[] =>
  ledger.filter(
    ({ kind, batch, state, original }) =>
      (kind === "adjustment" || kind === "tip") &&
      (original === undefined
        ? state === "declined" && batch === at.batch
        : key({ batch: six(original.batch), trace: six(original.trace) }) === key(at)),
  );

/** Their slips are printed before the host has heard of them; refused later, they say what was asked, and the failed list says the rest. */
const TOLD_AFTERWARDS: ReadonlySet<string> = new Set(["refund", "completion-advice", "offline"]);

/** All that a slip of it may rightly say: what it is now, what it was at first, and each change. */
function amountsOf(at: Voucher, books: Books): (number | undefined)[] {
  const recorded = books.journal.get(key(at));
  const entry = books.booked.get(key(at));
  return [
    recorded?.approvedFen,
    recorded?.delivery?.before?.approvedFen,
    entry?.approvedFen,
    entry?.totalFen,
    entry?.state === "declined" && TOLD_AFTERWARDS.has(entry.kind) ? entry.amountFen : undefined,
    ...changesOf(at, books).map(({ amountFen }) => amountFen),
  ];
}

/** A change that another one overtook on its way to the host is in no book; the slip of the later one stands. */
function replaced(facts: SlipFacts, at: Voucher, books: Books): boolean {
  const changed = books.journal.get(key(at))?.delivery?.as !== undefined || changesOf(at, books).length > 0;
  const later = books.paper.slice(books.paper.indexOf(facts) + 1);
  return changed && later.some((each) => sameVoucher(each, facts) && !each.reprint && each.amountFen !== facts.amountFen);
}
