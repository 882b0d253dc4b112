/** 非指定账户圈存 (M7): out of the account of one card into the purse of another. */
import { askAmount } from "../steps/ask.ts";
import { presentCard } from "../steps/card.ts";
import { insertCard } from "../steps/ecash-card.ts";
import { printerOrConsent } from "../steps/print.ts";
import { removeCard } from "../steps/remove-card.ts";
import { permit } from "../steps/rules.ts";
import type { Terminal } from "../steps/terminal.ts";
import { loadAndShow } from "./load.ts";

const transaction = "transaction.load-other" as const;

export async function loadOther(t: Terminal): Promise<void> {
  permit(t, "load-other");
  await printerOrConsent(t);
  const amountFen = await askAmount(t, { transaction, label: "amount.load" });
  const payer = await presentCard(t, transaction, { amountFen });
  await removeCard(t, t.ui.say("purse.target"));
  await insertCard(t, transaction, amountFen, "purse.target");
  await loadAndShow(t, { kind: "load-other", transaction, amountFen, payer });
}
