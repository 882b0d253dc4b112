/** Lists of transactions (§6.5): 交易明细单, and what an upload could not deliver. Two lines each: the numbers, and the masked card. */
import { grouped, maskPan } from "../model/card.ts";
import { DIRECTIONS } from "../model/ledger.ts";
import { yuan } from "../model/money.ts";
import type { Profile } from "../model/profile.ts";
import type { TransactionRecord } from "../model/transaction.ts";
import { centered, footLines, headLines, inLanguage, type Stamp, six } from "./parts.ts";
import type { Slip, SlipLine } from "./slip.ts";
import { shownKind } from "./transaction.ts";
import { type Bilingual, KIND_LETTERS, KINDS, LIST_WORDS, type Mark, type SlipLanguage, TITLES } from "./words.ts";

/** A record of the open batch, or one of a closed batch, whose number is masked already. */
export type ListedRecord = Pick<TransactionRecord, "kind" | "state" | "trace" | "approvedFen" | "authCode" | "delivery"> &
  ({ pan: string } | { masked: string });

export interface DetailsSlipInput extends Stamp {
  batch: number;
  records: readonly ListedRecord[];
  mark?: Mark;
  profile: Profile;
  language: SlipLanguage;
}

export function detailsSlip(input: DetailsSlipInput): Slip {
  const { batch, records, profile, language } = input;
  return {
    name: `details ${six(batch)}`,
    lines: [
      ...headLines(TITLES.details, input, profile, language),
      ...listLines(records, language),
      ...legend(records, language),
      ...footLines(input, language),
    ],
  };
}

/** What the host never acknowledged, and what it refused. `failed`: traces of an upload that were not answered. */
export function failedSlip(input: DetailsSlipInput & { failed?: readonly number[] }): Slip {
  const { batch, records, profile, language, failed = [] } = input;
  const lines = failedLines(records, failed, language);
  return {
    name: `failed ${six(batch)}`,
    lines: [
      ...headLines(TITLES.failed, input, profile, language),
      ...(lines.length === 0 ? [centered(inLanguage(LIST_WORDS.none, language))] : lines),
      ...footLines(input, language),
    ],
  };
}

/** Both failed lists under their titles (§6.5); nothing when nothing failed. */
export function failedLines(records: readonly ListedRecord[], failed: readonly number[], language: SlipLanguage): SlipLine[] {
  const unacknowledged = new Set(failed);
  const lists: [Bilingual, ListedRecord[]][] = [
    [TITLES.undelivered, records.filter(({ trace }) => unacknowledged.has(trace))],
    [TITLES.refused, records.filter(({ delivery }) => delivery?.state === "refused")],
  ];
  return lists.flatMap(([title, list]) =>
    list.length === 0 ? [] : [centered(inLanguage(title, language)), ...listLines(list, language), { rule: "-" }],
  );
}

function listLines(records: readonly ListedRecord[], language: SlipLanguage): SlipLine[] {
  if (records.length === 0) return [centered(inLanguage(LIST_WORDS.none, language))];
  const head: SlipLine = {
    left: inLanguage(LIST_WORDS.columns, language),
    right: inLanguage(LIST_WORDS.amount, language),
    bold: true,
  };
  return [head, ...records.flatMap((record) => rowLines(record, language))];
}

function rowLines(record: ListedRecord, language: SlipLanguage): SlipLine[] {
  const { kind, trace, state, approvedFen, authCode = "" } = record;
  const card = "masked" in record ? record.masked : maskPan(record.pan);
  const word = state === "voided" || state === "pending" || state === "refused" ? inLanguage(LIST_WORDS[state], language) : "";
  return [
    {
      left: `${six(trace)}  ${KIND_LETTERS[shownKind(record)]}  ${authCode}`.trimEnd(),
      right: yuan(DIRECTIONS[kind] === "credit" ? -approvedFen : approvedFen),
    },
    ...(card === "" && word === "" ? [] : [{ left: ` ${grouped(card)}`, right: word }]),
  ];
}

/** The letters that stand in the list, and what they mean. */
function legend(records: readonly ListedRecord[], language: SlipLanguage): SlipLine[] {
  const kinds = [...new Set(records.map(shownKind))];
  if (kinds.length === 0) return [];
  return [
    { rule: "." },
    ...kinds.map((kind): SlipLine => ({ text: `${KIND_LETTERS[kind]} ${inLanguage(KINDS[kind], language)}` })),
  ];
}
