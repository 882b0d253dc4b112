/** What a batch adds up to: 交易汇总单 while it is open, 结算总计单 when it was settled (§6.4). */
import { type BatchTotals, type KindTotal, type SettlementTotals, totalsByKind } from "../model/ledger.ts";
import type { Profile } from "../model/profile.ts";
import type { Region, ReversalRecord, TransactionRecord } from "../model/transaction.ts";
import { failedLines, type ListedRecord } from "./details.ts";
import { centered, footLines, headLines, inLanguage, pair, type Stamp, six, tally } from "./parts.ts";
import type { Slip, SlipLine } from "./slip.ts";
import { KINDS, LABELS, LIST_WORDS, type Mark, REGIONS, type SlipLanguage, TITLES, VERDICTS } from "./words.ts";

type Counted = Pick<TransactionRecord, "kind" | "state" | "approvedFen" | "delivery" | "region" | "organisation">;

export interface TotalsSlipInput extends Stamp {
  batch: number;
  records: readonly Counted[];
  totals: SettlementTotals;
  mark?: Mark;
  profile: Profile;
  language: SlipLanguage;
}

export function totalsSlip(input: TotalsSlipInput): Slip {
  const { batch, profile, language, records, totals } = input;
  const byKind = totalsByKind(records);
  return {
    name: `totals ${six(batch)}`,
    lines: [
      ...headLines(TITLES.totals, input, profile, language),
      ...REGION_ORDER.flatMap((region) => regionLines(region, totals[region], byKind, language)),
      ...footLines(input, language),
    ],
  };
}

export interface SettlementSlipInput extends Omit<TotalsSlipInput, "records"> {
  records: readonly (Counted & ListedRecord)[];
  /** The host's verdicts: 1 balanced, 2 not, 3 error, 0 not told; undefined when it never answered. */
  result: Record<Region, 0 | 1 | 2 | 3> | undefined;
  /** Traces the host never acknowledged. */
  failed?: readonly number[];
  /** A reversal that is still owed. */
  owed?: ReversalRecord;
}

export function settlementSlip(input: SettlementSlipInput): Slip {
  const { batch, profile, language, records, totals, result, failed = [], owed } = input;
  const byKind = totalsByKind(records);
  return {
    name: `settlement ${six(batch)}`,
    lines: [
      ...headLines(TITLES.settlement, input, profile, language),
      ...REGION_ORDER.flatMap((region) => [
        ...regionLines(region, totals[region], byKind, language, VERDICTS[result?.[region] ?? 0]),
      ]),
      ...failedLines(records, failed, language),
      ...(owed === undefined ? [] : owedLines(owed, language)),
      ...footLines(input, language),
    ],
  };
}

const REGION_ORDER: readonly Region[] = ["domestic", "foreign"];

function regionLines(
  region: Region,
  totals: BatchTotals,
  byKind: readonly KindTotal[],
  language: SlipLanguage,
  verdict?: (typeof VERDICTS)[number],
): SlipLine[] {
  const name = inLanguage(REGIONS[region], language);
  const rows = byKind.filter((row) => row.region === region);
  const word = (label: "debit" | "credit"): string => inLanguage(LABELS[label], language);
  return [
    verdict === undefined ? { text: name, bold: true } : { left: name, right: inLanguage(verdict, language), bold: true },
    ...rows.flatMap(({ kind, count, amountFen }) => tally(inLanguage(KINDS[kind], language), count, amountFen)),
    ...tally(word("debit"), totals.debitCount, totals.debitFen, true),
    ...tally(word("credit"), totals.creditCount, totals.creditFen, true),
    { rule: "-" },
  ];
}

function owedLines({ batch, trace, amountFen }: ReversalRecord, language: SlipLanguage): SlipLine[] {
  return [
    centered(inLanguage(LIST_WORDS.reversalOwed, language)),
    ...pair("batch", six(batch), language),
    ...tally(six(trace), 1, amountFen),
    { rule: "-" },
  ];
}
