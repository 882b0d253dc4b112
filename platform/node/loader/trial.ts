/** What becomes of a firmware on trial by what its start shows, beyond the attempts that the slots count. */
import type { Slots } from "./slots.ts";
import type { Slot } from "./state.ts";

/** As the versions screen has it. */
export const LOADER = "tael-loader 1.0";

/** A firmware on trial has confirmed itself by then, or never will; a self-check takes seconds. */
export const CONFIRM_WITHIN_MS = 5 * 60_000;
const LONGEST_WORDS = 160;

/** What it has failed of then. */
export const LATE = "it did not confirm itself in time";

/** Why it is taken back. */
export const WHY = {
  /** At once: it will not start another time either. */
  noStart: (words: string) => `it does not start: ${words}`,
  /** After its last attempt, which says why; the ones before it may have been bad luck. */
  failed: (words: string) => `it failed: ${words}`,
};

/** Whether it is taken back: there is something to go back to. */
export function takenBack(slots: Slots, slot: Slot, why: string): boolean {
  slots.reject(slot, why.split("\n", 1).join("").slice(0, LONGEST_WORDS));
  return slots.status.trial === undefined;
}
