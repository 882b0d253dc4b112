/** 审计检查: whether the log is whole, what it counts, and its lines; on the screen and on paper. */
import { clipped } from "../model/columns.ts";
import { dashed } from "../model/time.ts";
import type { AuditCheck, AuditLine } from "../steps/audit.ts";
import { type ReportRow, showPairs } from "../steps/show-report.ts";
import { administrator } from "../steps/supervisor.ts";
import type { Terminal } from "../steps/terminal.ts";

/** Newest lines behind the verdict. */
const MOST_SHOWN = 60;
const VALUE_COLUMNS = 22;

export async function auditCheck(t: Terminal): Promise<void> {
  await administrator(t);
  const check = t.audit.check();
  const lines = t.audit.lines();
  const title = t.ui.say("audit.title");
  const rows = [...verdict(t, check), ...countsOf(t, lines), ...newest(t, lines)];
  // The screen shows what fits, the paper all.
  const shown = rows.map((row) => ({ ...row, value: row.label === undefined ? row.value : clipped(row.value, VALUE_COLUMNS) }));
  await showPairs(t, { title, rows: shown, tone: check.sound ? "good" : "bad" }, rows);
}

function verdict(t: Terminal, check: AuditCheck): ReportRow[] {
  if (!check.sound) return [{ value: t.ui.say(`audit.${check.why}`, { n: check.n }) }, { value: t.ui.say("audit.call") }];
  return [
    { value: t.ui.say("audit.sound") },
    { label: t.ui.say("audit.count"), value: `${check.count} (${check.first}–${check.last})` },
  ];
}

function countsOf(t: Terminal, lines: readonly AuditLine[]): ReportRow[] {
  const count = (wanted: (line: AuditLine) => boolean): string => String(lines.filter(wanted).length);
  return [
    { label: t.ui.say("audit.risk-hits"), value: count(({ what }) => what === "risk") },
    { label: t.ui.say("audit.wrong-passwords"), value: count(({ result }) => result === "wrong" || result === "locked") },
  ];
}

function newest(t: Terminal, lines: readonly AuditLine[]): ReportRow[] {
  return lines
    .slice(-MOST_SHOWN)
    .reverse()
    .map((line) => lineRow(t, line));
}

/** "11-21 09:41 01" and "登录 成功". */
export function lineRow(t: Terminal, { at, who, what, result, object }: AuditLine): { label: string; value: string } {
  const stamp = `${dashed(at.slice(0, 8)).slice(5)} ${at.slice(8, 10)}:${at.slice(10, 12)}`;
  const words = [t.ui.say(`audit-word.${what}`), t.ui.say(`audit-result.${result}`), ...(object === undefined ? [] : [object])];
  return { label: `${stamp} ${who}`.trim(), value: words.join(" ") };
}
