/** 重打印 (M18): the last slip, or any by its trace, of closed batches too. Reprints say so. */
import { browse, printAgain } from "../steps/browse.ts";
import { copiesOf, printCopies } from "../steps/print.ts";
import { tell } from "../steps/tell.ts";
import type { Terminal } from "../steps/terminal.ts";
import { askTraceAnywhere } from "./query.ts";

export async function reprintLast(t: Terminal): Promise<void> {
  const record = t.journal.last();
  if (record === undefined) return tell(t, t.ui.say("menu.print"), [t.ui.say("notice.reprint-none")], "warn");
  await printAgain(t, record);
}

/** At once when it can only be one; of several, or of a closed batch, the cashier sees which. */
export async function reprintAny(t: Terminal): Promise<void> {
  const found = await askTraceAnywhere(t);
  const [record] = found;
  if (record !== undefined && "pan" in record) await printAgain(t, record);
  else await browse(t, found, "");
}

/** After a restart: a slip that never came out whole is offered once. */
export async function offerUnprinted(t: Terminal): Promise<void> {
  const record = t.journal.unprinted();
  if (record === undefined || t.devices.printer === undefined) return;
  t.ui.show("notice", {
    title: t.ui.say("notice.first"),
    rows: [
      { label: t.ui.say("notice.trace"), value: String(record.trace).padStart(6, "0") },
      { value: t.ui.say("notice.first-words") },
    ],
    tone: "warn",
  });
  const input = await t.ui.wait({ timeoutMs: t.profile.promptTimeoutMs });
  if (input.input === "key" && input.key === "enter") {
    // What was on its way when the power went may be on paper: what comes now is marked as a reprint.
    await printCopies(t, record, { duplicate: true, from: Math.min(record.copiesPrinted, copiesOf(t).length - 1) });
  }
}
