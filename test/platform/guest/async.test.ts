import fc from "fast-check";
import { expect, test } from "vitest";
import { firstOf, Latch, Mutex, Queue, raceCancel, Signal, TimeoutError, withTimeout } from "../../../platform/guest/async.ts";
import { CancelSource, Cancelled, never } from "../../../platform/guest/cancel.ts";
import type { Cancel } from "../../../platform/guest/system.ts";
import { createFakeSystem } from "../../fakes/system.ts";

const forever = (): Promise<never> => new Promise(() => {});
const jobs = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("cancel: the child of what is cancelled already is born cancelled", () => {
  const parent = new CancelSource();
  parent.cancel("over");
  const { token } = new CancelSource(parent.token);
  expect([token.cancelled, token.reason]).toEqual([true, "over"]);
});

test("cancel: the first reason stands, callbacks once, children follow, parents do not", () => {
  const parent = new CancelSource();
  const child = parent.child();
  const other = parent.child();
  const seen: unknown[] = [];
  child.token.onCancel((reason) => seen.push(reason));
  const leave = parent.token.onCancel(() => seen.push("left"));
  leave();
  child.cancel("child");
  expect(parent.token.cancelled).toBe(false);
  parent.cancel("parent");
  parent.cancel("again");
  expect(seen).toEqual(["child"]);
  expect([parent.token.reason, child.token.reason, other.token.reason]).toEqual(["parent", "child", "parent"]);
  expect(() => other.token.throwIfCancelled()).toThrow("parent");
  child.token.onCancel((reason) => seen.push(`late ${reason}`));
  expect(seen.at(-1)).toBe("late child");
});

test("cancel: a callback that fails does not keep the others from being called", () => {
  const source = new CancelSource();
  let called = 0;
  source.token.onCancel(() => {
    called++;
    throw new Error("bad callback");
  });
  source.token.onCancel(() => called++);
  expect(() => source.cancel()).toThrow("bad callback");
  expect(called).toBe(2);
  expect(source.token.reason).toBeInstanceOf(Cancelled);
});

test("cancel: a disposed source hears nothing of its parent; never is never", () => {
  const parent = new CancelSource();
  const child = parent.child();
  child.dispose();
  parent.cancel();
  expect(child.token.cancelled).toBe(false);
  never.throwIfCancelled();
  never.onCancel(() => expect.unreachable())();
});

test("raceCancel gives the promise's outcome or the reason, whichever is first", async () => {
  expect(await raceCancel(Promise.resolve(1))).toBe(1);
  const source = new CancelSource();
  const waiting = raceCancel(forever(), source.token);
  source.cancel("stop");
  await expect(waiting).rejects.toBe("stop");
  await expect(raceCancel(Promise.reject(new Error("later failure")), source.token)).rejects.toBe("stop");
});

test("withTimeout cancels its task with TimeoutError, and answers even when the task does not listen", async () => {
  const system = createFakeSystem();
  let inside: Cancel = never;
  const slow = withTimeout(system.scheduler, 500, "work", (cancel) => {
    inside = cancel;
    return forever();
  });
  const outcome = expect(slow).rejects.toEqual(new TimeoutError(500));
  await system.advance(500);
  await outcome;
  expect(inside.reason).toBeInstanceOf(TimeoutError);
  expect(await withTimeout(system.scheduler, 500, "work", async () => 7)).toBe(7);
  expect(system.wake, "no timer is left behind").toBeUndefined();
});

test("firstOf gives the first with its name and cancels the others", async () => {
  const keys = new Queue<string>();
  const cards = new Queue<number>();
  const both = (cancel?: Cancel) => firstOf({ key: (c) => keys.next(c), card: (c) => cards.next(c) }, cancel);
  const first = both();
  cards.push(5);
  expect(await first).toEqual({ name: "card", value: 5 });
  keys.push("enter");
  expect(keys.length, "the loser takes nothing any more").toBe(1);
  expect(await both()).toEqual({ name: "key", value: "enter" });
  const source = new CancelSource();
  const third = both(source.token);
  source.cancel("stop");
  await expect(third).rejects.toBe("stop");
  await expect(firstOf({ bad: () => Promise.reject(new Error("broke")), slow: forever })).rejects.toThrow("broke");
});

test("a queue hands out everything once, in order, whoever comes first", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom("push", "next", "take"), { maxLength: 40 }), async (steps) => {
      const queue = new Queue<number>();
      const got: Promise<number>[] = [];
      let pushed = 0;
      for (const step of steps) {
        if (step === "push") queue.push(pushed++);
        else if (step === "next") got.push(queue.next());
        else if (queue.length > 0) got.push(Promise.resolve(queue.take() as number));
      }
      while (pushed < got.length) queue.push(pushed++);
      const numbers = await Promise.all(got);
      expect(numbers).toEqual(numbers.map((_, i) => i));
    }),
  );
});

test("a queue has a limit, can be closed, and lets a cancelled waiter go", async () => {
  const queue = new Queue<number>(2);
  for (const n of [1, 2, 3]) queue.push(n);
  expect([queue.take(), queue.take(), queue.take(), queue.dropped]).toEqual([2, 3, undefined, 1]);
  const source = new CancelSource();
  const gone = queue.next(source.token);
  const stays = queue.next();
  source.cancel("left");
  await expect(gone).rejects.toBe("left");
  queue.push(9);
  expect(await stays).toBe(9);
  queue.push(10);
  queue.close(new Error("closed"));
  queue.push(11);
  expect(await queue.next()).toBe(10);
  await expect(queue.next()).rejects.toThrow("closed");
});

test("a signal reaches those who wait now; a latch everybody", async () => {
  const signal = new Signal<string>();
  signal.fire("missed");
  const waiting = signal.wait();
  expect(signal.waiting).toBe(1);
  signal.fire("heard");
  expect(await waiting).toBe("heard");
  const latch = new Latch<number>();
  const early = latch.wait();
  latch.set(1);
  latch.set(2);
  expect([await early, await latch.wait(), latch.isSet]).toEqual([1, 1, true]);
});

test("a mutex lets one in at a time, in order, also after failures and cancels", async () => {
  const mutex = new Mutex();
  const seen: string[] = [];
  const task =
    (name: string, fails = false) =>
    async () => {
      seen.push(`+${name}`);
      await jobs();
      seen.push(`-${name}`);
      if (fails) throw new Error(name);
    };
  const source = new CancelSource();
  const a = mutex.run(task("a", true));
  const b = expect(mutex.run(task("b"), source.token)).rejects.toBe("b left");
  const c = mutex.run(task("c"));
  source.cancel("b left");
  await expect(a).rejects.toThrow("a");
  await b;
  await c;
  expect(seen).toEqual(["+a", "-a", "+c", "-c"]);
  expect(mutex.held).toBe(false);
});
