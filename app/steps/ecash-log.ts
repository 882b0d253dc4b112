/** What a card itself remembers of its payments and loads (§8), page by page; Enter prints it. */
import type { LogEntry, LogKind } from "../emv/index.ts";
import { groupedYuan } from "../model/money.ts";
import type { Prompt } from "../text/words.ts";
import { logInSlot } from "./ecash-card.ts";
import { removeCard } from "./remove-card.ts";
import { showPairs } from "./show-report.ts";
import { tell } from "./tell.ts";
import type { Terminal } from "./terminal.ts";

/** Of the card in the slot, which is handed back before it is shown. */
export async function showCardLog(t: Terminal, transaction: Prompt, kind: LogKind, text: Prompt): Promise<void> {
  const entries = await logInSlot(t, transaction, kind);
  await removeCard(t);
  const title = t.ui.say(text);
  if (entries.length === 0) return tell(t, title, [t.ui.say("problem.no-log")], "warn");
  await showPairs(t, { title, rows: entries.map(rowOf) });
}

/** When, and how much: whatever of it the card's own format has (9A, 9F21, 9F02; its counter where it keeps no date). */
function rowOf(entry: LogEntry): { label: string; value: string } {
  const [date = "", time = ""] = [entry["9A"], entry["9F21"]];
  const day = /^\d{6}$/.test(date) ? `${date.slice(0, 2)}-${date.slice(2, 4)}-${date.slice(4)}` : `#${entry["9F36"] ?? ""}`;
  const clock = /^\d{6}$/.test(time) ? ` ${time.slice(0, 2)}:${time.slice(2, 4)}` : "";
  const amount = entry["9F02"] ?? "";
  return { label: day + clock, value: /^\d{12}$/.test(amount) ? groupedYuan(Number(amount)) : amount };
}
