import { type Queue, TimeoutError } from "../platform/guest/async.ts";
import { CancelSource } from "../platform/guest/cancel.ts";
import type { Cancel, Patience, Scheduler } from "../platform/guest/system.ts";

/**
 * The next thing a wire brought, or undefined when the time is over. Rejects with the queue's end or the cancel's reason. What comes in the
 * same moment as the end of the time is not lost: the queue itself decides which was first.
 */
export async function nextWithin<T>(
  scheduler: Scheduler,
  queue: Queue<T>,
  timeoutMs: number,
  patience: Patience,
  cancel?: Cancel,
): Promise<T | undefined> {
  const source = new CancelSource(cancel);
  const timer = scheduler.after(timeoutMs, patience, () => source.cancel(new TimeoutError(timeoutMs)));
  try {
    return await queue.next(source.token);
  } catch (error) {
    if (error instanceof TimeoutError) return undefined;
    throw error;
  } finally {
    timer.stop();
    source.dispose();
  }
}
