/** 消费 (M5), stripe. Card first, amount first, or from the menu; the rest is the same. */
import { askAmount } from "../steps/ask.ts";
import { authorise } from "../steps/authorise.ts";
import { presentCard } from "../steps/card.ts";
import { confirmSale } from "../steps/confirm.ts";
import { showOutcome } from "../steps/outcome.ts";
import { askPin } from "../steps/pin.ts";
import { prepare } from "../steps/prepare.ts";
import { printerOrConsent } from "../steps/print.ts";
import type { Terminal } from "../steps/terminal.ts";
import { maskPan } from "../model/card.ts";
import type { CardData } from "../model/transaction.ts";
import type { Key } from "../steps/ask.ts";

const transaction = "transaction.sale" as const;

export interface SaleStart {
  /** A card was swiped at idle. */
  card?: CardData;
  /** A digit was pressed at idle. */
  firstKey?: Key;
}

export async function sale(t: Terminal, start: SaleStart = {}): Promise<void> {
  await printerOrConsent(t);
  const first = start.card ?? (start.firstKey === undefined ? await presentCard(t, transaction) : undefined);
  const amountFen = await askAmount(t, { transaction, masked: first && maskPan(first.pan) }, start.firstKey);
  const card = first ?? (await presentCard(t, transaction, amountFen));
  await confirmSale(t, transaction, card, amountFen);
  const host = await prepare(t);
  const pinBlock = await askPin(t, card, amountFen);
  const outcome = await authorise(t, host, { kind: "sale", amountFen, card, pinBlock });
  await showOutcome(t, transaction, amountFen, outcome);
}
