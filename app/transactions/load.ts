/** 指定账户圈存 (M7): out of the card's own account into its purse. */
import { askAmount } from "../steps/ask.ts";
import { insertCard } from "../steps/ecash-card.ts";
import { type Load, loadPurse } from "../steps/ecash-load.ts";
import { practiseLoad } from "../steps/ecash-practice.ts";
import { showOutcome } from "../steps/outcome.ts";
import { printerOrConsent } from "../steps/print.ts";
import { permit } from "../steps/rules.ts";
import type { Terminal } from "../steps/terminal.ts";

export async function load(t: Terminal): Promise<void> {
  const transaction = "transaction.load" as const;
  permit(t, "load");
  await printerOrConsent(t);
  const amountFen = await askAmount(t, { transaction, label: "amount.load" });
  await insertCard(t, transaction, amountFen);
  await loadAndShow(t, { kind: "load", transaction, amountFen });
}

/** What all loads end with, once the card to be loaded is in the slot. */
export async function loadAndShow(t: Terminal, load: Load): Promise<void> {
  const outcome = await (t.training === undefined ? loadPurse(t, load) : practiseLoad(t, load));
  await showOutcome(t, load.transaction, load.amountFen, outcome);
}
