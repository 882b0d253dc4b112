import { type Queue, TimeoutError, withTimeout } from "../platform/guest/async.ts";
import type { Cancel, Patience, Scheduler } from "../platform/guest/system.ts";

/** The next thing a wire brought, or undefined when the time is over. Rejects with the queue's end or the cancel's reason. */
export async function nextWithin<T>(
  scheduler: Scheduler,
  queue: Queue<T>,
  timeoutMs: number,
  patience: Patience,
  cancel?: Cancel,
): Promise<T | undefined> {
  try {
    return await withTimeout(scheduler, timeoutMs, patience, (stop) => queue.next(stop), cancel);
  } catch (error) {
    if (error instanceof TimeoutError) return undefined;
    throw error;
  }
}
