/** A terminal that cannot work: it says what, why and what to do, and does nothing else. */
import type { AssertionError } from "../../platform/guest/assert.ts";
import type { GuestSystem } from "../../platform/guest/index.ts";
import { restoreBackup } from "../admin/backup.ts";
import { rebuildStore } from "../admin/set-aside.ts";
import type { Terminal } from "../steps/terminal.ts";
import type { Ui } from "../steps/ui.ts";
import { perform } from "./perform.ts";

export function fault(ui: Ui, part: "check.store", why: string, restore = false): void {
  ui.light("error", true);
  ui.show("fault", { what: ui.say(part), why, todo: ui.say("fault.call"), restore });
}

/**
 * What should be true is not, so nothing this program would do next can be trusted: it does nothing more until the power was off. What is on the disk
 * was written before and is true; the next start begins with it.
 */
export function contradicted(t: Terminal, error: AssertionError): void {
  t.system.log.error("stopped", error);
  t.damage = [error.message];
  t.ui.light("error", true);
  t.ui.show("fault", { what: t.ui.say("check.program"), why: error.message, todo: t.ui.say("fault.restart") });
}

/** Nothing is done with records that cannot be trusted; but a backup may put them right, for which there must be a store that opens. */
export async function standStill(t: Terminal, system: GuestSystem): Promise<void> {
  const mend =
    system.storeReport.failure === undefined
      ? () => restoreBackup(t, () => system.acceptStoreDamage())
      : () => rebuildStore(t, () => system.setStoreAside());
  for (;;) {
    fault(t.ui, "check.store", t.damage[0] ?? "", t.devices.files !== undefined);
    const input = await t.ui.wait();
    if (t.devices.files === undefined || input.input !== "key" || input.key !== "menu") continue;
    await perform(t, mend);
  }
}
