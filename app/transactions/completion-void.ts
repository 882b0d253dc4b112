/** 预授权完成撤销 (M13): a completion of this batch, whole, once; what it charged is only held again. */
import type { TransactionRecord } from "../model/transaction.ts";
import { authorise } from "../steps/authorise.ts";
import { presentCard } from "../steps/card.ts";
import { originalByTrace, originalOf } from "../steps/original.ts";
import { showOutcome } from "../steps/outcome.ts";
import { withPin } from "../steps/pin-tries.ts";
import { prepare } from "../steps/prepare.ts";
import { printerOrConsent } from "../steps/print.ts";
import { permit, rule } from "../steps/rules.ts";
import { supervisor } from "../steps/supervisor.ts";
import type { Terminal } from "../steps/terminal.ts";
import { cardOnRecord } from "./void.ts";

const transaction = "transaction.completion-void" as const;

export async function completionVoid(t: Terminal): Promise<void> {
  permit(t, "completion-void");
  await printerOrConsent(t);
  if (rule(t, "voidNeedsSupervisor")) await supervisor(t);
  const refuse = ({ state }: TransactionRecord) => (state === "approved" ? undefined : t.ui.say("problem.cannot-here"));
  const record = await originalByTrace(t, { kind: "completion-void", transaction, kinds: ["completion"], refuse });
  const amountFen = record.approvedFen;
  const card = rule(t, "completionVoidNeedsCard")
    ? await presentCard(t, transaction, { amountFen, same: record.pan, keyed: record.entry === "manual" })
    : cardOnRecord(record);
  const host = await prepare(t);
  const { organisation, trace } = record;
  const original = { ...originalOf(record), preauthCode: record.original?.authCode };
  const outcome = await withPin(t, { transaction, card, amountFen, asked: rule(t, "completionVoidNeedsPin") }, (pinBlock) =>
    authorise(t, host, {
      kind: "completion-void",
      amountFen,
      card,
      pinBlock,
      original,
      organisation,
      voids: trace,
    }),
  );
  await showOutcome(t, transaction, amountFen, outcome);
}
