/** 结算调整 (M15): another amount for an offline sale of this batch, within what the merchant may change. */
import { maskPan } from "../model/card.ts";
import { groupedYuan } from "../model/money.ts";
import type { TransactionRecord } from "../model/transaction.ts";
import { deliverNow } from "../steps/advise.ts";
import { askAmount } from "../steps/ask.ts";
import { confirmTransaction } from "../steps/confirm.ts";
import { originalByTrace } from "../steps/original.ts";
import { showAdvice } from "../steps/outcome.ts";
import { batchTakes } from "../steps/prepare.ts";
import { printerOrConsent } from "../steps/print.ts";
import { permit } from "../steps/rules.ts";
import type { Terminal } from "../steps/terminal.ts";
import { percentOf, stands, tipPercent } from "../steps/tips.ts";

const transaction = "transaction.adjustment" as const;

export async function adjustment(t: Terminal): Promise<void> {
  permit(t, "adjustment");
  const percent = tipPercent(t);
  await batchTakes(t);
  await printerOrConsent(t);
  const refuse = (found: TransactionRecord) => stands(t, found);
  const record = await originalByTrace(t, { kind: "adjustment", transaction, kinds: ["offline"], refuse });
  const wasFen = record.approvedFen;
  const slackFen = percentOf(wasFen, percent);
  const amountFen = await askAmount(
    t,
    { transaction, masked: maskPan(record.pan), label: "amount.new" },
    {
      check(fen) {
        if (fen === wasFen) return t.ui.say("problem.amount-same");
        if (Math.abs(fen - wasFen) <= slackFen) return undefined;
        const [least, most] = [wasFen - slackFen, wasFen + slackFen].map(groupedYuan) as [string, string];
        return t.ui.say("problem.amount-range", { least, most });
      },
    },
  );
  await confirmTransaction(t, {
    kind: "adjustment",
    transaction,
    amountFen,
    rows: [{ label: "pair.before", value: groupedYuan(wasFen) }],
  });
  t.journal.adjust(record.trace, { amountFen, tipFen: record.tipFen, as: "adjustment" });
  await showAdvice(t, transaction, await deliverNow(t, record.trace));
}
