/** "Is this right?" before anything leaves the terminal. */
import { maskPan } from "../model/card.ts";
import type { Pair, ScreenStates } from "../screens/states.ts";
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
export async function confirmTransaction(t: Terminal, confirmation: Confirmation): Promise<void> {
  await question(t, confirmation, await warningsOf(t, confirmation));
}

/** For a card that was held near, which says yes to the amount that stood there: asked only where a risk rule warns. */
export async function warnTransaction(t: Terminal, confirmation: Confirmation): Promise<void> {
  const warnings = await warningsOf(t, confirmation);
  if (warnings.length > 0) await question(t, confirmation, warnings);
}

const warningsOf = async (t: Terminal, { kind, card, amountFen }: Confirmation): Promise<Pair[]> =>
  card === undefined ? [] : checkRisk(t, { kind, card, amountFen });

async function question(t: Terminal, { kind: _, card, ...state }: Confirmation, warnings: Pair[]): Promise<void> {
  const rows = [...(state.rows ?? []), ...warnings];
  t.ui.show("confirm", { ...state, rows: rows.length === 0 ? undefined : rows, masked: card && maskPan(card.pan) });
  await confirm(t);
}
