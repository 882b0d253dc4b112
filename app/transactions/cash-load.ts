/** 现金充值 (M7): cash over the counter into the purse. */
import { askAmount } from "../steps/ask.ts";
import { insertCard } from "../steps/ecash-card.ts";
import { printerOrConsent } from "../steps/print.ts";
import { permit } from "../steps/rules.ts";
import type { Terminal } from "../steps/terminal.ts";
import { loadAndShow } from "./load.ts";

const transaction = "transaction.cash-load" as const;

export async function cashLoad(t: Terminal): Promise<void> {
  permit(t, "cash-load");
  await printerOrConsent(t);
  const amountFen = await askAmount(t, { transaction, label: "amount.load" });
  await insertCard(t, transaction, amountFen);
  await loadAndShow(t, { kind: "cash-load", transaction, amountFen });
}
