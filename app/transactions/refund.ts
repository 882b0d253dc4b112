/** 退货 (M12): a sale of any day, whole or a part of it, by the reference on its slip. */
import { maskPan } from "../model/card.ts";
import { DIRECTIONS } from "../model/ledger.ts";
import { dashed } from "../model/time.ts";
import type { CardData, Original } from "../model/transaction.ts";
import { advise } from "../steps/advise.ts";
import { askAmount } from "../steps/ask.ts";
import { presentCard } from "../steps/card.ts";
import { confirmTransaction } from "../steps/confirm.ts";
import { askDate, askReference, atMost, originalOf } from "../steps/original.ts";
import { showAdvice } from "../steps/outcome.ts";
import { daysOf, type PeriodRecord, readPeriod } from "../steps/period.ts";
import { prepare } from "../steps/prepare.ts";
import { printerOrConsent } from "../steps/print.ts";
import { permit, rule } from "../steps/rules.ts";
import { supervisor } from "../steps/supervisor.ts";
import { Left, now, type Terminal } from "../steps/terminal.ts";

const transaction = "transaction.refund" as const;

export async function refund(t: Terminal): Promise<void> {
  permit(t, "refund");
  await printerOrConsent(t);
  if (rule(t, "refundNeedsSupervisor")) await supervisor(t);
  const card = await presentCard(t, transaction, { keyed: true });
  const reference = await askReference(t);
  const date = await askDate(t);
  const sold = await soldHere(t, card, reference, date);
  const amountFen = await askAmount(
    t,
    { transaction, masked: maskPan(card.pan), label: "amount.refund", ask: "amount.refund-ask" },
    { check: atMost(t, mostFen(t, sold)) },
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
  const sale = sold?.record;
  // Batch and trace only while it is of this batch: a closed one's numbers may have come again.
  const original: Original = sale !== undefined && "pan" in sale ? originalOf(sale) : { reference, date };
  const outcome = await advise(t, host, { kind: "refund", amountFen, card, original, organisation: sale?.organisation });
  await showAdvice(t, transaction, outcome);
}

/** The sale as this terminal has it, in this batch or in the day book, and what of it was given back here since. */
interface Sold {
  record: PeriodRecord;
  givenFen: number;
}

/** Undefined: it was another terminal's, or too long ago. Leaves when it cannot be given back to this card. */
async function soldHere(t: Terminal, { pan }: CardData, reference: string, date: string): Promise<Sold | undefined> {
  let record: PeriodRecord | undefined;
  let givenFen = 0;
  await readPeriod(t, daysOf(date, now(t).date), ({ records }) => {
    record ??= records.find((each) => each.reference === reference && each.date === date);
    const given = records.filter(
      ({ kind, state, original }) => kind === "refund" && state !== "refused" && original?.reference === reference,
    );
    givenFen += given.reduce((sum, { approvedFen }) => sum + approvedFen, 0);
  });
  if (record === undefined) return undefined;
  if ("pan" in record ? record.pan !== pan : record.masked !== maskPan(pan))
    throw new Left("problem", t.ui.say("problem.card-other"));
  if (record.state === "voided") throw new Left("problem", t.ui.say("problem.voided-already"));
  if (DIRECTIONS[record.kind] !== "debit") throw new Left("problem", t.ui.say("problem.cannot-here"));
  return { record, givenFen };
}

/** What is left of the sale, and never more than the merchant may give back at once. */
function mostFen(t: Terminal, sold: Sold | undefined): number {
  const limitFen = rule(t, "maxRefundFen");
  if (sold === undefined) return limitFen;
  const leftFen = sold.record.approvedFen - sold.givenFen;
  if (leftFen <= 0) throw new Left("problem", t.ui.say("problem.refunded-all"));
  return Math.min(limitFen, leftFen);
}
