/** 电子现金余额查询 (M7): read from the card, no host. For the cardholder's eyes. */
import { groupedYuan } from "../model/money.ts";
import { insertCard, purseInSlot } from "../steps/ecash-card.ts";
import { showPurse } from "../steps/outcome.ts";
import { permit } from "../steps/rules.ts";
import type { Terminal } from "../steps/terminal.ts";

const transaction = "transaction.ecash-balance" as const;

export async function ecashBalance(t: Terminal): Promise<void> {
  permit(t, "ecash");
  await insertCard(t, transaction);
  const { balanceFen, secondBalanceFen } = await purseInSlot(t, transaction);
  const second = secondBalanceFen && `${t.ui.say("purse.second")} ${groupedYuan(secondBalanceFen)}`;
  await showPurse(t, transaction, balanceFen, second || undefined);
}
