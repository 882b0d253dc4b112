/** 预授权 (M13): money is held, and taken or let go within 30 days. */
import { maskPan } from "../model/card.ts";
import { askAmount } from "../steps/ask.ts";
import { authorise } from "../steps/authorise.ts";
import { presentPayment } from "../steps/card.ts";
import { payByChip } from "../steps/chip.ts";
import { confirmTransaction } from "../steps/confirm.ts";
import { showOutcome } from "../steps/outcome.ts";
import { withPin } from "../steps/pin-tries.ts";
import { prepare } from "../steps/prepare.ts";
import { printerOrConsent } from "../steps/print.ts";
import { permit } from "../steps/rules.ts";
import type { Terminal } from "../steps/terminal.ts";
import type { Start } from "./sale.ts";

const transaction = "transaction.preauth" as const;

export async function preauth(t: Terminal, start: Pick<Start, "card"> = {}): Promise<void> {
  permit(t, "preauth");
  await printerOrConsent(t);
  const card = start.card ?? (await presentPayment(t, transaction));
  const amountFen = await askAmount(t, { transaction, masked: card === "chip" ? undefined : maskPan(card.pan) });
  if (card === "chip") return payByChip(t, { kind: "preauth", transaction, amountFen });
  await confirmTransaction(t, { kind: "preauth", transaction, card, amountFen });
  const host = await prepare(t);
  const outcome = await withPin(t, { transaction, card, amountFen }, (pinBlock) =>
    authorise(t, host, { kind: "preauth", amountFen, card, pinBlock }),
  );
  await showOutcome(t, transaction, amountFen, outcome);
}
