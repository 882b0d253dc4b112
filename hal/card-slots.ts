/** Stripe, chip and field armed together: the first card wins, the others are disarmed (helper over MSR and SmartCardRW). */
import { Cancelled, CancelSource } from "../platform/guest/cancel.ts";
import type { Cancel, System } from "../platform/guest/system.ts";
import { DeviceError } from "./errors.ts";
import type { Icc } from "./icc/icc.ts";
import type { Msr, Swipe } from "./msr/msr.ts";
import type { Picc } from "./picc/picc.ts";

/**
 * chip: a card is in the slot, `icc.powerOn` is next · field: something is in the field, which stays on; `picc.connect` is next.
 */
export type Presented = { by: "stripe"; swipe: Swipe } | { by: "chip" } | { by: "field" };

/** Those a card may be shown to now; what the terminal has not is undefined. */
export interface CardSlots {
  msr?: Msr | undefined;
  icc?: Icc | undefined;
  picc?: Picc | undefined;
  /** What is in the field now has been dealt with and has to leave first. */
  afresh?: boolean;
}

/** A reader that fails is tried again so long after. */
const AGAIN_MS = 2_000;

/** Once more after a while, unless it is over. Any other reason not to wait is one not to try again at once for ever either. */
async function again(system: System, over: Cancel): Promise<void> {
  try {
    await system.scheduler.sleep(AGAIN_MS, "person", over);
  } catch (error) {
    if (!over.cancelled) throw error;
  }
}

/**
 * Calls `onCard` once at most; afterwards everything is disarmed but the field that won. A card that is in the slot already wins at once. The function that comes
 * back disarms; it is harmless afterwards. A reader that is away does not stop the others, and counts again when it is back.
 */
export function armCardSlots(system: System, slots: CardSlots, onCard: (presented: Presented) => void): () => void {
  const { msr, icc, picc, afresh = false } = slots;
  const over = new CancelSource();
  const disarm = (): void => {
    if (over.token.cancelled) return;
    msr?.disarm();
    over.cancel(new Cancelled("disarmed"));
  };
  const won = (presented: Presented): void => {
    if (over.token.cancelled) {
      // The stripe won in the same moment: nobody wants the field any more.
      if (presented.by === "field") system.scheduler.run("picc off", () => picc?.remove() ?? Promise.resolve());
      return;
    }
    disarm();
    onCard(presented);
  };
  const watch = (by: "chip" | "field", wait: () => Promise<void>): void => {
    system.scheduler.run(`card slots: ${by}`, async () => {
      while (!over.token.cancelled) {
        try {
          await wait();
          won({ by });
          return;
        } catch (error) {
          if (over.token.cancelled) return;
          if (!(error instanceof DeviceError)) throw error;
          system.log.debug(`card slots: ${error.message}`);
          await again(system, over.token);
        }
      }
    });
  };
  msr?.arm((swipe) => won({ by: "stripe", swipe }));
  if (icc !== undefined) watch("chip", () => icc.waitPresent(over.token));
  if (picc !== undefined) watch("field", () => picc.poll(over.token, afresh));
  return disarm;
}
