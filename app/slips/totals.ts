/** What a batch adds up to: 交易汇总单 while it is open, 结算总计单 when it was settled (§6.4). */
import { type BatchTotals, type KindTotal, regionOf, type SettlementTotals, totalsByKind } from "../model/ledger.ts";
import type { Profile } from "../model/profile.ts";
import type { Region, ReversalRecord, TransactionRecord } from "../model/transaction.ts";
import { failedLines, type ListedRecord } from "./details.ts";
import { centered, footLines, headLines, inLanguage, pair, type Stamp, six, tally } from "./parts.ts";
import type { Slip, SlipLine } from "./slip.ts";
import { KINDS, LABELS, LIST_WORDS, type Mark, REGIONS, type SlipLanguage, TITLES, VERDICTS } from "./words.ts";

type Counted = Pick<TransactionRecord, "kind" | "state" | "approvedFen" | "delivery" | "region" | "organisation" | "tipFen">;

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
      ...REGION_ORDER.flatMap((region) => regionLines(region, totals[region], byKind, tipsOf(records, region), language)),
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
        ...regionLines(region, totals[region], byKind, tipsOf(records, region), language, VERDICTS[result?.[region] ?? 0]),
      ]),
      ...failedLines(records, failed, language),
      ...(owed === undefined ? [] : owedLines(owed, language)),
      ...footLines(input, language),
    ],
  };
}

/** What of the amounts above is tips: the staff's. One that was voided is the customer's again. */
function tipsOf(records: readonly Counted[], region: Region): { count: number; amountFen: number } {
  const tipped = records.filter(
    ({ state, tipFen = 0, ...record }) =>
      tipFen > 0 && (state === "approved" || state === "pending") && regionOf(record) === region,
  );
  return { count: tipped.length, amountFen: tipped.reduce((sum, { tipFen = 0 }) => sum + tipFen, 0) };
}

const REGION_ORDER: readonly Region[] = ["domestic", "foreign"];

function regionLines(
  region: Region,
  totals: BatchTotals,
  byKind: readonly KindTotal[],
  tips: { count: number; amountFen: number },
  language: SlipLanguage,
  verdict?: (typeof VERDICTS)[number],
): SlipLine[] {
  const name = inLanguage(REGIONS[region], language);
  const rows = byKind.filter((row) => row.region === region);
  const word = (label: "debit" | "credit" | "tips"): string => inLanguage(LABELS[label], language);
  return [
    verdict === undefined ? { text: name, bold: true } : { left: name, right: inLanguage(verdict, language), bold: true },
    ...rows.flatMap(({ kind, count, amountFen }) => tally(inLanguage(KINDS[kind], language), count, amountFen)),
    ...(tips.count === 0 ? [] : tally(word("tips"), tips.count, tips.amountFen)),
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
