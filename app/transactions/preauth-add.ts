/** 追加预授权 (M13): more is held under the same code. */
import { maskPan } from "../model/card.ts";
import { askAmount } from "../steps/ask.ts";
import { authorise } from "../steps/authorise.ts";
import { presentCard } from "../steps/card.ts";
import { payByChip } from "../steps/chip.ts";
import { confirmTransaction } from "../steps/confirm.ts";
import { askHold, holdRows } from "../steps/original.ts";
import { showOutcome } from "../steps/outcome.ts";
import { withPin } from "../steps/pin-tries.ts";
import { prepare } from "../steps/prepare.ts";
import { printerOrConsent } from "../steps/print.ts";
import { permit } from "../steps/rules.ts";
import type { Terminal } from "../steps/terminal.ts";

const transaction = "transaction.preauth-add" as const;

export async function preauthAdd(t: Terminal): Promise<void> {
  permit(t, "preauth-add");
  await printerOrConsent(t);
  const card = await presentCard(t, transaction, { keyed: true });
  const { original } = await askHold(t, card);
  const amountFen = await askAmount(t, { transaction, masked: maskPan(card.pan), label: "amount.add" });
  if (card.entry === "contact") {
    const about = { original, rows: holdRows(original), pan: card.pan };
    return payByChip(t, { kind: "preauth-add", transaction, amountFen, about });
  }
  await confirmTransaction(t, { kind: "preauth-add", transaction, card, amountFen, rows: holdRows(original) });
  const host = await prepare(t);
  const outcome = await withPin(t, { transaction, card, amountFen }, (pinBlock) =>
    authorise(t, host, { kind: "preauth-add", amountFen, card, pinBlock, original }),
  );
  await showOutcome(t, transaction, amountFen, outcome);
}
