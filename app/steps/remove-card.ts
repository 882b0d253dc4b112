/** The card is taken out before anything else begins: a card that is left behind is somebody's loss. */
import { CancelSource } from "../../platform/guest/cancel.ts";
import { padShows } from "./pin.ts";
import type { Terminal } from "./terminal.ts";

/** How often a card that stays is called out for. */
const REMIND_MS = 5_000;

/** Resolves when the slot is empty, or its reader is gone. Nothing when there is none, or no card in it. */
export async function removeCard(t: Terminal, words?: string): Promise<void> {
  const { icc } = t.devices;
  if (icc?.present !== true) return;
  await powerOff(t);
  const out = new CancelSource();
  icc.waitAbsent(out.token).then(
    () => out.cancel("out"),
    () => undefined,
  );
  t.ui.show("remove-card", { words });
  await padShows(t, "remove-card");
  while (!out.token.cancelled && icc.present === true) {
    t.ui.attention();
    try {
      // Keys change nothing; only the card does.
      await t.ui.wait({ timeoutMs: REMIND_MS, cancel: out.token });
    } catch (error) {
      if (!out.token.cancelled) throw error;
    }
  }
  out.cancel("over");
  await padShows(t, "welcome");
}

/** A card without power can be taken out without harm. */
export async function powerOff(t: Terminal): Promise<void> {
  try {
    await t.devices.icc?.powerOff();
  } catch (error) {
    t.system.log.warn(`card reader: ${String(error)}`);
  }
}
