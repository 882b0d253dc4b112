/** Any table on paper: columns side by side when they fit the narrowest paper, one under the other when they do not. */
import type { Profile } from "../model/profile.ts";
import { centered, columnsOf, footLines, headLines, inLanguage, NARROW_COLUMNS, type Stamp } from "./parts.ts";
import type { Slip, SlipLine } from "./slip.ts";
import { type Bilingual, LIST_WORDS, type Mark, type SlipLanguage } from "./words.ts";

export interface ReportSlipInput extends Stamp {
  /** In both languages, or already in the slip's. */
  title: Bilingual | string;
  /** Already in the language of the slip. The last column stands at the right. Without them each row is a label and its value. */
  columns?: readonly string[];
  rows: readonly (readonly string[])[];
  /** What it is of, in words: above the table. */
  about?: { label: string; value: string };
  /** What has to be known of it: below the table. */
  note?: string;
  mark?: Mark;
  profile: Profile;
  language: SlipLanguage;
}

export function reportSlip(input: ReportSlipInput): Slip {
  const { title, columns, rows, about, note, profile, language } = input;
  return {
    name: `report ${typeof title === "string" ? title : title[1]}`,
    lines: [
      ...headLines(title, input, profile, language),
      ...(about === undefined ? [] : [{ left: about.label, right: about.value, bold: true }, { rule: "-" } satisfies SlipLine]),
      ...(rows.length === 0 ? [centered(inLanguage(LIST_WORDS.none, language))] : tableLines(columns, rows)),
      ...(note === undefined ? [] : ([{ rule: "-" }, { text: note }] satisfies SlipLine[])),
      ...footLines(input, language),
    ],
  };
}

const GAP = 1;

function tableLines(columns: readonly string[] | undefined, rows: readonly (readonly string[])[]): SlipLine[] {
  if (columns === undefined) return rows.map(([left = "", right = ""]) => ({ left, right }));
  const widths = columns.map((name, n) => Math.max(columnsOf(name), ...rows.map((row) => columnsOf(row[n] ?? ""))));
  const needed = widths.reduce((sum, width) => sum + width, 0) + GAP * (columns.length - 1);
  return needed <= NARROW_COLUMNS ? sideBySide(columns, rows, widths) : stacked(columns, rows);
}

function sideBySide(columns: readonly string[], rows: readonly (readonly string[])[], widths: readonly number[]): SlipLine[] {
  const last = widths.length - 1;
  const line = (cells: readonly string[]): { left: string; right: string } => {
    const left = widths.slice(0, last).map((width, n) => fill(cells[n] ?? "", width));
    return { left: left.join(" ").trimEnd(), right: cells[last] ?? "" };
  };
  return [{ ...line(columns), bold: true }, ...rows.map(line)];
}

function stacked(columns: readonly string[], rows: readonly (readonly string[])[]): SlipLine[] {
  return rows.flatMap((row): SlipLine[] => [
    ...columns.map((name, n): SlipLine => ({ left: name, right: row[n] ?? "", bold: n === 0 })),
    { rule: "." },
  ]);
}

const fill = (text: string, width: number): string => text + " ".repeat(width - columnsOf(text));
