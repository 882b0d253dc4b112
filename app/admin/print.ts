/** 打印 (M18): details and totals of the open batch, the last settlement again. Reprints of slips are in ./reprint.ts. */
import { detailsSlip } from "../slips/details.ts";
import { totalsSlip } from "../slips/totals.ts";
import { printSlip } from "../steps/print.ts";
import { onPaper, printSettlement } from "../steps/settle-print.ts";
import { tell } from "../steps/tell.ts";
import { now, type Terminal } from "../steps/terminal.ts";

/** Words instead of paper when there is no printer. */
async function withPrinter(t: Terminal, print: () => Promise<unknown>): Promise<void> {
  if (t.devices.printer === undefined) {
    await tell(t, t.ui.say("notice.no-printer-title"), [t.ui.say("printer.unplugged")], "warn");
  } else await print();
}

export async function printBatchDetails(t: Terminal): Promise<void> {
  const { batch, count } = t.journal;
  if (count === 0) return tell(t, t.ui.say("menu.print-details"), [t.ui.say("print.batch-empty")]);
  await withPrinter(t, () =>
    printSlip(t, detailsSlip({ batch, records: t.journal.list(), operator: t.operator, ...now(t), ...onPaper(t) }), "report"),
  );
}

/** Of an empty batch too: a merchant may need to show that nothing was taken. */
export async function printBatchTotals(t: Terminal): Promise<void> {
  const { batch } = t.journal;
  const input = {
    batch,
    records: t.journal.list(),
    totals: t.journal.totalsBy(),
    operator: t.operator,
    ...now(t),
    ...onPaper(t),
  };
  await withPrinter(t, () => printSlip(t, totalsSlip(input), "report"));
}

export async function reprintSettlement(t: Terminal): Promise<void> {
  const last = t.journal.lastSettlement();
  if (last === undefined) return tell(t, t.ui.say("menu.reprint-settlement"), [t.ui.say("print.none")]);
  await withPrinter(t, () => printSettlement(t, last, { duplicate: true }));
}
