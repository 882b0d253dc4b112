/** "Is this right?" before anything leaves the terminal. */
import { maskPan } from "../model/card.ts";
import type { CardData } from "../model/transaction.ts";
import type { Prompt } from "../text/words.ts";
import { confirm } from "./ask.ts";
import type { Terminal } from "./terminal.ts";

export async function confirmSale(t: Terminal, transaction: Prompt, card: CardData, amountFen: number): Promise<void> {
  t.ui.show("confirm", { transaction, amountFen, masked: maskPan(card.pan) });
  await confirm(t);
}
