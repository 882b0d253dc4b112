/** Cancellation: a source is held by whoever may stop the work, its token by whoever does the work. */
import type { Cancel } from "./system.ts";

/** The reason when nobody gave a better one. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
  constructor(words = "cancelled") {
    super(words);
  }
}

class Token implements Cancel {
  cancelled = false;
  reason: unknown = undefined;
  #callbacks = new Set<(reason: unknown) => void>();

  throwIfCancelled(): void {
    if (this.cancelled) throw this.reason;
  }

  onCancel(callback: (reason: unknown) => void): () => void {
    if (this.cancelled) {
      callback(this.reason);
      return () => {};
    }
    // A wrapper of its own for each call: the same function may be registered twice.
    const entry = (reason: unknown): void => callback(reason);
    this.#callbacks.add(entry);
    return () => {
      this.#callbacks.delete(entry);
    };
  }

  fire(reason: unknown): void {
    if (this.cancelled) return;
    this.cancelled = true;
    this.reason = reason;
    const callbacks = [...this.#callbacks];
    this.#callbacks.clear();
    const failures: unknown[] = [];
    for (const callback of callbacks) {
      try {
        callback(reason);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

export class CancelSource {
  readonly #token = new Token();
  /** A parent may be cancelled already, and calls back before it has said how it is left. */
  #leaveParent: () => void = () => {};

  /** With a parent, the parent's cancel is this one's too; never the other way round. */
  constructor(parent?: Cancel) {
    this.#leaveParent = parent?.onCancel((reason) => this.cancel(reason)) ?? this.#leaveParent;
  }

  get token(): Cancel {
    return this.#token;
  }

  /** The first reason stands; later calls change nothing. Every callback is called, then the first failure among them is thrown. */
  cancel(reason: unknown = new Cancelled()): void {
    this.#leaveParent();
    this.#token.fire(reason);
  }

  child(): CancelSource {
    return new CancelSource(this.#token);
  }

  /** Work done: a long-lived parent need not remember this source any more. */
  dispose(): void {
    this.#leaveParent();
    this.#leaveParent = () => {};
  }
}

/** For work that nobody can stop. */
export const never: Cancel = {
  cancelled: false,
  reason: undefined,
  throwIfCancelled: () => {},
  onCancel: () => () => {},
};
