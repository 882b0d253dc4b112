/** A serial CCID reader: its start-up, its slots, what it says of itself. A contact reader and a contactless one differ in their slots alone. */
import { decodeAscii } from "../../platform/guest/bytes.ts";
import type { System } from "../../platform/guest/system.ts";
import { DeviceError } from "../errors.ts";
import { CcidSlot, type SlotOptions } from "./ccid-slot.ts";
import { CcidWire } from "./ccid-wire.ts";
import type { ReaderInfo } from "./icc.ts";

const ESCAPE = 0x6b;
const SAY_FIRMWARE = Uint8Array.of(0x02);
const TELL_MOVEMENTS = Uint8Array.of(0x01, 0x01, 0x01);
/** So often a reader that tells no movements is asked. */
const LOOK_MS = 400;

export class CcidReader {
  readonly slots: readonly CcidSlot[];
  onGone: ((why: string) => void) | undefined;
  /** Set up, for the first time or after the cable was out: what a reader forgets without power is told it here. */
  onStarted: (() => Promise<void>) | undefined;
  readonly #system: System;
  readonly #device: string;
  readonly #wire: CcidWire;
  /** Of the line as it is open now. */
  #started: Promise<void> | undefined;
  #life = 0;

  /** Throws PortError when the port cannot be opened. `device` is the word in errors; `slots` from the lowest number up. */
  constructor(system: System, portName: string, device: string, slots: readonly SlotOptions[]) {
    this.#system = system;
    this.#device = device;
    this.#wire = new CcidWire(system, portName, device, {
      opened: () => system.scheduler.run(`${device} start-up`, () => this.#begin()),
      gone: (why) => this.#gone(why),
      slots: (bits) => this.#moved(bits),
    });
    this.slots = slots.map(
      (options, number) => new CcidSlot(system, this.#wire, () => this.#ready(), { device, number }, options),
    );
  }

  async info(): Promise<ReaderInfo> {
    await this.#ready();
    return { firmware: decodeAscii((await this.escape(SAY_FIRMWARE)) ?? new Uint8Array(0)) };
  }

  /** The reader's answer to a command of its maker's own; undefined when it does not know it. Rejects DeviceError. */
  async escape(data: Uint8Array): Promise<Uint8Array | undefined> {
    const answer = await this.#wire.exchange({ type: ESCAPE, slot: 0, data, repeatable: true });
    return answer.failed ? undefined : answer.data;
  }

  /** As `escape`, once the reader has been set up. */
  async command(data: Uint8Array): Promise<Uint8Array | undefined> {
    await this.#ready();
    return this.escape(data);
  }

  close(): void {
    this.#life++;
    this.#wire.close();
  }

  /** A start-up that failed is tried again by whoever needs the reader next. */
  #ready(): Promise<void> {
    this.#started ??= this.#startUp().catch((error: unknown) => {
      this.#started = undefined;
      throw error;
    });
    return this.#started;
  }

  async #begin(): Promise<void> {
    // The line opens while this is still being made.
    await Promise.resolve();
    try {
      await this.#ready();
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      this.#system.log.warn(`${this.#device}: not set up: ${error.message}`);
    }
  }

  async #startUp(): Promise<void> {
    const life = this.#life;
    const firmware = await this.escape(SAY_FIRMWARE);
    const tells = (await this.escape(TELL_MOVEMENTS)) !== undefined;
    const [first] = this.slots as [CcidSlot];
    await first.look();
    const words = firmware === undefined ? "no name" : decodeAscii(firmware);
    this.#system.log.info(`${this.#device}: ${words}${tells ? "" : ", tells no card movements"}`);
    if (!tells) this.#keepLooking(first, life);
    await this.onStarted?.();
  }

  #keepLooking(slot: CcidSlot, life: number): void {
    this.#system.scheduler.after(LOOK_MS, "person", () => {
      if (life !== this.#life) return;
      this.#system.scheduler.run(`${this.#device} look`, async () => {
        await slot.look().catch(() => {});
        this.#keepLooking(slot, life);
      });
    });
  }

  #gone(why: string): void {
    this.#life++;
    this.#started = undefined;
    for (const slot of this.slots) slot.gone(why);
    this.onGone?.(why);
  }

  #moved(bits: number): void {
    for (const [number, slot] of this.slots.entries()) {
      const own = (bits >> (2 * number)) & 0x03;
      if ((own & 0x02) !== 0) slot.moved((own & 0x01) !== 0);
    }
  }
}
