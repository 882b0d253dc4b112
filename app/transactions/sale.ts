/** 消费 (M5, M6, M8). A stripe, a chip in the slot, a card in the field. Card first, amount first, or from the menu; the rest is the same. */
import { maskPan } from "../model/card.ts";
import type { CardData } from "../model/transaction.ts";
import { askAmount, type Key } from "../steps/ask.ts";
import { type Means, presentPayment } from "../steps/card.ts";
import { pay } from "../steps/pay.ts";
import { printerOrConsent } from "../steps/print.ts";
import { permit } from "../steps/rules.ts";
import type { Terminal } from "../steps/terminal.ts";

const transaction = "transaction.sale" as const;

export interface Start {
  /** A card was swiped at idle. */
  card?: CardData;
  /** A card was put into the slot, or held near, at idle. */
  shown?: "chip" | "tap";
  /** A digit was pressed at idle. */
  firstKey?: Key;
}

export async function sale(t: Terminal, { card, shown, firstKey }: Start = {}): Promise<void> {
  permit(t, "sale");
  await printerOrConsent(t);
  const given = shown ?? card;
  const first = given ?? (firstKey === undefined ? await presentPayment(t, transaction) : undefined);
  const amountFen = await askAmount(t, { transaction, masked: maskedOf(first) }, { firstKey });
  await pay(t, { kind: "sale", transaction, amountFen }, first);
}

/** Of a stripe: what a chip says of itself is not asked before the amount is known. */
export const maskedOf = (means: Means | undefined): string | undefined =>
  typeof means === "object" ? maskPan(means.pan) : undefined;
