/** A report on the screen, page by page; Enter prints it. */
import type { ScreenStates } from "../screens/states.ts";
import { reportSlip } from "../slips/report.ts";
import type { Slip } from "../slips/slip.ts";
import { printSlip } from "./print.ts";
import { onPaper } from "./settle-print.ts";
import { Left, now, type Terminal } from "./terminal.ts";
import { nextKey } from "./ask.ts";

/** What fits under one title. */
const PAGE_ROWS = 6;

export interface ReportRow {
  label?: string;
  value: string;
}

export interface ShownReport {
  title: string;
  rows: readonly ReportRow[];
  tone?: ScreenStates["report"]["tone"];
}

/** Until Enter or Cancel; up and down turn the pages. With a printer and a slip, Enter prints. Leaves on time-out. */
export async function showReport(t: Terminal, { title, rows, tone }: ShownReport, slip?: () => Slip): Promise<void> {
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
  const print = slip !== undefined && t.devices.printer !== undefined;
  let page = 0;
  for (;;) {
    const shown = rows.slice(page * PAGE_ROWS, (page + 1) * PAGE_ROWS);
    t.ui.show("report", { title, rows: [...shown], page: page + 1, pages, print, tone });
    const key = await keyOrLeave(t);
    if (key === "cancel") return;
    if (key === "enter") {
      if (print) await printSlip(t, slip(), "report");
      return;
    }
    if (key === "down" && pages > 1) page = (page + 1) % pages;
    else if (key === "up" && pages > 1) page = (page + pages - 1) % pages;
    else t.ui.bad();
  }
}

/** The same with labels and values of any kind, printed as they are; `paper` where the screen has room for less. */
export async function showPairs(t: Terminal, shown: ShownReport, paper: readonly ReportRow[] = shown.rows): Promise<void> {
  const { title } = shown;
  const rows = paper.map(({ label = "", value }) => [label, value]);
  await showReport(t, shown, () => reportSlip({ title, rows, operator: t.operator, ...now(t), ...onPaper(t) }));
}

/** Cancel goes back one screen here; only time-out leaves altogether. */
async function keyOrLeave(t: Terminal): Promise<Awaited<ReturnType<typeof nextKey>>> {
  try {
    return await nextKey(t);
  } catch (error) {
    if (error instanceof Left && error.why === "cancelled") return "cancel";
    throw error;
  }
}
