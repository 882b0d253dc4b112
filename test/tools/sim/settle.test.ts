/** When a standing clock moves, and when it must not. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { MachineStatus } from "../../../platform/node/machine.ts";
import { SimClock } from "../../../tools/sim/clock.ts";
import { DWELL_MS, Settler } from "../../../tools/sim/settle.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function scene() {
  const clock = new SimClock("free", 0);
  const status: MachineStatus = { running: true, quiet: true, wake: undefined, ports: {} };
  const woken: number[] = [];
  const settler = new Settler({
    clock,
    status: () => status,
    restless: () => undefined,
    wake: () => void woken.push(clock.now()),
  });
  const waitsFor = (patience: "dwell" | "person", atMs: number): void => {
    status.wake = { atMs, patience };
    settler.statusChanged();
    vi.advanceTimersByTime(0);
  };
  return { settler, woken, waitsFor };
}

test("a screen that goes on by itself is let go on when nobody asks for anything", () => {
  const { settler, woken, waitsFor } = scene();
  waitsFor("dwell", 3_000);
  vi.advanceTimersByTime(DWELL_MS);
  expect(woken).toEqual([3_000]);
  settler.close();
});

test("its end is not the end of the next screen: nobody's time runs out because an earlier screen has stood long enough", () => {
  const { settler, woken, waitsFor } = scene();
  waitsFor("dwell", 3_000);
  vi.advanceTimersByTime(DWELL_MS - 1);
  waitsFor("person", 60_000);
  vi.advanceTimersByTime(DWELL_MS * 10);
  expect(woken).toEqual([]);

  waitsFor("dwell", 5_000);
  vi.advanceTimersByTime(DWELL_MS - 1);
  waitsFor("dwell", 8_000);
  vi.advanceTimersByTime(DWELL_MS - 1);
  expect(woken).toEqual([]);
  vi.advanceTimersByTime(DWELL_MS);
  expect(woken).toEqual([8_000]);
  settler.close();
});
