/** The four lights of the contactless reader (blue, yellow, green, red), and its tone. */
import type { Devices } from "../../hal/index.ts";
import type { PiccLight } from "../../hal/picc/picc.ts";
import type { System } from "../../platform/guest/system.ts";

/** idle: no card is wanted · ready: hold it here · processing: hold it still · read: it may leave · error: it was not read, or not taken. */
export type FieldState = "idle" | "ready" | "processing" | "read" | "error";

const LIT: Record<FieldState, readonly PiccLight[]> = {
  idle: [],
  ready: ["blue"],
  processing: ["blue", "yellow"],
  read: ["blue", "yellow", "green"],
  error: ["red"],
};
/** So long red stands before the next card is invited. */
const ERROR_MS = 1_000;

export interface FieldLights {
  show(state: FieldState): void;
  /** Somebody is waited for: with a card in the field or without. What a card was told last stands until the next one is invited. */
  waiting(forCard: boolean): void;
}

export function createFieldLights(system: System, devices: Devices): FieldLights {
  let now: FieldState = "idle";
  let later: { stop(): void } | undefined;
  const show = (state: FieldState): void => {
    later?.stop();
    later = undefined;
    if (state === now) return;
    now = state;
    if (state === "read") devices.beeper?.sound("card");
    // A reader that is away lights them itself when it is back (hal/picc).
    devices.picc?.lights(LIT[state]).catch((error: unknown) => system.log.debug(`picc: lights not shown: ${String(error)}`));
  };
  return {
    show,
    waiting(forCard) {
      if (!forCard) {
        later?.stop();
        later = undefined;
        if (now === "ready") show("idle");
      } else if (now === "error") later ??= system.scheduler.after(ERROR_MS, "person", () => show("ready"));
      else show("ready");
    },
  };
}
