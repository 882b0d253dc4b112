/** A buzzer that remembers its last sounds: five-byte reports, one a note (hal/HID.md). */
import type { FaultSpec } from "../contract.ts";
import { Device, UNPLUG } from "./device.ts";

export interface Note {
  /** Virtual ms. */
  at: number;
  hz: number;
  ms: number;
  /** 0–100. */
  volume: number;
}

const KEPT = 64;

export class SimBeeper extends Device {
  readonly wire = "beeper";
  readonly faultSpecs: readonly FaultSpec[] = [UNPLUG];
  readonly #notes: Note[] = [];
  #sounded = 0;

  /** Oldest first. */
  get notes(): readonly Note[] {
    return this.#notes;
  }

  receive(bytes: Uint8Array): void {
    if (!this.plugged || bytes.length !== 5) return;
    const hz = bytes[0]! | (bytes[1]! << 8);
    const ms = bytes[2]! | (bytes[3]! << 8);
    this.#notes.push({ at: this.context.clock.now(), hz, ms, volume: Math.min(bytes[4]!, 100) });
    if (this.#notes.length > KEPT) this.#notes.shift();
    this.#sounded += 1;
    this.context.changed();
  }

  attached(_open: boolean): void {}

  describe(): Record<string, unknown> {
    return { sounded: this.#sounded, notes: this.#notes.slice(-8), plugged: this.plugged };
  }
}
