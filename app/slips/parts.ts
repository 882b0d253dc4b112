/** What slips are put together from: labels, titles, amounts. */
import { yuan } from "../model/money.ts";
import type { Profile } from "../model/profile.ts";
import type { SlipLine } from "./slip.ts";
import { type Bilingual, LABELS, type Label, type SlipLanguage } from "./words.ts";

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

/** Title in both languages, over the bank's name when the profile has one. */
export function titleLines(title: Bilingual, profile: Pick<Profile, "receipt">, language: SlipLanguage): SlipLine[] {
  const [zh, en] = title;
  const { bankName } = profile.receipt;
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
