/** The slip of a sale (签购单), its fields in the order of §6.1. */
import { bankName } from "../model/banks.ts";
import { grouped, maskPan } from "../model/card.ts";
import { readableStamp } from "../model/dates.ts";
import { yuan } from "../model/money.ts";
import type { Profile } from "../model/profile.ts";
import type { TransactionRecord } from "../model/transaction.ts";
import { amountLines, both, centered, inLanguage, label, merchantLines, pair, six, titleLines } from "./parts.ts";
import type { Slip, SlipCopy, SlipLine } from "./slip.ts";
import {
  CONFIRM_WITH_BANK,
  CONSENT,
  COPIES,
  ENTRY_LETTERS,
  KINDS,
  LABELS,
  type Mark,
  MARKS,
  PIN_ENTERED,
  type SlipLanguage,
  TITLES,
} from "./words.ts";

export interface SaleSlipInput {
  record: TransactionRecord;
  copy: SlipCopy;
  /** Printed before: says so. */
  duplicate?: boolean;
  /** Test or training: says that it is worth nothing. */
  mark?: Mark;
  profile: Profile;
  language: SlipLanguage;
}

export function saleSlip(input: SaleSlipInput): Slip {
  const { record, copy, profile, language } = input;
  return {
    name: `${record.kind} ${six(record.batch)}/${six(record.trace)} ${copy}`,
    lines: [
      ...titleLines(TITLES.sale, profile, language),
      ...copyLine(copy, language),
      { rule: "-" },
      ...merchantLines(profile, language),
      ...pair("operator", record.operator, language),
      ...pair("issuer", record.issuer && bankName(record.issuer, language), language),
      ...pair("acquirer", record.acquirer && bankName(record.acquirer, language), language),
      { rule: "-" },
      ...cardLines(input),
      ...transactionLines(record, language),
      { rule: "-" },
      ...moneyLines(record, language),
      ...remarkLines(record, language),
      ...(copy === "merchant" ? signatureLines(record, language) : []),
      ...markLines(input),
    ],
  };
}

function copyLine(copy: SlipCopy, language: SlipLanguage): SlipLine[] {
  const [zh, en] = COPIES[copy];
  return language === "en" ? [centered(en)] : [{ left: zh, right: en }];
}

/** The merchant's side sees how the card was read and when it expires; the cardholder's does not. */
function cardLines({ record, copy, language }: SaleSlipInput): SlipLine[] {
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

function transactionLines(record: TransactionRecord, language: SlipLanguage): SlipLine[] {
  return [
    { left: label("kind", language), right: both(KINDS[record.kind], language), bold: true },
    ...pair("batch", six(record.batch), language),
    ...pair("trace", six(record.trace), language),
    ...pair("authCode", record.authCode, language),
    ...pair("stamp", readableStamp(record.date, record.time), language),
    ...pair("reference", record.reference, language),
  ];
}

/** A partial approval (answer 10) shows what the card paid and what is left to pay. */
function moneyLines({ amountFen, approvedFen }: TransactionRecord, language: SlipLanguage): SlipLine[] {
  if (approvedFen === amountFen) return amountLines("amount", amountFen, language);
  return [
    ...pair("total", `RMB ${yuan(amountFen)}`, language),
    ...amountLines("approved", approvedFen, language),
    ...pair("rest", `RMB ${yuan(amountFen - approvedFen)}`, language),
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

function markLines({ record, duplicate, mark, language }: SaleSlipInput): SlipLine[] {
  const marks = [
    ...(record.state === "approved" || record.state === "pending" ? [] : [MARKS[record.state]]),
    ...(duplicate ? [MARKS.duplicate] : []),
    ...(mark === undefined ? [] : [MARKS[mark]]),
  ];
  return marks.map((words) => centered(inLanguage(words, language)));
}
