/** The slip of a transaction (签购单), its fields in the order of §6.1, with what §6.2 adds for each kind. */
import { bankName } from "../model/banks.ts";
import { grouped, maskPan } from "../model/card.ts";
import { readableStamp } from "../model/dates.ts";
import { yuan } from "../model/money.ts";
import type { Profile } from "../model/profile.ts";
import type { TransactionKind, TransactionRecord } from "../model/transaction.ts";
import { amountLines, both, centered, inLanguage, label, merchantLines, NARROW_COLUMNS, pair, six, titleLines } from "./parts.ts";
import type { Slip, SlipCopy, SlipLine } from "./slip.ts";
import {
  CONFIRM_WITH_BANK,
  CONSENT,
  COPIES,
  ENTRY_LETTERS,
  KEEP_SAFE,
  KINDS,
  LABELS,
  type Mark,
  MARKS,
  PIN_ENTERED,
  type SlipLanguage,
  TITLES,
  WAIVED,
} from "./words.ts";

export interface TransactionSlipInput {
  record: TransactionRecord;
  copy: SlipCopy;
  /** Test or training: says that it is worth nothing. */
  mark?: Mark;
  profile: Profile;
  language: SlipLanguage;
}

export function transactionSlip(input: TransactionSlipInput): Slip {
  const { record, copy, profile, language } = input;
  const acquirer = record.acquirer ?? (record.kind === "cash" ? undefined : profile.merchant.acquirer);
  return {
    name: `${record.kind} ${six(record.batch)}/${six(record.trace)} ${copy}`,
    // At both ends: whatever piece of it breaks off, nobody can take it for one that counts.
    lines: [
      ...markLines(input),
      ...titleLines(record.kind === "cash" ? TITLES.cash : TITLES.sale, profile, language),
      ...copyLine(copy, language),
      { rule: "-" },
      ...merchantLines(profile, language),
      ...pair("operator", record.operator, language),
      ...pair("issuer", record.issuer && bankName(record.issuer, language), language),
      ...pair("acquirer", acquirer && bankName(acquirer, language), language),
      { rule: "-" },
      ...cardLines(input),
      ...transactionLines(record, language),
      { rule: "-" },
      ...originalLines(record, language),
      ...moneyLines(record, language),
      ...remarkLines(record, language),
      ...chipLines(record),
      ...waiverLines(record, language),
      ...(copy === "merchant" && isSigned(record) ? signatureLines(record, language) : []),
      ...markLines(input),
    ],
  };
}

/** Nobody signs for money out of a purse, for cash, nor where the small amount saves it (§5.8). */
export const isSigned = ({ kind, waived }: Pick<TransactionRecord, "kind" | "waived">): boolean =>
  kind !== "cash" && kind !== "ecash" && waived?.signatureFen === undefined;

function copyLine(copy: SlipCopy, language: SlipLanguage): SlipLine[] {
  const [zh, en] = COPIES[copy];
  return language === "en" ? [centered(en)] : [{ left: zh, right: en }];
}

/** The merchant's side sees how the card was read and when it expires; the cardholder's does not. */
function cardLines({ record, copy, language }: TransactionSlipInput): SlipLine[] {
  if (record.kind === "cash") return [];
  const own = copy === "cardholder";
  const letter = own ? "" : ` /${ENTRY_LETTERS[record.entry]}`;
  const { expiry } = record;
  return [
    { text: `${label("card", language)}:` },
    { text: grouped(maskPan(record.pan)) + letter, bold: true, size: "tall" },
    ...(own ? [] : pair("organisation", record.organisation, language)),
    ...(own ? [] : pair("expiry", expiry && `${expiry.slice(0, 2)}/${expiry.slice(2)}`, language)),
  ];
}

/** The code of a pre-authorisation is what completes it later: large, and to be kept. */
function transactionLines(record: TransactionRecord, language: SlipLanguage): SlipLine[] {
  const code: SlipLine[] =
    record.kind === "preauth" && record.authCode !== undefined
      ? [
          { text: `${label("preauthCode", language)}:` },
          { text: record.authCode, align: "center", bold: true, size: "large" },
          { text: inLanguage(KEEP_SAFE, language), align: "center" },
        ]
      : pair("authCode", record.authCode, language);
  return [
    { left: label("kind", language), right: both(KINDS[shownKind(record)], language), bold: true },
    ...pair("batch", six(record.batch), language),
    ...pair("trace", six(record.trace), language),
    ...code,
    ...pair("stamp", readableStamp(record.date, record.time), language),
    ...pair("reference", record.reference, language),
  ];
}

/** An adjusted or tipped record is shown as what was done to it last, unless the host refused that. */
export function shownKind({ kind, delivery }: Pick<TransactionRecord, "kind" | "delivery">): TransactionKind {
  return delivery?.as !== undefined && delivery.state !== "refused" ? delivery.as : kind;
}

type OriginalLine = "batch" | "trace" | "authCode" | "date" | "reference" | "terminal";

/** What a slip tells of the original (§6.2). */
const ORIGINALS: Partial<Record<TransactionKind, readonly OriginalLine[]>> = {
  void: ["trace"],
  "completion-void": ["trace", "authCode", "date"],
  "preauth-void": ["authCode", "date"],
  "preauth-add": ["authCode", "date"],
  completion: ["authCode"],
  "completion-advice": ["authCode"],
  refund: ["reference", "date"],
  "cash-load-void": ["trace"],
  "ecash-refund": ["terminal", "batch", "trace", "date"],
};

function originalLines({ kind, original }: TransactionRecord, language: SlipLanguage): SlipLine[] {
  if (original === undefined) return [];
  const { batch, trace, authCode, date, reference, preauthCode, terminal } = original;
  const LINES: Record<OriginalLine, () => SlipLine[]> = {
    trace: () => pair("originalTrace", trace === undefined || trace === 0 ? undefined : six(trace), language),
    authCode: () => pair("preauthCode", preauthCode ?? authCode, language),
    date: () => pair("originalDate", date && `${date.slice(0, 4)}/${date.slice(4, 6)}/${date.slice(6)}`, language),
    reference: () => pair("originalReference", reference, language),
    batch: () => pair("originalBatch", batch === undefined ? undefined : six(batch), language),
    terminal: () => pair("originalTerminal", terminal, language),
  };
  const lines = (ORIGINALS[kind] ?? []).flatMap((name) => LINES[name]());
  return lines.length === 0 ? [] : [...lines, { rule: "-" }];
}

const GIVEN_BACK: ReadonlySet<TransactionKind> = new Set(["void", "refund", "completion-void", "ecash-refund", "cash-load-void"]);

/** Whose account paid for what was loaded, and what the purse holds now (§6.2). */
function purseLines({ kind, purse }: TransactionRecord, language: SlipLanguage): SlipLine[] {
  const balance = purse?.balanceFen === undefined ? undefined : `RMB ${yuan(purse.balanceFen)}`;
  return [
    ...pair("payer", purse?.from && grouped(purse.from), language),
    ...pair(kind === "ecash" ? "purse" : "loaded", balance, language),
  ];
}

/**
 * A partial approval (answer 10) shows what the card paid and what is left to pay; a tip stands apart from the total; what goes back to the
 * cardholder has a minus.
 */
function moneyLines(record: TransactionRecord, language: SlipLanguage): SlipLine[] {
  const { kind, amountFen, approvedFen, tipFen, cash } = record;
  if (approvedFen !== amountFen)
    return [
      ...pair("total", `RMB ${yuan(amountFen)}`, language),
      ...amountLines("approved", approvedFen, language),
      ...pair("rest", `RMB ${yuan(amountFen - approvedFen)}`, language),
    ];
  if (tipFen)
    return [
      ...pair("base", `RMB ${yuan(amountFen - tipFen)}`, language),
      ...pair("tip", `RMB ${yuan(tipFen)}`, language),
      ...amountLines("sum", amountFen, language),
    ];
  return [
    ...amountLines("amount", GIVEN_BACK.has(kind) ? -amountFen : amountFen, language),
    ...purseLines(record, language),
    ...(cash === undefined
      ? []
      : [
          ...pair("received", `RMB ${yuan(cash.receivedFen)}`, language),
          ...pair("change", `RMB ${yuan(cash.changeFen)}`, language),
        ]),
  ];
}

function remarkLines(record: TransactionRecord, language: SlipLanguage): SlipLine[] {
  const confirm = CONFIRM_WITH_BANK[record.responseCode];
  const words = [
    ...record.remarks,
    ...(confirm === undefined ? [] : [inLanguage(confirm, language)]),
    ...(record.pinEntered ? [inLanguage(PIN_ENTERED, language)] : []),
  ];
  if (words.length === 0) return [];
  return [{ text: `${label("remarks", language)}:` }, ...words.map((text): SlipLine => ({ text }))];
}

/** §6.3, in its order; what the card did not say has no line. A chip's words are the same in every language. */
const CHIP_LINES: readonly (readonly [tag: string, label: string])[] = [
  ["9F26", ""],
  ["95", "TVR"],
  ["9B", "TSI"],
  ["84", "AID"],
  ["9F36", "ATC"],
  ["5F34", "CSN"],
  ["9F37", "UNPR NUM"],
  ["82", "AIP"],
  ["9F10", "IAD"],
  ["9F33", "TermCap"],
  ["50", "APPLAB"],
  ["9F12", "APPNAME"],
];

/** Of a void and the like only the card's sequence number is known. */
function chipLines({ chip, sequence }: TransactionRecord): SlipLine[] {
  if (sequence === undefined && chip === undefined) return [];
  const { data } = chip ?? { data: { "5F34": (sequence ?? "").slice(-2) } };
  const lines = CHIP_LINES.flatMap(([tag, name]): SlipLine[] => {
    const value = data[tag];
    if (value === undefined) return [];
    const text = tag === "50" || tag === "9F12" ? nameOf(value) : value;
    // A tap ends with the cryptogram the host was asked with; the card says nothing more.
    const label = tag === "9F26" ? (chip?.certificate === undefined ? "ARQC" : "TC") : name;
    const together = `${label}: ${text}`;
    return together.length <= NARROW_COLUMNS ? [{ text: together }] : [{ text: `${label}:` }, ...inLines(text)];
  });
  return lines.length === 0 ? [] : [{ rule: "-" }, ...lines];
}

/** As many characters a line as the narrowest paper has. */
function inLines(text: string): SlipLine[] {
  const lines: SlipLine[] = [];
  for (let at = 0; at < text.length; at += NARROW_COLUMNS) lines.push({ text: text.slice(at, at + NARROW_COLUMNS) });
  return lines;
}

/** Of an application, in the letters a slip can be sure of. */
function nameOf(hex: string): string {
  const codes = (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
  return String.fromCharCode(...codes.filter((code) => code >= 0x20 && code < 0x7f)).trim();
}

/** What the small amount saved the cardholder, and up to which amount it does (§5.8). */
function waiverLines({ waived }: TransactionRecord, language: SlipLanguage): SlipLine[] {
  if (waived === undefined) return [];
  const { pinFen, signatureFen } = waived;
  const what = pinFen === undefined ? "signature" : signatureFen === undefined ? "pin" : "both";
  const limit = wholeYuan(Math.min(pinFen ?? Number.POSITIVE_INFINITY, signatureFen ?? Number.POSITIVE_INFINITY));
  return [{ rule: "-" }, ...WAIVED[what][language].map((text) => centered(text.replace("{limit}", limit)))];
}

/** Limits are round: "1000", not "1000.00". */
const wholeYuan = (fen: number): string => (fen % 100 === 0 ? String(fen / 100) : yuan(fen));

/** Cards of foreign organisations are signed in English (§6.1). */
function signatureLines({ organisation }: TransactionRecord, language: SlipLanguage): SlipLine[] {
  const consent = CONSENT[organisation === undefined ? language : "en"];
  return [
    { rule: "-" },
    { text: `${both(LABELS.signature, language)}:` },
    { feed: 3 },
    { rule: "." },
    ...consent.map((text): SlipLine => ({ text, align: "center" })),
  ];
}

function markLines({ record, mark, language }: TransactionSlipInput): SlipLine[] {
  const marks = [
    ...(record.state === "approved" || record.state === "pending" ? [] : [MARKS[record.state]]),
    ...(mark === undefined ? [] : [MARKS[mark]]),
  ];
  return marks.map((words) => centered(inLanguage(words, language)));
}
