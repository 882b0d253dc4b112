/** "Is this right?" before anything leaves the terminal. */
import { maskPan } from "../model/card.ts";
import type { ScreenStates } from "../screens/states.ts";
import type { CardData, TransactionKind } from "../model/transaction.ts";
import { confirm } from "./ask.ts";
import type { Terminal } from "./terminal.ts";

export interface Confirmation extends Omit<ScreenStates["confirm"], "masked"> {
  kind: TransactionKind;
  /** None: the money is cash. */
  card?: CardData;
}

/** Leaves on Cancel and time-out. */
export async function confirmTransaction(t: Terminal, { kind: _, card, ...state }: Confirmation): Promise<void> {
  t.ui.show("confirm", { ...state, masked: card && maskPan(card.pan) });
  await confirm(t);
}
