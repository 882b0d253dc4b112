/** Timers and tasks on the door's one wake-up. */
import type { Door } from "../abi.ts";
import { assert } from "./assert.ts";
import { never } from "./cancel.ts";
import type { Cancel, Patience, Scheduler, Timer } from "./system.ts";

/** As the door counts them, most urgent first. */
const PATIENCES: readonly Patience[] = ["work", "dwell", "person"];
/** Longest wait, ms: a month. A longer one is a mistake in units. */
const LONGEST_MS = 31 * 24 * 3_600_000;

interface Entry {
  readonly deadlineMs: number;
  readonly order: number;
  readonly patience: number;
  readonly callback: () => void;
}

export interface GuestScheduler extends Scheduler {
  /** The door's `wake` event. */
  onWake(): void;
}

/** `report` gets every failure of a task or timer callback; it must not throw. */
export function createScheduler(
  door: Pick<Door, "monotonic" | "wake">,
  report: (task: string, error: unknown) => void,
): GuestScheduler {
  /** Ordered by deadline, then by the order in which they were set. */
  const entries: Entry[] = [];
  const pending = PATIENCES.map(() => 0);
  let orders = 0;
  let asked: { at: number; patience: number } | undefined = { at: -1, patience: 0 };

  function arm(): void {
    const first = entries[0];
    const at = first === undefined ? -1 : first.deadlineMs;
    const patience = first === undefined ? 0 : pending.findIndex((count) => count > 0);
    assert(patience >= 0, "a pending timer is counted under its patience");
    if (at === asked?.at && patience === asked.patience) return;
    asked = { at, patience };
    door.wake(at, patience);
  }

  function insert(entry: Entry): void {
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((entries[middle] as Entry).deadlineMs <= entry.deadlineMs) low = middle + 1;
      else high = middle;
    }
    entries.splice(low, 0, entry);
    pending[entry.patience] = (pending[entry.patience] as number) + 1;
  }

  function remove(entry: Entry): boolean {
    const at = entries.indexOf(entry);
    if (at < 0) return false;
    entries.splice(at, 1);
    pending[entry.patience] = (pending[entry.patience] as number) - 1;
    return true;
  }

  function after(ms: number, patience: Patience, callback: () => void): Timer {
    assert(ms >= 0 && ms <= LONGEST_MS, `a timer's ms is between 0 and a month, not ${ms}`);
    const entry = { deadlineMs: door.monotonic() + ms, order: orders++, patience: PATIENCES.indexOf(patience), callback };
    insert(entry);
    arm();
    return {
      stop: () => {
        if (remove(entry)) arm();
      },
    };
  }

  function onWake(): void {
    // The wake-up asked for may be used up or not; the door is told anew in any case.
    asked = undefined;
    const now = door.monotonic();
    const due = entries.filter((entry) => entry.deadlineMs <= now);
    for (const entry of due) {
      // An earlier callback may have stopped this one.
      if (!remove(entry)) continue;
      try {
        entry.callback();
      } catch (error) {
        report("timer", error);
      }
    }
    arm();
  }

  function sleep(ms: number, patience: Patience, cancel: Cancel = never): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      if (cancel.cancelled) {
        reject(cancel.reason);
        return;
      }
      const timer = after(ms, patience, () => {
        leave();
        resolve();
      });
      const leave = cancel.onCancel((reason) => {
        timer.stop();
        reject(reason);
      });
    });
  }

  function run(name: string, task: () => Promise<void>): void {
    // The async wrapper turns a failure before the task's first await into a rejection too.
    (async () => task())().catch((error: unknown) => report(name, error));
  }

  return { now: () => door.monotonic(), after, sleep, run, onWake };
}
