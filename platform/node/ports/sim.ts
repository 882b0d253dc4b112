/** Wires with a device of the desk at their end. */
import { DoorError } from "../errors.ts";
import type { SimWires } from "../machine.ts";
import type { SpecOf } from "../board.ts";
import type { ClosedWhy, OutPort, PortEvents, PortRequest } from "./port.ts";
import { ERRORS } from "../../abi.ts";

/** Joins the guest's handles to the desk's wires, by wire name. */
export class SimHub {
  readonly #wires: SimWires | undefined;
  readonly #open = new Map<string, PortEvents>();
  constructor(wires: SimWires | undefined) {
    this.#wires = wires;
  }

  /** Bytes for a wire that the firmware has not opened are lost, as on a real line. */
  toTerminal(wire: string, bytes: Uint8Array): void {
    this.#open.get(wire)?.data(Uint8Array.from(bytes));
  }

  closeWire(wire: string, why: string): void {
    const events = this.#open.get(wire);
    if (events === undefined) return;
    this.#open.delete(wire);
    events.closed(isWhy(why) ? why : "unplugged");
  }

  open(request: PortRequest): OutPort {
    const { wire } = request.spec as SpecOf<"sim">;
    const wires = this.#wires;
    if (this.#open.has(wire)) throw new DoorError("busy", `${request.name}: wire ${wire} is open under another name`);
    // Attached before the device hears of it: a device may greet at once.
    this.#open.set(wire, request.events);
    if (wires === undefined || !wires.opened(wire, request.options)) {
      this.#open.delete(wire);
      throw new DoorError("no-such-port", `${request.name}: the desk has no wire ${wire}`);
    }
    const detach = (): void => {
      if (this.#open.get(wire) === request.events) this.#open.delete(wire);
      wires.closed(wire);
    };
    return {
      write: (bytes) => wires.fromTerminal(wire, bytes),
      control: (asked) => {
        wires.control(wire, asked);
        return {};
      },
      close: detach,
      cut: detach,
    };
  }
}

const isWhy = (why: string): why is ClosedWhy => why === "ended" || (ERRORS as readonly string[]).includes(why);
