/** A store that forgets: for practice, and for a terminal whose own one cannot be opened. */
import type { Change, Store } from "../../platform/guest/system.ts";

export class MemoryStore implements Store {
  readonly #values = new Map<string, Uint8Array>();

  get(key: string): Uint8Array | undefined {
    return this.#values.get(key);
  }

  keys(prefix: string): string[] {
    return [...this.#values.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  commit(changes: readonly Change[]): void {
    for (const change of changes) {
      if ("put" in change) this.#values.set(change.put, change.value);
      else this.#values.delete(change.delete);
    }
  }
}
