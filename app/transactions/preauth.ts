/** 预授权 (M13): money is held, and taken or let go within 30 days. */
import { askAmount } from "../steps/ask.ts";
import { presentPayment } from "../steps/card.ts";
import { pay } from "../steps/pay.ts";
import { printerOrConsent } from "../steps/print.ts";
import { permit } from "../steps/rules.ts";
import type { Terminal } from "../steps/terminal.ts";
import { maskedOf, type Start } from "./sale.ts";

const transaction = "transaction.preauth" as const;

export async function preauth(t: Terminal, start: Pick<Start, "card"> = {}): Promise<void> {
  permit(t, "preauth");
  await printerOrConsent(t);
  const first = start.card ?? (await presentPayment(t, transaction));
  const amountFen = await askAmount(t, { transaction, masked: maskedOf(first) });
  await pay(t, { kind: "preauth", transaction, amountFen }, first);
}
