/** The slip of a reversal that could not be delivered (冲正未成功, §5.1): the money's fate is open, and who must be called. */
import { grouped, maskPan } from "../model/card.ts";
import { readableStamp } from "../model/dates.ts";
import type { Profile } from "../model/profile.ts";
import type { ReversalRecord } from "../model/transaction.ts";
import { amountLines, both, centered, inLanguage, label, merchantLines, pair, six, titleLines } from "./parts.ts";
import type { Slip, SlipLine } from "./slip.ts";
import { ENTRY_LETTERS, KINDS, type Mark, MARKS, REASONS, type SlipLanguage, TITLES, UNDELIVERED_ADVICE } from "./words.ts";

export interface ReversalSlipInput {
  record: ReversalRecord;
  mark?: Mark;
  profile: Profile;
  language: SlipLanguage;
}

export function reversalSlip({ record, mark, profile, language }: ReversalSlipInput): Slip {
  const { batch, trace } = record;
  return {
    name: `reversal ${six(batch)}/${six(trace)} undelivered`,
    lines: [
      ...titleLines(TITLES.reversal, profile, language),
      { rule: "-" },
      ...merchantLines(profile, language),
      ...pair("operator", record.operator, language),
      { rule: "-" },
      { text: `${label("card", language)}:` },
      { text: `${grouped(maskPan(record.pan))} /${ENTRY_LETTERS[record.entry]}`, bold: true, size: "tall" },
      ...pair("kind", both(KINDS[record.kind], language), language),
      ...pair("batch", six(batch), language),
      ...pair("trace", six(trace), language),
      ...pair("authCode", record.authCode, language),
      ...pair("stamp", readableStamp(record.date, record.time), language),
      ...pair("reason", `${record.reason} ${inLanguage(REASONS[record.reason], language)}`, language),
      ...pair("attempts", String(record.attempts), language),
      { rule: "-" },
      ...amountLines("amount", record.amountFen, language),
      { rule: "-" },
      ...UNDELIVERED_ADVICE[language].map((text): SlipLine => ({ text, align: "center" })),
      ...(mark === undefined ? [] : [centered(inLanguage(MARKS[mark], language))]),
    ],
  };
}
