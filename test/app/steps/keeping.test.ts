/** When a daily chore is due: once a day, by the name of the day, whatever the clock does. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dueDay } from "../../../app/steps/keeping.ts";

const at = (date: string, time: string) => ({ date, time: `${time}00` });

describe("dueDay", () => {
  test.each([
    ["before its time", at("20261121", "2259"), "2300", undefined, undefined],
    ["at its time", at("20261121", "2300"), "2300", undefined, "20261121"],
    ["done already", at("20261121", "2305"), "2300", "20261121", undefined],
    ["yesterday's is no hindrance", at("20261121", "2305"), "2300", "20261120", "20261121"],
    ["after midnight it is still yesterday's", at("20261122", "0030"), "2300", undefined, "20261121"],
    ["and is done", at("20261122", "0030"), "2300", "20261121", undefined],
    ["over new year", at("20270101", "0010"), "2350", undefined, "20261231"],
    ["over the end of February", at("20280301", "0010"), "2350", undefined, "20280229"],
    ["too late: tomorrow", at("20261121", "1100"), "0800", undefined, undefined],
    ["never", at("20261121", "1100"), "", undefined, undefined],
    ["the clock was a year ahead, and is right again", at("20261121", "2300"), "2300", "20271121", "20261121"],
    ["the clock went an hour back", at("20261121", "2201"), "2300", "20261121", undefined],
  ])("%s", (_name, now, time, done, expected) => expect(dueDay(now, time, done)).toBe(expected));

  test("minute after minute of three days: once each day, within the window", () => {
    const minute = fc.integer({ min: 0, max: 1_439 });
    fc.assert(
      fc.property(minute, fc.integer({ min: 0, max: 119 }), (when, late) => {
        const hhmm = (minutes: number) =>
          `${String(Math.floor(minutes / 60)).padStart(2, "0")}${String(minutes % 60).padStart(2, "0")}`;
        let done: string | undefined;
        const days: string[] = [];
        for (let n = 0; n < 3 * 1_440; n++) {
          const day = dueDay(at(`202611${20 + Math.floor(n / 1_440)}`, hhmm(n % 1_440)), hhmm(when), done);
          // Somebody is busy for a while.
          if (day === undefined || (n - when + 1_440) % 1_440 < late) continue;
          done = day;
          days.push(day);
        }
        expect(new Set(days).size).toBe(days.length);
        expect(days.length).toBeGreaterThanOrEqual(2);
      }),
      { numRuns: 20 },
    );
  });
});
