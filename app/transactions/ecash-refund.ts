/** 电子现金脱机退货 (§2.5): a payment out of a purse, given back to the card's account, by what its slip says. */
import { maskPan } from "../model/card.ts";
import { dashed } from "../model/time.ts";
import type { CardData, Original, TransactionRecord } from "../model/transaction.ts";
import { advise, deliverAdvices } from "../steps/advise.ts";
import { askAmount, askUntil } from "../steps/ask.ts";
import { presentCard } from "../steps/card.ts";
import { confirmTransaction } from "../steps/confirm.ts";
import { batch6, trace6 } from "../steps/numbers.ts";
import { askDate, atMost } from "../steps/original.ts";
import { showAdvice } from "../steps/outcome.ts";
import { prepare } from "../steps/prepare.ts";
import { printerOrConsent } from "../steps/print.ts";
import { permit, rule } from "../steps/rules.ts";
import { supervisor } from "../steps/supervisor.ts";
import { Left, type Terminal } from "../steps/terminal.ts";
import type { Prompt } from "../text/words.ts";

const transaction = "transaction.ecash-refund" as const;
const BATCH_DIGITS = 6;
const TERMINAL_DIGITS = 8;

export async function ecashRefund(t: Terminal): Promise<void> {
  permit(t, "ecash-refund");
  await printerOrConsent(t);
  if (rule(t, "refundNeedsSupervisor")) await supervisor(t);
  const card = await presentCard(t, transaction);
  const original = await askOriginal(t);
  const paid = paidHere(t, card, original);
  const amountFen = await askAmount(
    t,
    { transaction, masked: maskPan(card.pan), label: "amount.refund", ask: "amount.refund-ask" },
    { check: atMost(t, mostFen(t, paid)) },
  );
  const { batch = 0, trace = 0, date = "", terminal = "" } = original;
  await confirmTransaction(t, {
    kind: "ecash-refund",
    transaction,
    card,
    amountFen,
    rows: [
      { label: "pair.trace", value: `${batch6(batch)} / ${trace6(trace)}` },
      { label: "pair.date", value: `${dashed(date)} ${terminal}` },
    ],
  });
  const host = await prepare(t);
  // The host gives back only what it has been told of.
  if (paid?.state === "pending") await deliverAdvices(t, { settling: true });
  const outcome = await advise(t, host, { kind: "ecash-refund", amountFen, card, original });
  await showAdvice(t, transaction, outcome);
}

async function askOriginal(t: Terminal): Promise<Original> {
  const terminal = await askField(t, "ask.original-terminal", TERMINAL_DIGITS, t.profile.terminal.id, true);
  const batch = await askField(t, "ask.original-batch", BATCH_DIGITS, batch6(t.journal.batch), false);
  const trace = await askUntil<number>(
    t,
    { min: 1, max: 6 },
    (digits, problem) => t.ui.show("trace", { digits, problem }),
    (digits) => (Number(digits) > 0 ? { value: Number(digits) } : { problem: t.ui.say("problem.no-transaction") }),
  );
  const date = await askDate(t);
  return { batch: Number(batch), trace, date, terminal };
}

/** As many characters as it must have; what stands there at first is the most likely. */
function askField(t: Terminal, label: Prompt, length: number, initial: string, code: boolean): Promise<string> {
  const [title, words] = [t.ui.say(transaction), t.ui.say(label)];
  return askUntil<string>(
    t,
    { min: 1, max: length, initial, code },
    (value, problem) => t.ui.show("field", { title, label: words, value, ask: t.ui.say("ask.next"), problem }),
    (typed) => (typed.length === length ? { value: typed } : { problem: t.ui.say("problem.digits-short", { count: length }) }),
  );
}

/** The payment itself when it is of this terminal's open batch: then it knows more of it than its slip says. */
function paidHere(t: Terminal, { pan }: CardData, { batch, trace = 0, terminal }: Original): TransactionRecord | undefined {
  if (batch !== t.journal.batch || terminal !== t.profile.terminal.id) return undefined;
  const found = t.journal.find(trace);
  if (found === undefined) throw new Left("problem", t.ui.say("problem.no-transaction"));
  if (found.kind !== "ecash" || found.state === "refused") throw new Left("problem", t.ui.say("problem.cannot-here"));
  if (found.pan !== pan) throw new Left("problem", t.ui.say("problem.card-other"));
  return found;
}

/** What is left of the payment, and never more than the merchant may give back at once. */
function mostFen(t: Terminal, paid: TransactionRecord | undefined): number {
  const limitFen = rule(t, "maxRefundFen");
  if (paid === undefined) return limitFen;
  const givenFen = t.journal
    .list()
    .filter(({ kind, state, original }) => kind === "ecash-refund" && state !== "refused" && original?.trace === paid.trace)
    .reduce((sum, { approvedFen }) => sum + approvedFen, 0);
  const leftFen = paid.approvedFen - givenFen;
  if (leftFen <= 0) throw new Left("problem", t.ui.say("problem.refunded-all"));
  return Math.min(limitFen, leftFen);
}
