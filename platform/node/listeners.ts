import type { MachineEvents } from "./machine.ts";

type Listeners = { [E in keyof MachineEvents]: Set<MachineEvents[E]> };

export class Emitter {
  readonly #listeners: Listeners = { status: new Set(), log: new Set(), crash: new Set(), power: new Set() };

  on<E extends keyof MachineEvents>(event: E, listener: MachineEvents[E]): () => void {
    this.#listeners[event].add(listener);
    return () => {
      this.#listeners[event].delete(listener);
    };
  }

  /** A listener's error is the listener's: it surfaces as uncaught, and not in the guest. */
  emit<E extends keyof MachineEvents>(event: E, ...args: Parameters<MachineEvents[E]>): void {
    for (const listener of [...this.#listeners[event]]) {
      try {
        (listener as (...given: Parameters<MachineEvents[E]>) => void)(...args);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
