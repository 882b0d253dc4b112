/** A set of faults that are on, with their counts. Devices bring their own; this one serves the host line. */
import type { ActiveFault, FaultSpec } from "./contract.ts";

export class FaultSet {
  readonly #on = new Map<string, ActiveFault>();
  constructor(readonly specs: readonly FaultSpec[]) {}

  get active(): readonly ActiveFault[] {
    return [...this.#on.values()];
  }

  /**
   * Throws Error with words when there is no such fault or a value is missing. What takes a count happens once when none is given; a
   * switch or a value stays until cleared, unless it brings a count.
   */
  set(fault: ActiveFault): void {
    const spec = this.specs.find((each) => each.fault === fault.fault);
    if (spec === undefined) {
      throw new Error(`fault: no "${fault.fault}" here; known: ${this.specs.map((each) => each.fault).join(", ")}`);
    }
    if (spec.takes === "value" && fault.value === undefined) throw new Error(`value: "${fault.fault}" needs a number`);
    if (fault.count !== undefined && !(Number.isInteger(fault.count) && fault.count > 0))
      throw new Error("count: a whole number from 1 up");
    if (fault.value !== undefined && !(fault.value >= 0)) throw new Error("value: a number from 0 up");
    this.#on.set(fault.fault, { ...fault, ...(spec.takes === "count" ? { count: fault.count ?? 1 } : {}) });
  }

  clear(fault?: string): void {
    if (fault === undefined) this.#on.clear();
    else this.#on.delete(fault);
  }

  has(fault: string): boolean {
    return this.#on.has(fault);
  }

  /** The fault if it is on; uses up one of its count. */
  take(fault: string): ActiveFault | undefined {
    const active = this.#on.get(fault);
    if (active?.count === undefined) return active;
    active.count--;
    if (active.count <= 0) this.#on.delete(fault);
    return active;
  }
}
