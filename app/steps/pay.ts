/** Whatever the customer pays an amount with: a stripe, the chip in the slot, a card in the field; and another when that came to nothing. */
import type { CardData } from "../model/transaction.ts";
import { authorise } from "./authorise.ts";
import { type Means, presentPayment } from "./card.ts";
import { type ChipPayment, payByChip } from "./chip.ts";
import { confirmTransaction } from "./confirm.ts";
import { showOutcome } from "./outcome.ts";
import { withPin } from "./pin-tries.ts";
import { prepare } from "./prepare.ts";
import { payByTap } from "./tap.ts";
import type { TapAgain } from "./tap-card.ts";
import { nothingTorn } from "./tap-torn.ts";
import type { Terminal } from "./terminal.ts";

/**
 * From the amount to the cashier's last screen. `first`: what was shown before there was an amount; a card that was held near then only meant to pay, and
 * is held near again.
 */
export async function pay(t: Terminal, payment: ChipPayment, first?: Means): Promise<void> {
  const { transaction, amountFen } = payment;
  const invited = first === "tap";
  let means: Means | undefined = invited ? undefined : first;
  let after: TapAgain | undefined;
  for (;;) {
    means ??= await presentPayment(t, transaction, { amountFen, invited: invited && after === undefined, after });
    if (means !== "tap") nothingTorn(t);
    if (means === "chip") return payByChip(t, payment);
    if (means !== "tap") return payByNumber(t, payment, means);
    const result = await payByTap(t, payment);
    if ("outcome" in result) return showOutcome(t, transaction, amountFen, result);
    after = result;
    means = undefined;
  }
}

/** With a stripe, or a number by hand. */
async function payByNumber(t: Terminal, { kind, transaction, amountFen, about }: ChipPayment, card: CardData): Promise<void> {
  await confirmTransaction(t, { kind, transaction, card, amountFen, rows: about?.rows });
  const host = await prepare(t);
  const outcome = await withPin(t, { transaction, card, amountFen }, (pinBlock) =>
    authorise(t, host, { kind, amountFen, card, pinBlock, original: about?.original }),
  );
  await showOutcome(t, transaction, amountFen, outcome);
}
