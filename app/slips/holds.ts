/** Open pre-authorisations: what has to be completed or voided, and how long there is (§5.6). */
import { grouped, maskPan } from "../model/card.ts";
import { yuan } from "../model/money.ts";
import type { Profile } from "../model/profile.ts";
import type { TransactionRecord } from "../model/transaction.ts";
import { centered, footLines, headLines, inLanguage, pair, type Stamp, six } from "./parts.ts";
import type { Slip, SlipLine } from "./slip.ts";
import { LIST_WORDS, type Mark, type SlipLanguage, TITLES } from "./words.ts";

export interface HoldsSlipInput extends Stamp {
  holds: readonly { record: TransactionRecord; daysLeft: number }[];
  mark?: Mark;
  profile: Profile;
  language: SlipLanguage;
}

export function holdsSlip(input: HoldsSlipInput): Slip {
  const { holds, profile, language } = input;
  return {
    name: "holds",
    lines: [
      ...headLines(TITLES.holds, input, profile, language),
      ...(holds.length === 0
        ? [centered(inLanguage(LIST_WORDS.none, language))]
        : holds.flatMap((hold) => holdLines(hold, language))),
      ...footLines(input, language),
    ],
  };
}

function holdLines({ record, daysLeft }: HoldsSlipInput["holds"][number], language: SlipLanguage): SlipLine[] {
  const { date, batch, trace } = record;
  return [
    ...pair("preauthCode", record.authCode, language),
    ...pair("trace", `${six(batch)}/${six(trace)}`, language),
    ...pair("originalDate", `${date.slice(0, 4)}/${date.slice(4, 6)}/${date.slice(6)}`, language),
    { text: grouped(maskPan(record.pan)) },
    ...pair("amount", `RMB ${yuan(record.approvedFen)}`, language),
    ...pair("daysLeft", String(daysLeft), language),
    { rule: "." },
  ];
}
