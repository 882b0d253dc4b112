/** Three lamps under a two-byte report: on mask, blink mask (hal/HID.md). */
import type { FaultSpec, SimLightsControls } from "../contract.ts";
import { Device, UNPLUG } from "./device.ts";

const BITS = { send: 1, receive: 2, error: 4 } as const;

export class SimLights extends Device implements SimLightsControls {
  readonly wire = "lights";
  readonly faultSpecs: readonly FaultSpec[] = [UNPLUG];
  #on = 0;
  #blink = 0;

  /** A blinking lamp counts as on. */
  get on(): { send: boolean; receive: boolean; error: boolean } {
    return lamps(this.#on | this.#blink);
  }

  receive(bytes: Uint8Array): void {
    if (!this.plugged || bytes.length !== 2) return;
    this.#on = bytes[0]!;
    this.#blink = bytes[1]!;
    this.context.changed();
  }

  attached(open: boolean): void {
    if (open) return;
    this.#on = 0;
    this.#blink = 0;
    this.context.changed();
  }

  describe(): Record<string, unknown> {
    return { on: this.on, blinking: lamps(this.#blink), plugged: this.plugged };
  }
}

function lamps(mask: number): { send: boolean; receive: boolean; error: boolean } {
  return { send: (mask & BITS.send) !== 0, receive: (mask & BITS.receive) !== 0, error: (mask & BITS.error) !== 0 };
}
