/** 电子现金明细查询 (M7): what the card itself remembers, its payments or its loads; no host. */
import { pick } from "../steps/ask.ts";
import { insertCard } from "../steps/ecash-card.ts";
import { showCardLog } from "../steps/ecash-log.ts";
import { permit } from "../steps/rules.ts";
import type { Terminal } from "../steps/terminal.ts";

const transaction = "transaction.ecash-log" as const;
const LOGS = [
  { key: "1", text: "log.payments", kind: "payments" },
  { key: "2", text: "log.loads", kind: "loads" },
] as const;

export async function ecashLog(t: Terminal): Promise<void> {
  permit(t, "ecash");
  const { kind, text } = await pick(t, LOGS, (selected) => {
    const rows = LOGS.map((row) => ({ key: row.key, text: row.text }));
    t.ui.show("menu", { title: transaction, rows, selected });
  });
  await insertCard(t, transaction);
  await showCardLog(t, transaction, kind, text);
}
