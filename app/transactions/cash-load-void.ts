/** 现金充值撤销 (M7): a cash load of this batch, whole, once, out of the same purse. */
import { insertCard } from "../steps/ecash-card.ts";
import { originalByTrace, originalOf } from "../steps/original.ts";
import { printerOrConsent } from "../steps/print.ts";
import { permit, permitRecord, rule } from "../steps/rules.ts";
import { supervisor } from "../steps/supervisor.ts";
import type { Terminal } from "../steps/terminal.ts";
import { loadAndShow } from "./load.ts";

const transaction = "transaction.cash-load-void" as const;

export async function cashLoadVoid(t: Terminal): Promise<void> {
  permit(t, "cash-load-void");
  await printerOrConsent(t);
  if (rule(t, "voidNeedsSupervisor")) await supervisor(t);
  const original = await originalByTrace(t, { kind: "cash-load-void", transaction, kinds: ["cash-load"] });
  permitRecord(t);
  const { approvedFen: amountFen, pan, trace } = original;
  await insertCard(t, transaction, amountFen);
  const about = { original: originalOf(original), voids: trace, pan };
  await loadAndShow(t, { kind: "cash-load-void", transaction, amountFen, about });
}
