/** Waiting, in the few forms the firmware needs. Nothing here knows time but `withTimeout`, which is handed a scheduler. */
import { assert } from "./assert.ts";
import { Cancelled, CancelSource, never } from "./cancel.ts";
import type { Cancel, Patience, Scheduler } from "./system.ts";

export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
  constructor(readonly afterMs: number) {
    super(`no result within ${afterMs} ms`);
  }
}

/** The promise's outcome, or the cancel's reason when that comes first. A failure of the promise after that is of no interest. */
export function raceCancel<T>(promise: Promise<T>, cancel: Cancel = never): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const leave = cancel.onCancel(reject);
    void promise.then(resolve, reject).finally(leave);
  });
}

/** Runs the task with a cancel of its own, cancelled with TimeoutError after `ms`. Rejects then even when the task does not heed it. */
export async function withTimeout<T>(
  scheduler: Scheduler,
  ms: number,
  patience: Patience,
  task: (cancel: Cancel) => Promise<T>,
  cancel: Cancel = never,
): Promise<T> {
  cancel.throwIfCancelled();
  const source = new CancelSource(cancel);
  const timer = scheduler.after(ms, patience, () => source.cancel(new TimeoutError(ms)));
  try {
    return await raceCancel(task(source.token), source.token);
  } finally {
    timer.stop();
    source.dispose();
  }
}

type Tasks = Record<string, (cancel: Cancel) => Promise<unknown>>;
export type Winner<T extends Tasks> = {
  [K in keyof T]: { readonly name: K; readonly value: Awaited<ReturnType<T[K]>> };
}[keyof T];

/**
 * Starts all tasks, answers with the first that ends, and cancels the others: `{ card: c => …, key: c => … }` gives
 * `{ name: "key", value }`. Rejects when the first to end failed, or with the cancel's reason.
 */
export async function firstOf<T extends Tasks>(tasks: T, cancel: Cancel = never): Promise<Winner<T>> {
  cancel.throwIfCancelled();
  const source = new CancelSource(cancel);
  const runs = Object.keys(tasks).map((name) =>
    (tasks[name] as T[string])(source.token).then((value) => ({ name, value }) as Winner<T>),
  );
  assert(runs.length > 0, "firstOf has a task to wait for");
  try {
    return await raceCancel(Promise.race(runs), source.token);
  } finally {
    source.cancel(new Cancelled("another task was first"));
  }
}

interface Waiter<T> {
  resolve(value: T): void;
  reject(reason: unknown): void;
}

/** A waiter in a line that leaves the line when cancelled. */
function waitIn<T>(line: Waiter<T>[], cancel: Cancel): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const waiter: Waiter<T> = {
      resolve: (value) => {
        leave();
        resolve(value);
      },
      reject: (reason) => {
        leave();
        reject(reason);
      },
    };
    line.push(waiter);
    const leave = cancel.onCancel((reason) => {
      line.splice(line.indexOf(waiter), 1);
      reject(reason);
    });
  });
}

/** First in, first out. What nobody waits for is kept, up to `limit`; then the oldest is dropped and counted. */
export class Queue<T> {
  readonly #items: T[] = [];
  readonly #waiters: Waiter<T>[] = [];
  #closed: { readonly reason: unknown } | undefined;
  dropped = 0;

  constructor(readonly limit = 1024) {
    assert(limit > 0, "a queue holds at least one item");
  }

  get length(): number {
    return this.#items.length;
  }

  push(item: T): void {
    if (this.#closed !== undefined) return;
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      waiter.resolve(item);
      return;
    }
    this.#items.push(item);
    if (this.#items.length > this.limit) {
      this.#items.shift();
      this.dropped++;
    }
  }

  /** The oldest item, or undefined when there is none. */
  take(): T | undefined {
    return this.#items.shift();
  }

  /** Waits for an item. Rejects with the cancel's reason, or with the reason given to `close` once the queue is empty. */
  async next(cancel: Cancel = never): Promise<T> {
    cancel.throwIfCancelled();
    if (this.#items.length > 0) return this.#items.shift() as T;
    if (this.#closed !== undefined) throw this.#closed.reason;
    return waitIn(this.#waiters, cancel);
  }

  /** Forgets what is waiting to be taken. */
  clear(): void {
    this.#items.length = 0;
  }

  /** Nothing more will come; what is in the queue can still be taken. */
  close(reason: unknown): void {
    if (this.#closed !== undefined) return;
    this.#closed = { reason };
    for (const waiter of this.#waiters.splice(0)) waiter.reject(reason);
  }
}

/** Something that happens now and then; only those who wait at that moment learn of it. */
export class Signal<T = void> {
  readonly #waiters: Waiter<T>[] = [];

  get waiting(): number {
    return this.#waiters.length;
  }

  fire(value: T): void {
    for (const waiter of this.#waiters.splice(0)) waiter.resolve(value);
  }

  async wait(cancel: Cancel = never): Promise<T> {
    cancel.throwIfCancelled();
    return waitIn(this.#waiters, cancel);
  }
}

/** Something that happens once; whoever waits later learns of it too. The first value stands. */
export class Latch<T = void> {
  readonly #waiters: Waiter<T>[] = [];
  #value: { readonly value: T } | undefined;

  get isSet(): boolean {
    return this.#value !== undefined;
  }

  set(value: T): void {
    if (this.#value !== undefined) return;
    this.#value = { value };
    for (const waiter of this.#waiters.splice(0)) waiter.resolve(value);
  }

  async wait(cancel: Cancel = never): Promise<T> {
    cancel.throwIfCancelled();
    if (this.#value !== undefined) return this.#value.value;
    return waitIn(this.#waiters, cancel);
  }
}

/** One at a time, in the order of asking. */
export class Mutex {
  readonly #waiters: Waiter<void>[] = [];
  #held = false;

  get held(): boolean {
    return this.#held;
  }

  /** Runs the task alone. The cancel ends the waiting, not the task. */
  async run<T>(task: () => Promise<T>, cancel: Cancel = never): Promise<T> {
    cancel.throwIfCancelled();
    if (this.#held) await waitIn(this.#waiters, cancel);
    else this.#held = true;
    assert(this.#held, "the mutex is held while its task runs");
    try {
      return await task();
    } finally {
      // Handed over without being let go, so that nobody slips in between.
      const next = this.#waiters.shift();
      if (next === undefined) this.#held = false;
      else next.resolve();
    }
  }
}
