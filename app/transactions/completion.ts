/** 预授权完成(请求) (M13): the held money is charged, up to 115 % of it, and the host says yes or no. */
import type { CardData, Original } from "../model/transaction.ts";
import { maskPan } from "../model/card.ts";
import { askAmount } from "../steps/ask.ts";
import { authorise } from "../steps/authorise.ts";
import { presentCard } from "../steps/card.ts";
import { confirmTransaction } from "../steps/confirm.ts";
import { askHold, atMost, holdRows } from "../steps/original.ts";
import { showOutcome } from "../steps/outcome.ts";
import { withPin } from "../steps/pin-tries.ts";
import { prepare } from "../steps/prepare.ts";
import { printerOrConsent } from "../steps/print.ts";
import { permit, rule } from "../steps/rules.ts";
import type { Terminal } from "../steps/terminal.ts";

const transaction = "transaction.completion-request" as const;

export async function completion(t: Terminal): Promise<void> {
  const { card, original, amountFen } = await chargeOfHold(t, "completion", transaction);
  const host = await prepare(t);
  const outcome = await withPin(t, { transaction, card, amountFen, asked: rule(t, "completionNeedsPin") }, (pinBlock) =>
    authorise(t, host, { kind: "completion", amountFen, card, pinBlock, original }),
  );
  await showOutcome(t, transaction, amountFen, outcome);
}

export interface Charge {
  card: CardData;
  original: Original;
  amountFen: number;
}

/** What of which hold is to be charged, agreed to; whether the host is asked or told. */
export async function chargeOfHold(
  t: Terminal,
  kind: "completion" | "completion-advice",
  transaction: "transaction.completion-request" | "transaction.completion-advice",
): Promise<Charge> {
  permit(t, kind);
  await printerOrConsent(t);
  const card = await presentCard(t, transaction, { keyed: true });
  const { original, heldFen, mostFen } = await askHold(t, card);
  const amountFen = await askAmount(
    t,
    { transaction, masked: maskPan(card.pan), label: "amount.completion", ask: "amount.completion-ask" },
    { suggestFen: heldFen, check: atMost(t, mostFen) },
  );
  await confirmTransaction(t, { kind, transaction, card, amountFen, rows: holdRows(original) });
  return { card, original, amountFen };
}
