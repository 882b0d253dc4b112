/** The versions of everything in the terminal, on paper (M25). */
import { readableStamp } from "../model/dates.ts";
import type { Profile } from "../model/profile.ts";
import { merchantLines, pair, titleLines } from "./parts.ts";
import type { Slip, SlipLine } from "./slip.ts";
import { type SlipLanguage, TITLES } from "./words.ts";

export interface ReportRow {
  /** Already in the language of the slip. */
  label: string;
  value: string;
}

export interface VersionsSlipInput {
  rows: readonly ReportRow[];
  facts: { serial: string; abi: string };
  /** YYYYMMDD, hhmmss: when it was printed. */
  date: string;
  time: string;
  profile: Profile;
  language: SlipLanguage;
}

export function versionsSlip({ rows, facts, date, time, profile, language }: VersionsSlipInput): Slip {
  return {
    name: "versions",
    lines: [
      ...titleLines(TITLES.versions, profile, language),
      { rule: "-" },
      ...merchantLines(profile, language),
      ...pair("acquirer", profile.merchant.acquirer, language),
      ...pair("area", profile.merchant.area, language),
      ...pair("serial", facts.serial, language),
      ...pair("stamp", readableStamp(date, time), language),
      { rule: "-" },
      ...rows.map((row): SlipLine => ({ left: row.label, right: row.value })),
      ...pair("abi", facts.abi, language),
    ],
  };
}
