/** 消费 (M5, M6). A stripe, or a chip that stays in the slot until it is told to go. Card first, amount first, or from the menu; the rest is the same. */
import { maskPan } from "../model/card.ts";
import type { CardData } from "../model/transaction.ts";
import { askAmount, type Key } from "../steps/ask.ts";
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

const transaction = "transaction.sale" as const;

export interface Start {
  /** A card was swiped at idle. */
  card?: CardData;
  /** A card was put into the slot at idle. */
  inserted?: boolean;
  /** A digit was pressed at idle. */
  firstKey?: Key;
}

export async function sale(t: Terminal, start: Start = {}): Promise<void> {
  permit(t, "sale");
  await printerOrConsent(t);
  const { firstKey } = start;
  const given = start.inserted ? "chip" : start.card;
  const first = given ?? (firstKey === undefined ? await presentPayment(t, transaction) : undefined);
  const masked = first === undefined || first === "chip" ? undefined : maskPan(first.pan);
  const amountFen = await askAmount(t, { transaction, masked }, { firstKey });
  const card = first ?? (await presentPayment(t, transaction, { amountFen }));
  if (card === "chip") return payByChip(t, { kind: "sale", transaction, amountFen });
  await confirmTransaction(t, { kind: "sale", transaction, card, amountFen });
  const host = await prepare(t);
  const outcome = await withPin(t, { transaction, card, amountFen }, (pinBlock) =>
    authorise(t, host, { kind: "sale", amountFen, card, pinBlock }),
  );
  await showOutcome(t, transaction, amountFen, outcome);
}
