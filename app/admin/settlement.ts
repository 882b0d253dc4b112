/** 结算 (M17) from the menu: what is about to be settled, then §5.5 step by step. */
import { groupedYuan } from "../model/money.ts";
import { confirm } from "../steps/ask.ts";
import { batch6 } from "../steps/numbers.ts";
import { runSettlement } from "../steps/settle.ts";
import type { Terminal } from "../steps/terminal.ts";

export async function settlement(t: Terminal): Promise<void> {
  // What was begun has been agreed to already.
  if (t.journal.settlement === undefined) await agree(t);
  await runSettlement(t);
}

/** Leaves on Cancel. */
async function agree(t: Terminal): Promise<void> {
  const { journal } = t;
  const { debitCount, debitFen, creditCount, creditFen } = journal.totals();
  const none = debitCount + creditCount === 0;
  t.ui.show("report", {
    title: t.ui.say("transaction.settlement"),
    rows: [
      { label: t.ui.say("notice.batch"), value: batch6(journal.batch) },
      { label: t.ui.say("settled.debit", { count: debitCount }), value: groupedYuan(debitFen) },
      { label: t.ui.say("settled.credit", { count: creditCount }), value: groupedYuan(creditFen) },
      { value: t.ui.say(none ? "settlement.empty" : "settlement.ask") },
    ],
    page: 1,
    pages: 1,
    print: false,
  });
  await confirm(t);
}
