/** 离线结算 (M15): a sale that was authorised by telephone or stands in; the host is told afterwards. */
import { maskPan } from "../model/card.ts";
import { post } from "../steps/advise.ts";
import { askAmount } from "../steps/ask.ts";
import { askAuthority } from "../steps/authority.ts";
import { presentCard } from "../steps/card.ts";
import { confirmTransaction } from "../steps/confirm.ts";
import { askAuthCode } from "../steps/original.ts";
import { showAdvice } from "../steps/outcome.ts";
import { batchTakes } from "../steps/prepare.ts";
import { printerOrConsent } from "../steps/print.ts";
import { permit } from "../steps/rules.ts";
import type { Terminal } from "../steps/terminal.ts";

const transaction = "transaction.offline" as const;

export async function offline(t: Terminal): Promise<void> {
  permit(t, "offline");
  await batchTakes(t);
  await printerOrConsent(t);
  const card = await presentCard(t, transaction, { keyed: true });
  const amountFen = await askAmount(t, { transaction, masked: maskPan(card.pan) });
  const mode = await askAuthority(t);
  const authCode = await askAuthCode(t);
  await confirmTransaction(t, {
    kind: "offline",
    transaction,
    card,
    amountFen,
    rows: [
      { label: "pair.authority", value: t.ui.say(`authority.${mode}`) },
      { label: "pair.auth-code", value: authCode },
    ],
  });
  const outcome = await post(t, { kind: "offline", amountFen, card, authCode, authority: { mode } });
  await showAdvice(t, transaction, outcome);
}
