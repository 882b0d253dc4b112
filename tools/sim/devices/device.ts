/** What every device of the desk shares: its faults, and whether its cable is in. */
import type { ActiveFault, DeviceContext, FaultSpec, SimDevice } from "../contract.ts";
import { heardAt } from "./uart.ts";

/** The speed of every serial line of the desk. */
const LINE_BAUD = 115_200;
export const BAUD: FaultSpec = {
  fault: "baud",
  takes: "value",
  words: { zh: "设备波特率设为", en: "The device stands at this baud rate, the line at 115200" },
};

export const UNPLUG: FaultSpec = { fault: "unplug", takes: "switch", words: { zh: "拔掉连线", en: "Cable pulled out" } };

export abstract class Device implements SimDevice {
  abstract readonly wire: string;
  abstract readonly faultSpecs: readonly FaultSpec[];
  readonly #faults = new Map<string, ActiveFault>();

  constructor(protected readonly context: DeviceContext) {}

  get faults(): readonly ActiveFault[] {
    return [...this.#faults.values()].map((fault) => ({ ...fault }));
  }

  get plugged(): boolean {
    return !this.has("unplug");
  }

  setFault(fault: ActiveFault): void {
    const spec = this.faultSpecs.find((candidate) => candidate.fault === fault.fault);
    if (spec === undefined) throw new Error(`${this.wire} has no fault "${fault.fault}": ${this.#faultNames()}`);
    const active: ActiveFault = { fault: fault.fault };
    if (spec.takes === "count") active.count = atLeast(1, fault.count ?? 1, `${this.wire} ${fault.fault} count`);
    if (spec.takes === "value" && fault.value !== undefined) {
      active.value = atLeast(0, fault.value, `${this.wire} ${fault.fault} value`);
    }
    this.#faults.set(fault.fault, active);
    if (fault.fault === "unplug") this.context.unplug?.();
    this.faultSet(active);
    this.context.changed();
  }

  clearFault(fault?: string): void {
    if (fault !== undefined && !this.faultSpecs.some((spec) => spec.fault === fault)) {
      throw new Error(`${this.wire} has no fault "${fault}": ${this.#faultNames()}`);
    }
    const gone = fault === undefined ? [...this.#faults.keys()] : [fault];
    for (const name of gone) if (this.#faults.delete(name)) this.faultCleared(name);
    this.context.changed();
  }

  /** Bytes as the terminal gets them, and as this device does: with BAUD, the two ends of the line may differ in speed. */
  protected toTerminal(bytes: Uint8Array): void {
    const heard = heardAt(bytes, this.#baud, LINE_BAUD);
    if (heard.length > 0) this.context.send(heard);
  }
  protected heard(bytes: Uint8Array): Uint8Array {
    return heardAt(bytes, LINE_BAUD, this.#baud);
  }
  get #baud(): number {
    return Math.max(1, this.valueOf("baud", LINE_BAUD));
  }

  abstract receive(bytes: Uint8Array): void;
  abstract attached(open: boolean): void;
  abstract describe(): Record<string, unknown>;

  /** A fault was switched on; `has` already says so. */
  protected faultSet(_fault: ActiveFault): void {}
  protected faultCleared(_fault: string): void {}

  protected has(fault: string): boolean {
    return this.#faults.has(fault);
  }

  protected valueOf(fault: string, otherwise: number): number {
    return this.#faults.get(fault)?.value ?? otherwise;
  }

  /** True, and one fewer left, while a counted fault has times left. */
  protected spend(fault: string): boolean {
    const active = this.#faults.get(fault);
    if (active === undefined) return false;
    active.count = (active.count ?? 1) - 1;
    if (active.count <= 0) this.#faults.delete(fault);
    this.context.changed();
    return true;
  }

  #faultNames(): string {
    return `it can do ${this.faultSpecs.map((spec) => spec.fault).join(", ") || "nothing wrong"}`;
  }
}

function atLeast(least: number, value: number, what: string): number {
  if (!Number.isFinite(value) || value < least) throw new Error(`${what} must be a number from ${least} up, not ${value}`);
  return value;
}
