/** 对账 (M20): the host's statement of a day against the records this terminal keeps, on the screen and on paper. */
import { statementRows } from "../acquirer/answers.ts";
import type { Host } from "../acquirer/host.ts";
import { responseOf } from "../acquirer/responses.ts";
import { groupedYuan, yuan } from "../model/money.ts";
import { type Comparison, compareStatement, type Difference, type HereRecord, type ThereRow } from "../model/statement.ts";
import { dashed } from "../model/time.ts";
import { DIRECTIONS } from "../model/ledger.ts";
import type { TransactionKind } from "../model/transaction.ts";
import { reportSlip } from "../slips/report.ts";
import { askDay } from "../steps/ask-day.ts";
import { lightsOut, onlinePhase } from "../steps/authorise.ts";
import { trace6 } from "../steps/numbers.ts";
import { onPaper } from "../steps/settle-print.ts";
import { showReport } from "../steps/show-report.ts";
import { signOn } from "../steps/sign-on.ts";
import { tell } from "../steps/tell.ts";
import { now, type Terminal } from "../steps/terminal.ts";

/** A host that never says "last block" is not believed for ever. */
const MOST_BLOCKS = 500;

export async function reconciliation(t: Terminal): Promise<void> {
  const day = await askDay(t, "reconcile.title", "reconcile.ask");
  const title = t.ui.say("reconcile.title");
  const statement = await fetchStatement(t, day);
  if ("words" in statement) return tell(t, title, [statement.words], "warn");
  const { records, batches } = kept(t);
  const comparison = compareStatement(day, records, batches, statement.rows);
  const { matched, differences, elsewhere } = comparison;
  t.system.log.info(`reconciliation of ${day}: ${matched} matched, ${differences.length} not, ${elsewhere} of other batches`);
  const rows = rowsOf(t, day, comparison);
  await showReport(t, { title, rows, tone: differences.length === 0 ? "good" : "warn" }, () =>
    reportSlip({
      title,
      columns: [t.ui.say("report.name"), ""],
      rows: rows.map(({ label, value }) => [label, value]),
      operator: t.operator,
      ...now(t),
      ...onPaper(t),
    }),
  );
}

/** The open batch, and the last one that was settled. */
function kept({ journal }: Terminal): { records: HereRecord[]; batches: number[] } {
  const last = journal.lastSettlement();
  return {
    records: [...(last?.records ?? []), ...journal.list()],
    batches: [journal.batch, ...(last === undefined ? [] : [last.batch])],
  };
}

async function fetchStatement(t: Terminal, day: string): Promise<{ rows: ThereRow[] } | { words: string }> {
  const host = t.host;
  if (host === undefined) return { words: t.ui.say("notice.no-line") };
  if (!t.journal.signedOn) {
    if (t.signedOffByHand || !t.profile.autoSignOn) return { words: t.ui.say("problem.not-signed-on") };
    const result = await signOn(t);
    if (!result.ok) return { words: result.words };
  }
  const rows: ThereRow[] = [];
  for (let block = 1; block <= MOST_BLOCKS; block++) {
    const answer = await fetchBlock(t, host, day, block);
    if ("words" in answer) return answer;
    rows.push(...answer.rows);
    if (answer.last) return { rows };
  }
  return { words: t.ui.say("reconcile.no-answer") };
}

async function fetchBlock(
  t: Terminal,
  host: Host,
  date: string,
  block: number,
): Promise<{ rows: ThereRow[]; last: boolean } | { words: string }> {
  const fate = await host.exchange(
    { about: "statement", date, block, batch: t.journal.batch },
    {
      onPhase: onlinePhase(t, (phase, secondsLeft) =>
        t.ui.show("online", {
          transaction: "reconcile.title",
          phase,
          secondsLeft,
          of: t.profile.responseTimeoutMs / 1000,
          cancellable: false,
        }),
      ),
    },
  );
  lightsOut(t);
  if (fate.fate !== "answered")
    return { words: t.ui.say(fate.fate === "not-sent" ? "notice.no-line-title" : "reconcile.no-answer") };
  if (fate.code !== "00")
    return { words: t.ui.say("reconcile.refused", { words: responseOf(fate.code).cashier[t.settings.language] }) };
  return statementRows(fate.answer) ?? { words: t.ui.say("reconcile.no-answer") };
}

type Row = { label: string; value: string };

function rowsOf(t: Terminal, day: string, { matched, differences, elsewhere }: Comparison): Row[] {
  const count = (what: Difference["what"]): number => differences.filter((difference) => difference.what === what).length;
  const number = (n: number): string => t.ui.say("report.count", { count: n });
  return [
    { label: t.ui.say("reconcile.day"), value: dashed(day) },
    { label: t.ui.say("reconcile.matched"), value: number(matched) },
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
