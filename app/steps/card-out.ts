/** A card that is taken out of the slot while a person is asked something ends the question. */
import { CancelSource } from "../../platform/guest/cancel.ts";
import type { Terminal } from "./terminal.ts";

/** Calls `act` once when the slot is empty. The function that comes back stops the watch. */
export function whenOut({ devices: { icc } }: Terminal, act: () => void): () => void {
  const over = new CancelSource();
  icc?.waitAbsent(over.token).then(act, () => undefined);
  return () => over.cancel("over");
}
