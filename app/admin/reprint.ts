/** 重打印 (M18): the last slip, or any of the open batch by its trace. Reprints say so. */
import type { TransactionRecord } from "../model/transaction.ts";
import { note } from "../steps/audit.ts";
import { trace6 } from "../steps/numbers.ts";
import { askDigits } from "../steps/ask.ts";
import { copiesOf, printCopies } from "../steps/print.ts";
import { tell } from "../steps/tell.ts";
import type { Terminal } from "../steps/terminal.ts";

async function reprint(t: Terminal, record: TransactionRecord | undefined): Promise<void> {
  if (record === undefined) return tell(t, t.ui.say("menu.print"), [t.ui.say("notice.reprint-none")], "warn");
  if (t.devices.printer === undefined)
    return tell(t, t.ui.say("notice.no-printer-title"), [t.ui.say("printer.unplugged")], "warn");
  note(t, "reprint", "ok", trace6(record.trace));
  await printCopies(t, record, { duplicate: true });
}

export const reprintLast = (t: Terminal): Promise<void> => reprint(t, t.journal.last());

export async function reprintAny(t: Terminal): Promise<void> {
  let problem: string | undefined;
  for (;;) {
    const digits = await askDigits(t, { min: 1, max: 6 }, (typed) => t.ui.show("trace", { digits: typed, problem }));
    const record = t.journal.find(Number(digits));
    if (record !== undefined) return reprint(t, record);
    problem = t.ui.say("problem.no-transaction");
    t.ui.bad();
  }
}

/** After a restart: a slip that never came out whole is offered once. */
export async function offerUnprinted(t: Terminal): Promise<void> {
  const record = t.journal.unprinted();
  if (record === undefined || t.devices.printer === undefined) return;
  t.ui.show("notice", {
    title: t.ui.say("notice.first"),
    rows: [
      { label: t.ui.say("notice.trace"), value: String(record.trace).padStart(6, "0") },
      { value: t.ui.say("notice.first-words") },
    ],
    tone: "warn",
  });
  const input = await t.ui.wait({ timeoutMs: t.profile.promptTimeoutMs });
  if (input.input === "key" && input.key === "enter") {
    // What was on its way when the power went may be on paper: what comes now is marked as a reprint.
    await printCopies(t, record, { duplicate: true, from: Math.min(record.copiesPrinted, copiesOf(t).length - 1) });
  }
}
