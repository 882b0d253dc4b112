/** 对账 (M20): the host's statement of a day against the records this terminal keeps, on the screen and on paper. */
import { statementRows } from "../acquirer/answers.ts";
import { responseOf } from "../acquirer/responses.ts";
import { dayAfter } from "../model/dates.ts";
import { groupedYuan, yuan } from "../model/money.ts";
import { type Comparison, compareStatement, type Difference, type HereRecord, keyOf, type ThereRow } from "../model/statement.ts";
import { dashed } from "../model/time.ts";
import { DIRECTIONS } from "../model/ledger.ts";
import type { TransactionKind } from "../model/transaction.ts";
import { reportSlip } from "../slips/report.ts";
import { askDay } from "../steps/ask-day.ts";
import { trace6 } from "../steps/numbers.ts";
import { daysOf, lacking } from "../steps/period.ts";
import { onPaper } from "../steps/settle-print.ts";
import { showReport } from "../steps/show-report.ts";
import { manage } from "../steps/manage.ts";
import { signOn } from "../steps/sign-on.ts";
import { tell } from "../steps/tell.ts";
import { now, type Terminal } from "../steps/terminal.ts";

/** A host that never says "last block" is not believed for ever. */
const MOST_BLOCKS = 500;

export async function reconciliation(t: Terminal): Promise<void> {
  const day = await askDay(t, "reconcile.title", "reconcile.ask");
  const title = t.ui.say("reconcile.title");
  const comparison = await compared(t, day);
  if ("words" in comparison) return tell(t, title, [comparison.words], "warn");
  const { matched, later, differences, elsewhere } = comparison;
  t.system.log.info(
    `reconciliation of ${day}: ${matched} matched, ${later} told the day after, ${differences.length} not, ${elsewhere} of other batches`,
  );
  const note = lacking(t, daysOf(day));
  const rows = rowsOf(t, day, comparison);
  const shown = [...rows, ...(note === undefined ? [] : [{ value: note }])];
  await showReport(t, { title, rows: shown, tone: differences.length === 0 ? "good" : "warn" }, () =>
    reportSlip({
      title,
      columns: [t.ui.say("report.name"), ""],
      rows: rows.map(({ label, value }) => [label, value]),
      note,
      operator: t.operator,
      ...now(t),
      ...onPaper(t),
    }),
  );
}

/** The day's statement, and the next day's where that may explain what is missing: an advice that was told after midnight. */
async function compared(t: Terminal, day: string): Promise<Comparison | { words: string }> {
  const statement = await fetchStatement(t, day);
  if ("words" in statement) return statement;
  const there = statement.rows;
  const [here, batches] = [kept(t, day, there), batchesOf(t, day)];
  const comparison = compareStatement(day, here, batches, there);
  const open = comparison.differences.some(({ what }) => what !== "missing-here");
  if (!open || day >= now(t).date) return comparison;
  const next = await fetchStatement(t, dayAfter(day));
  return "words" in next ? next : compareStatement(day, here, batches, there, next.rows);
}

/** What happened that day, the open batch, and what the statement has of earlier days. */
function kept({ journal }: Terminal, day: string, there: readonly ThereRow[]): HereRecord[] {
  const here: HereRecord[] = [...journal.booked({ from: day, to: day }), ...journal.list()];
  const known = new Set(here.map(keyOf));
  const strays = there
    .filter((row) => !known.has(keyOf(row)))
    .flatMap((row) => journal.booked({ trace: row.trace }).filter((record) => keyOf(record) === keyOf(row)));
  return [...here, ...strays];
}

/** Of a day that the book has whole, whatever is not here is missing; of an earlier one, only what is of a batch that is still here. */
function batchesOf({ journal }: Terminal, day: string): readonly number[] | "all" {
  if (journal.letGo === undefined || day > journal.letGo) return "all";
  return [journal.batch, ...journal.closedBatches().map(({ batch }) => batch)];
}

async function fetchStatement(t: Terminal, day: string): Promise<{ rows: ThereRow[] } | { words: string }> {
  if (t.host === undefined) return { words: t.ui.say("notice.no-line") };
  if (!t.journal.signedOn) {
    if (t.signedOffByHand || !t.profile.autoSignOn) return { words: t.ui.say("problem.not-signed-on") };
    const result = await signOn(t);
    if (!result.ok) return { words: result.words };
  }
  const rows: ThereRow[] = [];
  for (let block = 1; block <= MOST_BLOCKS; block++) {
    const answer = await fetchBlock(t, day, block);
    if ("words" in answer) return answer;
    rows.push(...answer.rows);
    if (answer.last) return { rows };
  }
  return { words: t.ui.say("reconcile.no-answer") };
}

async function fetchBlock(
  t: Terminal,
  date: string,
  block: number,
): Promise<{ rows: ThereRow[]; last: boolean } | { words: string }> {
  const fate = await manage(t, { about: "statement", date, block, batch: t.journal.batch }, "reconcile.title");
  if (fate?.fate !== "answered")
    return { words: t.ui.say(fate === undefined || fate.fate === "not-sent" ? "notice.no-line-title" : "reconcile.no-answer") };
  if (fate.code !== "00")
    return { words: t.ui.say("reconcile.refused", { words: responseOf(fate.code).cashier[t.settings.language] }) };
  return statementRows(fate.answer) ?? { words: t.ui.say("reconcile.no-answer") };
}

type Row = { label: string; value: string };

function rowsOf(t: Terminal, day: string, { matched, later, differences, elsewhere }: Comparison): Row[] {
  const count = (what: Difference["what"]): number => differences.filter((difference) => difference.what === what).length;
  const number = (n: number): string => t.ui.say("report.count", { count: n });
  return [
    { label: t.ui.say("reconcile.day"), value: dashed(day) },
    { label: t.ui.say("reconcile.matched"), value: number(matched) },
    ...(later === 0 ? [] : [{ label: t.ui.say("reconcile.later"), value: number(later) }]),
    ...(["missing-here", "missing-there", "different"] as const).map((what) => ({
      label: t.ui.say(`reconcile.${what}`),
      value: number(count(what)),
    })),
    ...(elsewhere === 0 ? [] : [{ label: t.ui.say("reconcile.elsewhere"), value: number(elsewhere) }]),
    ...differences.map((difference) => ({
      label: `${trace6(difference.trace)} ${kindName(t, difference.kind)}`,
      value: differenceWords(t, difference),
    })),
  ];
}

const isKind = (kind: string): kind is TransactionKind => Object.hasOwn(DIRECTIONS, kind);

const kindName = (t: Terminal, kind: string): string => (isKind(kind) ? t.ui.say(`transaction.${kind}`) : kind);

function differenceWords(t: Terminal, difference: Difference): string {
  const { hereFen = 0, thereFen = 0 } = difference;
  if (difference.what === "missing-here") return `${t.ui.say("reconcile.missing-here")} ${groupedYuan(thereFen)}`;
  if (difference.what === "missing-there") return `${t.ui.say("reconcile.missing-there")} ${groupedYuan(hereFen)}`;
  if (difference.why === "state" || difference.why === "kind") return t.ui.say(`reconcile.${difference.why}`);
  return t.ui.say("reconcile.amount", { here: yuan(hereFen), there: yuan(thereFen) });
}
