/** 预授权完成(通知) (M13): the held money is charged and the host is told, without a PIN. */
import { maskPan } from "../model/card.ts";
import { advise } from "../steps/advise.ts";
import { askAmount } from "../steps/ask.ts";
import { presentCard } from "../steps/card.ts";
import { confirmTransaction } from "../steps/confirm.ts";
import { askHold, atMost, holdRows } from "../steps/original.ts";
import { showAdvice } from "../steps/outcome.ts";
import { prepare } from "../steps/prepare.ts";
import { printerOrConsent } from "../steps/print.ts";
import { permit } from "../steps/rules.ts";
import type { Terminal } from "../steps/terminal.ts";

const transaction = "transaction.completion-advice" as const;

export async function completionAdvice(t: Terminal): Promise<void> {
  permit(t, "completion-advice");
  await printerOrConsent(t);
  const card = await presentCard(t, transaction, { keyed: true });
  const { original, heldFen, mostFen } = await askHold(t, card);
  const amountFen = await askAmount(
    t,
    { transaction, masked: maskPan(card.pan), label: "amount.completion", ask: "amount.completion-ask" },
    { suggestFen: heldFen, check: atMost(t, mostFen) },
  );
  await confirmTransaction(t, { kind: "completion-advice", transaction, card, amountFen, rows: holdRows(original) });
  const host = await prepare(t);
  const outcome = await advise(t, host, { kind: "completion-advice", amountFen, card, original });
  await showAdvice(t, transaction, outcome);
}
