/** What slips are put together from: labels, titles, amounts. */
import { readableStamp } from "../model/dates.ts";
import { yuan } from "../model/money.ts";
import type { Profile } from "../model/profile.ts";
import type { SlipLine } from "./slip.ts";
import { type Bilingual, LABELS, type Label, type Mark, MARKS, type SlipLanguage } from "./words.ts";

/** Columns of the narrowest paper (58 mm). */
export const NARROW_COLUMNS = 32;

export const inLanguage = ([zh, en]: Bilingual, language: SlipLanguage): string => (language === "en" ? en : zh);

/** "消费(SALE)", or "SALE". */
export const both = ([zh, en]: Bilingual, language: SlipLanguage): string => (language === "en" ? en : `${zh}(${en})`);

export const label = (name: Label, language: SlipLanguage): string => both(LABELS[name], language);

/** A label and its value; no line at all when there is no value. */
export function pair(name: Label, value: string | undefined, language: SlipLanguage): SlipLine[] {
  return value === undefined || value === "" ? [] : [{ left: label(name, language), right: value }];
}

export function centered(text: string, bold = true): SlipLine {
  return { text, align: "center", bold };
}

/** Title in both languages (or the one text it has), under the bank's name when the profile has one. */
export function titleLines(title: Bilingual | string, profile: Pick<Profile, "receipt">, language: SlipLanguage): SlipLine[] {
  const { bankName } = profile.receipt;
  if (typeof title === "string")
    return [...(bankName === undefined ? [] : [centered(bankName)]), { text: title, align: "center", bold: true, size: "tall" }];
  const [zh, en] = title;
  return [
    ...(bankName === undefined ? [] : [centered(bankName)]),
    ...(language === "en" ? [] : [{ text: zh, align: "center", bold: true, size: "large" } satisfies SlipLine]),
    language === "en" ? { text: en, align: "center", bold: true, size: "tall" } : { text: en, align: "center" },
  ];
}

/** Who takes the money: name on a line of its own, since it may be long. */
export function merchantLines({ merchant, terminal }: Profile, language: SlipLanguage): SlipLine[] {
  const name = language === "en" ? (merchant.nameEn ?? merchant.name) : merchant.name;
  return [
    { text: `${label("merchantName", language)}:` },
    { text: name, bold: true },
    ...pair("merchant", merchant.id, language),
    ...pair("terminal", terminal.id, language),
  ];
}

/** The amount, as large as the narrowest paper allows. */
export function amountLines(name: Label, amountFen: number, language: SlipLanguage): SlipLine[] {
  const text = `RMB ${yuan(amountFen)}`;
  const size = text.length * 2 <= NARROW_COLUMNS ? "large" : "tall";
  return [{ text: `${label(name, language)}:` }, { text, align: "right", bold: true, size }];
}

export const six = (value: number): string => String(value).padStart(6, "0");

/** Columns a text takes: one for ASCII, two for the rest. */
export const columnsOf = (text: string): number => [...text].reduce((sum, c) => sum + (c.charCodeAt(0) < 0x80 ? 1 : 2), 0);

export interface Stamp {
  operator?: string;
  batch?: number;
  /** YYYYMMDD, hhmmss. */
  date: string;
  time: string;
}

/** The head of a report: title, merchant, and when and by whom it was printed. */
export function headLines(
  title: Bilingual | string,
  { operator, batch, date, time }: Stamp,
  profile: Profile,
  language: SlipLanguage,
): SlipLine[] {
  return [
    ...titleLines(title, profile, language),
    { rule: "=" },
    ...merchantLines(profile, language),
    ...pair("operator", operator, language),
    ...pair("batch", batch === undefined ? undefined : six(batch), language),
    ...pair("stamp", readableStamp(date, time), language),
    { rule: "-" },
  ];
}

/** "Sale    3   RMB 100.00": three columns on the narrowest paper; the name on a line of its own when they do not fit. */
export function tally(name: string, count: number, amountFen: number, bold = false): SlipLine[] {
  const right = `${String(count).padStart(4)} ${yuan(amountFen).padStart(15)}`;
  const room = NARROW_COLUMNS - columnsOf(right) - columnsOf(name);
  return room >= 0
    ? [{ left: name, right, bold }]
    : [
        { text: name, bold },
        { text: right, align: "right", bold },
      ];
}

/** Marks at the foot of a report. */
export const footLines = ({ mark }: { mark?: Mark }, language: SlipLanguage): SlipLine[] =>
  mark === undefined ? [] : [centered(inLanguage(MARKS[mark], language))];
