/** 追加小费 (M15): a tip on a sale of this batch, within the merchant's percentage. */
import { maskPan } from "../model/card.ts";
import { groupedYuan } from "../model/money.ts";
import type { TransactionRecord } from "../model/transaction.ts";
import { deliverNow } from "../steps/advise.ts";
import { askAmount } from "../steps/ask.ts";
import { confirmTransaction } from "../steps/confirm.ts";
import { atMost, originalByTrace } from "../steps/original.ts";
import { showAdvice } from "../steps/outcome.ts";
import { batchTakes } from "../steps/prepare.ts";
import { printerOrConsent } from "../steps/print.ts";
import { permit } from "../steps/rules.ts";
import type { Terminal } from "../steps/terminal.ts";
import { percentOf, tipPercent, tippable } from "../steps/tips.ts";

const transaction = "transaction.tip" as const;

export async function tip(t: Terminal): Promise<void> {
  permit(t, "tip");
  const percent = tipPercent(t);
  await batchTakes(t);
  await printerOrConsent(t);
  const refuse = (found: TransactionRecord) => tippable(t, found);
  const record = await originalByTrace(t, { kind: "tip", transaction, kinds: ["sale", "offline"], refuse });
  const withoutTipFen = record.approvedFen - (record.tipFen ?? 0);
  const tipFen = await askAmount(
    t,
    { transaction, masked: maskPan(record.pan), label: "amount.tip" },
    { check: atMost(t, percentOf(withoutTipFen, percent)) },
  );
  const amountFen = withoutTipFen + tipFen;
  await confirmTransaction(t, {
    kind: "tip",
    transaction,
    amountFen,
    rows: [
      { label: "pair.before", value: groupedYuan(withoutTipFen) },
      { label: "pair.tip", value: groupedYuan(tipFen) },
    ],
  });
  t.journal.adjust(record.trace, { amountFen, tipFen, as: goesAs(record) });
  await showAdvice(t, transaction, await deliverNow(t, record.trace));
}

/** A host that may not know the new amount yet would find that a tip does not add up to it; an adjustment tells both (§2.5). */
const goesAs = ({ delivery }: TransactionRecord): "adjustment" | "tip" =>
  delivery?.as === "adjustment" && (delivery.state === "pending" || delivery.state === "unanswered") ? "adjustment" : "tip";
