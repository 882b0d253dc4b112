/** 追加预授权 (M13): more is held under the same code. */
import { maskPan } from "../model/card.ts";
import { askAmount } from "../steps/ask.ts";
import { presentCard } from "../steps/card.ts";
import { askHold, holdRows } from "../steps/original.ts";
import { pay } from "../steps/pay.ts";
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
  const about = { original, rows: holdRows(original), pan: card.pan };
  // A chip was read for its number alone: it is asked for its cryptogram now.
  const first = card.entry === "contact" ? "chip" : card.entry === "contactless" ? "tap" : card;
  await pay(t, { kind: "preauth-add", transaction, amountFen, about }, first);
}
