import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CancelSource } from "../../../platform/guest/cancel.ts";
import { createScheduler, type GuestScheduler } from "../../../platform/guest/scheduler.ts";
import type { Cancel, Patience } from "../../../platform/guest/system.ts";

function world(): {
  scheduler: GuestScheduler;
  wakes: [number, number][];
  failures: string[];
  at(ms: number): void;
  now: number;
} {
  const self = {
    now: 100,
    wakes: [] as [number, number][],
    failures: [] as string[],
    at(ms: number): void {
      self.now = ms;
      self.scheduler.onWake();
    },
    scheduler: undefined as unknown as GuestScheduler,
  };
  self.scheduler = createScheduler(
    { monotonic: () => self.now, wake: (at, patience) => self.wakes.push([at, patience]) },
    (task, error) => self.failures.push(`${task}: ${(error as Error).message}`),
  );
  return self;
}

test("one wake-up: the earliest deadline, the most urgent patience, -1 when nothing is pending", () => {
  const { scheduler, wakes } = world();
  const person = scheduler.after(60_000, "person", () => {});
  const dwell = scheduler.after(90_000, "dwell", () => {});
  const work = scheduler.after(120_000, "work", () => {});
  work.stop();
  dwell.stop();
  person.stop();
  person.stop();
  expect(wakes).toEqual([
    [60_100, 2],
    [60_100, 1],
    [60_100, 0],
    [60_100, 1],
    [60_100, 2],
    [-1, 0],
  ]);
});

test("the door is asked only when something changed, and again after each wake-up", () => {
  const w = world();
  w.scheduler.after(10, "work", () => {});
  w.scheduler.after(20, "work", () => {});
  expect(w.wakes).toEqual([[110, 0]]);
  w.at(105);
  expect(w.wakes).toEqual([
    [110, 0],
    [110, 0],
  ]);
  w.at(110);
  expect(w.wakes.at(-1)).toEqual([120, 0]);
  w.at(500);
  expect(w.wakes.at(-1)).toEqual([-1, 0]);
});

test("timers fire by deadline, then in the order they were set; one may stop another; a failure harms none", () => {
  const w = world();
  const seen: string[] = [];
  w.scheduler.after(20, "work", () => seen.push("late"));
  w.scheduler.after(10, "work", () => {
    seen.push("first");
    victim.stop();
    w.scheduler.after(0, "work", () => seen.push("next time"));
    throw new Error("oops");
  });
  const victim = w.scheduler.after(10, "work", () => seen.push("never"));
  w.scheduler.after(10, "work", () => seen.push("second"));
  w.at(130);
  expect(seen).toEqual(["first", "second", "late"]);
  expect(w.failures).toEqual(["timer: oops"]);
  expect(w.wakes.at(-1)).toEqual([130, 0]);
  w.at(130);
  expect(seen.at(-1)).toBe("next time");
});

test("any set of timers, stopped or not: each fires once, never early, in order", () => {
  const timer = fc.record({
    ms: fc.integer({ min: 0, max: 1000 }),
    patience: fc.constantFrom<Patience>("work", "dwell", "person"),
    stopped: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(timer, { maxLength: 30 }),
      fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 12 }),
      (timers, steps) => {
        const w = world();
        const fired: { due: number; at: number; n: number }[] = [];
        timers.forEach(({ ms, patience, stopped }, n) => {
          const handle = w.scheduler.after(ms, patience, () => fired.push({ due: 100 + ms, at: w.now, n }));
          if (stopped) handle.stop();
        });
        for (const step of [...steps, 2000]) w.at(w.now + step);
        expect(fired.map(({ n }) => n).sort((a, b) => a - b)).toEqual(timers.flatMap(({ stopped }, n) => (stopped ? [] : [n])));
        for (const { due, at } of fired) expect(at).toBeGreaterThanOrEqual(due);
        const order = fired.map(({ due, n }) => due * 100 + n);
        expect(order).toEqual([...order].sort((a, b) => a - b));
        expect(w.wakes.at(-1)?.[0] ?? -1).toBe(-1);
      },
    ),
  );
});

describe("a pause", () => {
  const LONG_MS = 10;

  /** The pause, what has become of it so far, and the wake-up that the scheduler has asked the door for last. */
  function pausing(w: ReturnType<typeof world>, cancel?: Cancel) {
    const seen = { became: "pending" };
    const pause = w.scheduler.sleep(LONG_MS, "dwell", cancel);
    const ended = pause.then(
      () => void (seen.became = "over"),
      (reason: Error) => void (seen.became = reason.message),
    );
    return { seen, ended, asked: () => w.wakes.at(-1)?.[0] };
  }

  test("is over at the wake-up that it asked for, and not at one before", async () => {
    const w = world();
    const { seen, ended, asked } = pausing(w);
    expect(asked()).toBe(w.now + LONG_MS);
    const due = asked() as number;
    w.at(due - 1);
    await Promise.resolve();
    expect(seen.became).toBe("pending");
    w.at(due);
    await ended;
    expect(seen.became).toBe("over");
    expect(asked()).toBe(-1);
  });

  test("ends by cancel, and leaves no timer behind", async () => {
    const w = world();
    const source = new CancelSource();
    const { seen, ended, asked } = pausing(w, source.token);
    source.cancel(new Error("no more"));
    await ended;
    expect(seen.became).toBe("no more");
    expect(asked()).toBe(-1);
  });

  test("that is cancelled already asks for no wake-up at all", async () => {
    const w = world();
    const source = new CancelSource();
    source.cancel(new Error("no more"));
    const { seen, ended } = pausing(w, source.token);
    await ended;
    expect(seen.became).toBe("no more");
    expect(w.wakes).toEqual([]);
  });
});

test("the failure of a task, at once or later, is reported", async () => {
  const w = world();
  w.scheduler.run("at once", () => {
    throw new Error("one");
  });
  w.scheduler.run("later", async () => {
    await Promise.resolve();
    throw new Error("two");
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(w.failures).toEqual(["at once: one", "later: two"]);
});

test("a wait that makes no sense is refused", () => {
  const { scheduler } = world();
  for (const ms of [-1, Number.NaN, Number.POSITIVE_INFINITY, 1e12])
    expect(() => scheduler.after(ms, "work", () => {})).toThrow("should be true");
});
