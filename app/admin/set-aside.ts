/**
 * 重建存储 (M19): a store that cannot be opened at all is kept under another name and an empty one stands in its place, so that a backup can be put
 * back. The empty one counts as damaged: nothing is sold on it before that. Ends with a restart.
 */
import { confirm } from "../steps/ask.ts";
import { administrator } from "../steps/supervisor.ts";
import { tell } from "../steps/tell.ts";
import type { Terminal } from "../steps/terminal.ts";

/** `setStoreAside` tells the name under which the old one is kept. Leaves on Cancel and time-out. */
export async function rebuildStore(t: Terminal, setStoreAside: () => string): Promise<void> {
  const title = t.ui.say("aside.title");
  const by = await administrator(t);
  t.ui.show("report", {
    title,
    rows: (["aside.what", "aside.then", "aside.ask"] as const).map((words) => ({ value: t.ui.say(words) })),
    page: 1,
    pages: 1,
    print: false,
    tone: "warn",
  });
  await confirm(t);
  const name = setStoreAside();
  t.system.log.warn(`store set aside as ${name} by ${by}`);
  await tell(t, title, [t.ui.say("aside.done", { name })], "good");
  t.system.power("restart");
}
