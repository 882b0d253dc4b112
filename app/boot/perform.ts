/** Whatever somebody started, and how it ends. */
import { isRefusal, refusalTitle, refusalWords } from "../steps/refusals.ts";
import { removeCard } from "../steps/remove-card.ts";
import { tell } from "../steps/tell.ts";
import { Left, type Terminal } from "../steps/terminal.ts";

/** A flow that was left ends here; so does a store that refused. Anything else is a fault of ours and restarts the terminal. */
export async function perform(t: Terminal, flow: () => Promise<unknown>): Promise<void> {
  try {
    await flow();
  } catch (error) {
    if (error instanceof Left) {
      if (error.words !== undefined) await tell(t, t.ui.say(error.title ?? "notice.timeout-title"), [error.words], "warn");
    } else if (isRefusal(error)) {
      t.system.log.error("the journal refused", error);
      await tell(t, t.ui.say(refusalTitle(error)), [t.ui.say(refusalWords(error))], "bad");
    } else throw error;
  }
  await removeCard(t);
}
