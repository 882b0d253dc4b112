/** 预授权撤销 (M13): the whole hold is let go, within 30 days, from any terminal that has its slip. */
import { maskPan } from "../model/card.ts";
import { askAmount } from "../steps/ask.ts";
import { authorise } from "../steps/authorise.ts";
import { presentCard } from "../steps/card.ts";
import { confirmTransaction } from "../steps/confirm.ts";
import { askHold, exactly, holdRows } from "../steps/original.ts";
import { showOutcome } from "../steps/outcome.ts";
import { withPin } from "../steps/pin-tries.ts";
import { prepare } from "../steps/prepare.ts";
import { printerOrConsent } from "../steps/print.ts";
import { permit, rule } from "../steps/rules.ts";
import { supervisor } from "../steps/supervisor.ts";
import type { Terminal } from "../steps/terminal.ts";

const transaction = "transaction.preauth-void" as const;

export async function preauthVoid(t: Terminal): Promise<void> {
  permit(t, "preauth-void");
  await printerOrConsent(t);
  if (rule(t, "voidNeedsSupervisor")) await supervisor(t);
  const card = await presentCard(t, transaction, { keyed: true });
  const { original, heldFen } = await askHold(t, card);
  const amountFen = await askAmount(
    t,
    { transaction, masked: maskPan(card.pan), ask: "amount.hold-ask" },
    { suggestFen: heldFen, check: exactly(t, heldFen) },
  );
  await confirmTransaction(t, { kind: "preauth-void", transaction, card, amountFen, rows: holdRows(original) });
  const host = await prepare(t);
  const outcome = await withPin(t, { transaction, card, amountFen, asked: rule(t, "preauthVoidNeedsPin") }, (pinBlock) =>
    authorise(t, host, { kind: "preauth-void", amountFen, card, pinBlock, original }),
  );
  await showOutcome(t, transaction, amountFen, outcome);
}
