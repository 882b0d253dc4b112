/** Driver of serial CCID contactless readers at APDU level (README.md): line, start-up and slot are those of ../icc. */
import { Mutex } from "../../platform/guest/async.ts";
import type { Cancel, System } from "../../platform/guest/system.ts";
import { DeviceError } from "../errors.ts";
import { CcidReader } from "../icc/ccid-reader.ts";
import type { CcidSlot } from "../icc/ccid-slot.ts";
import type { PoweredCard, ReaderInfo } from "../icc/icc.ts";
import { type Picc, PICC_LIGHTS, type PiccError, type PiccErrorCode, type PiccLight } from "./picc.ts";

const FIELD = 0x25;
const LED = 0x29;

const command = (what: number, value: number): Uint8Array => Uint8Array.of(0xe0, 0x00, 0x00, what, 0x01, value);

/** Throws PortError when the port cannot be opened. */
export function openCcidPicc(system: System, portName: string): Picc {
  return new CcidPicc(system, portName);
}

class CcidPicc implements Picc {
  onError: ((error: PiccError) => void) | undefined;
  readonly #system: System;
  readonly #reader: CcidReader;
  readonly #slot: CcidSlot;
  /** What the reader is to keep up, also after its cable was out. */
  #field = false;
  #lit = 0;
  /** The field goes on and off in the order it was asked for. */
  readonly #turns = new Mutex();
  /** Number of the newest poll: an older one that is given up leaves the field to it. */
  #polls = 0;

  constructor(system: System, portName: string) {
    this.#system = system;
    this.#reader = new CcidReader(system, portName, "picc", [{ level: "apdu", emv: false }]);
    [this.#slot] = this.#reader.slots as [CcidSlot];
    this.#reader.onGone = (why) => this.onError?.(new DeviceError<PiccErrorCode>("picc", "unplugged", why));
    this.#reader.onStarted = () => this.#restore();
  }

  get present(): boolean | undefined {
    return this.#field ? this.#slot.present : undefined;
  }

  async poll(cancel?: Cancel, afresh = false): Promise<void> {
    cancel?.throwIfCancelled();
    const mine = ++this.#polls;
    try {
      await this.#turns.run(() => this.#on());
      if (afresh) await this.#slot.waitAbsent(cancel);
      await this.#slot.waitPresent(cancel);
    } catch (error) {
      if (mine === this.#polls) await this.remove();
      throw error;
    }
  }

  connect(): Promise<PoweredCard> {
    return this.#slot.powerOn();
  }

  transmit(apdu: Uint8Array): Promise<Uint8Array> {
    return this.#slot.transmit(apdu);
  }

  remove(): Promise<void> {
    return this.#turns.run(() => this.#off());
  }

  waitAbsent(cancel?: Cancel): Promise<void> {
    return this.#slot.waitAbsent(cancel);
  }

  async lights(on: readonly PiccLight[]): Promise<void> {
    this.#lit = on.reduce((mask, light) => mask | (1 << PICC_LIGHTS.indexOf(light)), 0);
    await this.#reader.command(command(LED, this.#lit));
  }

  info(): Promise<ReaderInfo> {
    return this.#reader.info();
  }

  close(): void {
    this.#reader.close();
  }

  async #on(): Promise<void> {
    this.#field = true;
    await this.#reader.command(command(FIELD, 1));
    // A reader that tells movements need not tell of what was there when the field came on.
    await this.#slot.look();
  }

  async #off(): Promise<void> {
    if (!this.#field) return;
    await this.#slot.powerOff();
    this.#field = false;
    try {
      await this.#reader.command(command(FIELD, 0));
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      this.#system.log.debug(`picc: field not switched off: ${error.message}`);
    }
  }

  /** A reader comes up dark and with its field off, or with what the terminal's last life left. */
  async #restore(): Promise<void> {
    await this.#reader.escape(command(FIELD, this.#field ? 1 : 0));
    await this.#reader.escape(command(LED, this.#lit));
    if (this.#field) await this.#slot.look();
  }
}
