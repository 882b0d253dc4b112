/** 退货 (M12): a sale of any day, whole or a part of it, by the reference on its slip. */
import { maskPan } from "../model/card.ts";
import { dashed } from "../model/time.ts";
import type { CardData, Original, TransactionRecord } from "../model/transaction.ts";
import { advise } from "../steps/advise.ts";
import { askAmount } from "../steps/ask.ts";
import { presentCard } from "../steps/card.ts";
import { confirmTransaction } from "../steps/confirm.ts";
import { askDate, askReference, atMost, originalOf } from "../steps/original.ts";
import { showAdvice } from "../steps/outcome.ts";
import { prepare } from "../steps/prepare.ts";
import { printerOrConsent } from "../steps/print.ts";
import { permit, rule } from "../steps/rules.ts";
import { supervisor } from "../steps/supervisor.ts";
import { Left, type Terminal } from "../steps/terminal.ts";

const transaction = "transaction.refund" as const;

export async function refund(t: Terminal): Promise<void> {
  permit(t, "refund");
  await printerOrConsent(t);
  if (rule(t, "refundNeedsSupervisor")) await supervisor(t);
  const card = await presentCard(t, transaction, { keyed: true });
  const reference = await askReference(t);
  const date = await askDate(t);
  const sale = saleOf(t, card, reference, date);
  const amountFen = await askAmount(
    t,
    { transaction, masked: maskPan(card.pan), label: "amount.refund", ask: "amount.refund-ask" },
    { check: atMost(t, mostFen(t, sale)) },
  );
  await confirmTransaction(t, {
    kind: "refund",
    transaction,
    card,
    amountFen,
    rows: [
      { label: "pair.reference", value: reference },
      { label: "pair.date", value: dashed(date) },
    ],
  });
  const host = await prepare(t);
  const original: Original = sale === undefined ? { reference, date } : originalOf(sale);
  const outcome = await advise(t, host, { kind: "refund", amountFen, card, original, organisation: sale?.organisation });
  await showAdvice(t, transaction, outcome);
}

/** The sale itself when it is still in this batch: then this terminal knows more of it than its slip says. */
function saleOf(t: Terminal, { pan }: CardData, reference: string, date: string): TransactionRecord | undefined {
  const found = t.journal.list().find((record) => record.reference === reference && record.date === date);
  if (found === undefined) return undefined;
  if (found.pan !== pan) throw new Left("problem", t.ui.say("problem.card-other"));
  if (found.state === "voided") throw new Left("problem", t.ui.say("problem.voided-already"));
  return found;
}

/** What is left of the sale, and never more than the merchant may give back at once. */
function mostFen(t: Terminal, sale: TransactionRecord | undefined): number {
  const limitFen = rule(t, "maxRefundFen");
  if (sale === undefined) return limitFen;
  const givenFen = t.journal
    .list()
    .filter(({ kind, state, original }) => kind === "refund" && state !== "refused" && original?.reference === sale.reference)
    .reduce((sum, { approvedFen }) => sum + approvedFen, 0);
  const leftFen = sale.approvedFen - givenFen;
  if (leftFen <= 0) throw new Left("problem", t.ui.say("problem.refunded-all"));
  return Math.min(limitFen, leftFen);
}
