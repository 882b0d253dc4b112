/** 电子现金明细查询 (M7): what the card itself remembers of its payments and loads, page by page; Enter prints it. */
import type { LogEntry, LogKind } from "../emv/index.ts";
import { groupedYuan } from "../model/money.ts";
import { reportSlip } from "../slips/report.ts";
import { pick } from "../steps/ask.ts";
import { insertCard, logInSlot } from "../steps/ecash-card.ts";
import { removeCard } from "../steps/remove-card.ts";
import { permit } from "../steps/rules.ts";
import { onPaper } from "../steps/settle-print.ts";
import { showReport } from "../steps/show-report.ts";
import { tell } from "../steps/tell.ts";
import { now, type Terminal } from "../steps/terminal.ts";

const transaction = "transaction.ecash-log" as const;
const KINDS = [
  { key: "1", text: "log.payments", kind: "payments" },
  { key: "2", text: "log.loads", kind: "loads" },
] as const satisfies readonly { key: string; text: string; kind: LogKind }[];

export async function ecashLog(t: Terminal): Promise<void> {
  permit(t, "ecash");
  const { kind, text } = await pick(t, KINDS, (selected) => {
    const rows = KINDS.map((row) => ({ key: row.key, text: row.text }));
    t.ui.show("menu", { title: transaction, rows, selected });
  });
  await insertCard(t, transaction);
  const entries = await logInSlot(t, transaction, kind);
  await removeCard(t);
  const title = t.ui.say(text);
  if (entries.length === 0) return tell(t, title, [t.ui.say("problem.no-log")], "warn");
  const rows = entries.map(rowOf);
  await showReport(t, { title, rows }, () =>
    reportSlip({
      title,
      columns: ["", ""],
      rows: rows.map(({ label, value }) => [label, value]),
      operator: t.operator,
      ...now(t),
      ...onPaper(t),
    }),
  );
}

/** When, and how much: whatever of it the card's own format has (9A, 9F21, 9F02; its counter where it keeps no date). */
function rowOf(entry: LogEntry): { label: string; value: string } {
  const [date = "", time = ""] = [entry["9A"], entry["9F21"]];
  const day = /^\d{6}$/.test(date) ? `${date.slice(0, 2)}-${date.slice(2, 4)}-${date.slice(4)}` : `#${entry["9F36"] ?? ""}`;
  const clock = /^\d{6}$/.test(time) ? ` ${time.slice(0, 2)}:${time.slice(2, 4)}` : "";
  const amount = entry["9F02"] ?? "";
  return { label: day + clock, value: /^\d{12}$/.test(amount) ? groupedYuan(Number(amount)) : amount };
}
