/** A clock that a test turns by hand, and a device context that keeps what the device said. */
import type { DeskClock, DeviceContext } from "../../../../tools/sim/contract.ts";

interface Pending {
  at: number;
  order: number;
  kind: "busy" | "background";
  callback: () => void;
}

export class HandClock implements DeskClock {
  #now = 0;
  #order = 0;
  #pending: Pending[] = [];
  wallBase = Date.UTC(2026, 10, 21, 9, 0, 0);

  now(): number {
    return this.#now;
  }

  wallMs(): number {
    return this.wallBase + this.#now;
  }

  after(ms: number, kind: "busy" | "background", callback: () => void): { stop(): void } {
    const pending = { at: this.#now + ms, order: this.#order++, kind, callback };
    this.#pending.push(pending);
    return {
      stop: () => {
        this.#pending = this.#pending.filter((other) => other !== pending);
      },
    };
  }

  get busy(): boolean {
    return this.#pending.some((pending) => pending.kind === "busy");
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#next(() => true);
      if (next === undefined || next.at > end) break;
      this.#fire(next);
    }
    this.#now = end;
  }

  /** Runs until no device is at work. */
  settle(): void {
    for (let i = 0; i < 100_000; i++) {
      if (!this.busy) return;
      const next = this.#next(() => true);
      if (next !== undefined) this.#fire(next);
    }
    throw new Error("devices never come to rest");
  }

  #next(wanted: (pending: Pending) => boolean): Pending | undefined {
    return this.#pending.filter(wanted).sort((a, b) => a.at - b.at || a.order - b.order)[0];
  }

  #fire(pending: Pending): void {
    this.#pending = this.#pending.filter((other) => other !== pending);
    this.#now = Math.max(this.#now, pending.at);
    pending.callback();
  }
}

export interface Bench {
  clock: HandClock;
  context: DeviceContext;
  /** Everything sent to the terminal, one entry a send. */
  sent: Uint8Array[];
  unplugs: number;
}

export function bench(clock = new HandClock()): Bench {
  const made: Bench = {
    clock,
    sent: [],
    unplugs: 0,
    context: {
      clock,
      send: (bytes) => made.sent.push(bytes),
      changed: () => {},
      random: () => 0.5,
      unplug: () => {
        made.unplugs += 1;
      },
    },
  };
  return made;
}

export const hex = (bytes: Uint8Array | undefined): string =>
  Buffer.from(bytes ?? [])
    .toString("hex")
    .toUpperCase();
export const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replace(/\s/g, ""), "hex"));
