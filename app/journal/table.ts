/** Sealed values in the store, what of them is damaged, and one way to write: all or nothing. */
import { assert, AssertionError } from "../../platform/guest/assert.ts";
import { type Change, StoreError, type StoreFault, type System } from "../../platform/guest/system.ts";
import { JournalError } from "./journal.ts";
import { pack, type Shape, unpack } from "./records.ts";

/** A record that cannot be read. Nothing is skipped: what would need it throws JournalError "damaged". */
export interface Damage {
  key: string;
  words: string;
}

/** What a refusal of the store is to those who keep the record of money. */
const CODES: Record<StoreFault, "disk-full" | "io" | "damaged"> = {
  "disk-full": "disk-full",
  io: "io",
  "too-large": "io",
  damaged: "damaged",
  newer: "damaged",
};

export class SealedTable {
  #damage: Damage[] = [];

  constructor(private readonly system: System) {}

  get damage(): readonly Damage[] {
    return this.#damage;
  }

  keys(prefix: string): string[] {
    return this.system.store.keys(prefix);
  }

  has(key: string): boolean {
    return this.system.store.get(key) !== undefined;
  }

  /** 0 when there is none. */
  bytes(key: string): number {
    return this.system.store.get(key)?.length ?? 0;
  }

  report(key: string, words: string): void {
    this.#damage.push({ key, words });
  }

  forget(prefix: string): void {
    this.#damage = this.#damage.filter(({ key }) => !key.startsWith(prefix));
  }

  /** The value under `key`; what is wrong with it is damage. */
  examine<T>(key: string, shape: Shape<T>): T | undefined {
    const read = this.#unpack(key, shape);
    if ("value" in read) return read.value;
    this.report(key, read.fault);
    return undefined;
  }

  /** Throws JournalError "damaged". */
  read<T>(key: string, shape: Shape<T>): T {
    const read = this.#unpack(key, shape);
    if ("value" in read) return read.value;
    throw new JournalError("damaged", `${key} ${read.fault}`);
  }

  refuseDamaged(prefix: string): void {
    const hit = this.#damage.find(({ key }) => key.startsWith(prefix));
    if (hit !== undefined) throw new JournalError("damaged", `${hit.key} ${hit.words}`);
  }

  put(key: string, value: unknown): Change {
    try {
      return { put: key, value: pack(this.system, key, value) };
    } catch (error) {
      throw new JournalError("io", `${key} could not be sealed: ${error instanceof Error ? error.message : "unknown"}`);
    }
  }

  commit(changes: readonly Change[]): void {
    const keys = changes.map((change) => ("put" in change ? change.put : change.delete));
    assert(new Set(keys).size === keys.length, "one commit says one thing of a key");
    try {
      this.system.store.commit(changes);
    } catch (error) {
      if (error instanceof AssertionError) throw error;
      const code = error instanceof StoreError ? CODES[error.code] : "io";
      throw new JournalError(code, error instanceof Error ? error.message : "the store refused");
    }
  }

  #unpack<T>(key: string, shape: Shape<T>): { value: T } | { fault: string } {
    const sealed = this.system.store.get(key);
    return sealed === undefined ? { fault: "is gone" } : unpack(this.system, key, sealed, shape);
  }
}
