/** Whatever somebody started, and how it ends. */
import { StoreError } from "../../platform/guest/system.ts";
import { JournalError } from "../journal/journal.ts";
import { tell } from "../steps/tell.ts";
import { Left, type Terminal } from "../steps/terminal.ts";
import type { Prompt } from "../text/words.ts";

/** What a refusal of the journal or the store is to the cashier; nothing was begun that is not kept. */
const REFUSALS: Record<string, Prompt> = {
  "disk-full": "problem.disk-full",
  "batch-full": "problem.batch-full",
  settling: "problem.settle-first",
  "settle-first": "problem.settle-first",
  owed: "problem.reversal-first",
  "not-found": "problem.no-transaction",
};

/** A flow that was left ends here; so does a store that refused. Anything else is a fault of ours and restarts the terminal. */
export async function perform(t: Terminal, flow: () => Promise<unknown>): Promise<void> {
  try {
    await flow();
  } catch (error) {
    if (error instanceof Left) {
      if (error.words !== undefined) await tell(t, t.ui.say("notice.timeout-title"), [error.words], "warn");
    } else if (error instanceof JournalError || error instanceof StoreError) {
      t.system.log.error("the journal refused", error);
      await tell(t, t.ui.say("check.store"), [t.ui.say(REFUSALS[error.code] ?? "problem.not-kept")], "bad");
    } else throw error;
  }
}
