/** 余额查询 (M14): for the cardholder's eyes only. */
import type { CardData } from "../model/transaction.ts";
import { type Means, presentPayment } from "../steps/card.ts";
import { balanceByChip } from "../steps/chip-balance.ts";
import { inquire } from "../steps/inquire.ts";
import { showBalance } from "../steps/outcome.ts";
import { withPin } from "../steps/pin-tries.ts";
import { prepare } from "../steps/prepare.ts";
import { permit, rule } from "../steps/rules.ts";
import { supervisor } from "../steps/supervisor.ts";
import { balanceByTap } from "../steps/tap-balance.ts";
import type { TapAgain } from "../steps/tap-card.ts";
import type { Terminal } from "../steps/terminal.ts";
import type { Start } from "./sale.ts";

const transaction = "transaction.balance" as const;

export async function balance(t: Terminal, start: Pick<Start, "card"> = {}): Promise<void> {
  permit(t, "balance");
  if (rule(t, "balanceNeedsSupervisor")) await supervisor(t);
  let after: TapAgain | undefined;
  for (;;) {
    const card: Means = start.card ?? (await presentPayment(t, transaction, { asked: true, after }));
    if (card === "chip") return showBalance(t, await balanceByChip(t));
    if (card !== "tap") return balanceByNumber(t, card);
    const told = await balanceByTap(t);
    if ("outcome" in told) return showBalance(t, told);
    after = told;
  }
}

async function balanceByNumber(t: Terminal, card: CardData): Promise<void> {
  const host = await prepare(t, { kept: false });
  const outcome = await withPin(t, { transaction, card, amountFen: undefined, always: true }, (pinBlock) =>
    inquire(t, host, card, pinBlock),
  );
  await showBalance(t, outcome);
}
