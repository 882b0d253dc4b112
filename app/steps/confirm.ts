/** "Is this right?" before anything leaves the terminal. */
import { maskPan } from "../model/card.ts";
import type { ScreenStates } from "../screens/states.ts";
import type { CardData, TransactionKind } from "../model/transaction.ts";
import { confirm } from "./ask.ts";
import { checkRisk } from "./risk.ts";
import type { Terminal } from "./terminal.ts";

export interface Confirmation extends Omit<ScreenStates["confirm"], "masked"> {
  kind: TransactionKind;
  /** None: the money is cash. */
  card?: CardData;
}

/** Leaves on Cancel and time-out, and when a risk rule says no; one that warns stands beside the question. */
export async function confirmTransaction(t: Terminal, { kind, card, ...state }: Confirmation): Promise<void> {
  const warnings = card === undefined ? [] : await checkRisk(t, { kind, card, amountFen: state.amountFen });
  const rows = [...(state.rows ?? []), ...warnings];
  t.ui.show("confirm", { ...state, rows: rows.length === 0 ? undefined : rows, masked: card && maskPan(card.pan) });
  await confirm(t);
}
