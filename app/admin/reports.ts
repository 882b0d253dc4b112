/** 报表 (M19): a batch, a day or some days by hour, operator, card, entry mode and result, and the merchant's fees; on the screen and on paper. */
import { analyse, mergeLines, type ReportBy, type ReportLine, sumOfLines } from "../model/analysis.ts";
import { feesOf, netOf, noFees, sumOfFees } from "../model/fees.ts";
import { groupedYuan, yuan } from "../model/money.ts";
import { reportSlip } from "../slips/report.ts";
import { askPeriod, lacking, type Period, periodName, readPeriod } from "../steps/period.ts";
import { onPaper } from "../steps/settle-print.ts";
import { type ShownReport, showReport } from "../steps/show-report.ts";
import { tell } from "../steps/tell.ts";
import { now, type Terminal } from "../steps/terminal.ts";
import type { Prompt } from "../text/words.ts";

type Sums = Omit<ReportLine, "key">;

/** By one of its sides. */
export async function reportBy(t: Terminal, by: ReportBy): Promise<void> {
  const period = await askPeriod(t, `report.${by}`);
  const title = t.ui.say(`report.${by}`);
  let lines: ReportLine[] = [];
  await readPeriod(t, period, ({ records, declines }) => {
    lines = mergeLines(lines, analyse(by, records, declines));
  });
  if (lines.length === 0) return tell(t, title, [periodName(t, period), t.ui.say("report.none")]);
  const sum = sumOfLines(lines);
  const named = lines.map((line) => ({ name: keyName(t, by, line.key), ...line }));
  const shown: ShownReport = {
    title,
    rows: [
      aboutOf(t, period),
      ...[...named, { name: t.ui.say("report.totals"), ...sum }].map(({ name, ...line }) => ({
        label: name,
        value: t.ui.say("report.line", { count: line.count, amount: groupedYuan(netFen(line)) }),
      })),
      ...lackingRows(t, period),
    ],
  };
  const row = (name: string, count: number, fen: number): string[] => [name, String(count), yuan(fen)];
  await showReport(t, shown, () =>
    reportSlip({
      title,
      columns: [t.ui.say("report.name"), t.ui.say("report.number"), t.ui.say("report.net")],
      rows: [
        ...named.map(({ name, ...line }) => row(name, line.count, netFen(line))),
        row(t.ui.say("report.totals"), sum.count, netFen(sum)),
      ],
      ...headOf(t, period),
    }),
  );
}

/** What the acquirer keeps (M38), at today's rate. */
export async function feeReport(t: Terminal): Promise<void> {
  const title = t.ui.say("report.fees");
  const { feeRate, feeCapFen } = t.profile.rules ?? {};
  if (feeRate === undefined || feeRate === 0) return tell(t, title, [t.ui.say("report.no-rate")], "warn");
  const period = await askPeriod(t, "report.fees");
  let fees = noFees();
  await readPeriod(t, period, ({ records }) => {
    fees = sumOfFees(fees, feesOf(records, { rate: feeRate, capFen: feeCapFen }));
  });
  const lines: [Prompt, string][] = [
    ["report.rate", t.ui.say("report.rate-value", { rate: feeRate })],
    ...(feeCapFen === undefined ? [] : [["report.cap", groupedYuan(feeCapFen)] satisfies [Prompt, string]]),
    ["report.debit", t.ui.say("report.line", { count: fees.debitCount, amount: groupedYuan(fees.debitFen) })],
    ["report.credit", t.ui.say("report.line", { count: fees.creditCount, amount: groupedYuan(fees.creditFen) })],
    ["report.fee", groupedYuan(fees.feeFen)],
    ["report.returned", groupedYuan(fees.returnedFen)],
    ["report.due", groupedYuan(netOf(fees))],
  ];
  const rows = lines.map(([label, value]) => ({ label: t.ui.say(label), value }));
  await showReport(t, { title, rows: [aboutOf(t, period), ...rows, ...lackingRows(t, period)] }, () =>
    reportSlip({
      title,
      columns: [t.ui.say("report.name"), ""],
      rows: rows.map(({ label, value }) => [label, value]),
      ...headOf(t, period),
    }),
  );
}

/** 本批汇总 (M19): what was taken and given back, by region; cash apart, since the host never hears of it (M10). */
export async function batchTotals(t: Terminal): Promise<void> {
  const totals = t.journal.totalsBy();
  const cash = sumOfLines(analyse("card", t.journal.list()).filter(({ key }) => key === "cash"));
  const line = (count: number, fen: number): string => t.ui.say("report.line", { count, amount: groupedYuan(fen) });
  const rows = (["domestic", "foreign"] as const).flatMap((region) => {
    const { debitCount, debitFen, creditCount, creditFen } = totals[region];
    if (region === "foreign" && debitCount + creditCount === 0) return [];
    const name = t.ui.say(`region.${region}`);
    return [
      { label: `${name} ${t.ui.say("report.debit")}`, value: line(debitCount, debitFen) },
      { label: `${name} ${t.ui.say("report.credit")}`, value: line(creditCount, creditFen) },
    ];
  });
  if (cash.count > 0) rows.push({ label: t.ui.say("report.cash"), value: line(cash.count, netFen(cash)) });
  await showReport(t, { title: t.ui.say("query.totals"), rows });
}

const netFen = ({ debitFen, creditFen }: Pick<Sums, "debitFen" | "creditFen">): number => debitFen - creditFen;

const aboutOf = (t: Terminal, period: Period) => ({ label: t.ui.say("period.title"), value: periodName(t, period) });

function lackingRows(t: Terminal, period: Period): { label?: string; value: string }[] {
  const words = lacking(t, period);
  return words === undefined ? [] : [{ value: words }];
}

const headOf = (t: Terminal, period: Period) => ({
  operator: t.operator,
  about: aboutOf(t, period),
  note: lacking(t, period),
  ...now(t),
  ...onPaper(t),
});

const KEY_PROMPTS: Readonly<Record<string, Prompt>> = {
  domestic: "report.domestic",
  foreign: "region.foreign",
  cash: "report.cash",
  silent: "report.silent",
  cancelled: "report.cancelled",
};

function keyName(t: Terminal, by: ReportBy, key: string): string {
  const prompt = KEY_PROMPTS[key];
  if (prompt !== undefined) return t.ui.say(prompt);
  if (by === "hour") return `${key}:00`;
  if (by === "entry") return t.ui.say(`entry.${key}` as Prompt);
  if (key.startsWith("declined ")) return t.ui.say("report.declined", { code: key.slice("declined ".length) });
  return by === "result" ? t.ui.say(`state.${key}` as Prompt) : key;
}
