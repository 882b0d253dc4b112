import fc from "fast-check";
import { expect, test } from "vitest";
import { isDate, isTime, latestDate, localStamp, nearestDate, readableStamp } from "../../../app/model/dates.ts";

test("local date and time are the calendar's, for every moment and offset", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), fc.integer({ min: -720, max: 840 }), (wallMs, offset) => {
      const iso = new Date(wallMs + offset * 60_000).toISOString();
      const { date, time } = localStamp(wallMs, offset);
      return `${date}${time}` === iso.slice(0, 19).replace(/[-T:]/g, "");
    }),
    { seed: 20_261_121, numRuns: 500 },
  );
});

test("the year that brings a day nearest", () => {
  expect(nearestDate("1231", "20260101")).toBe("20251231");
  expect(nearestDate("0101", "20251231")).toBe("20260101");
  expect(nearestDate("1121", "20261121")).toBe("20261121");
  expect(nearestDate("0229", "20260301")).toBeUndefined();
  expect(nearestDate("0229", "20270101")).toBe("20280229");
  for (const wrong of ["0000", "1301", "0431", "12", "abcd"]) expect(nearestDate(wrong, "20261121"), wrong).toBeUndefined();
});

test("clock times", () => {
  for (const time of ["000000", "235959"]) expect(isTime(time)).toBe(true);
  for (const time of ["240000", "236000", "235960", "12345"]) expect(isTime(time)).toBe(false);
  expect(readableStamp("20261121", "090503")).toBe("2026/11/21 09:05:03");
});

test("the latest such day that is not to come", () => {
  expect(latestDate("1121", "20261121")).toBe("20261121");
  expect(latestDate("1122", "20261121")).toBe("20251122");
  expect(latestDate("0229", "20250301")).toBe("20240229");
  expect(latestDate("0229", "20270301")).toBeUndefined();
  expect(latestDate("0231", "20261121")).toBeUndefined();
  expect(latestDate("11", "20261121")).toBeUndefined();
});

test("a day is one that a calendar has", () => {
  expect(isDate("20240229")).toBe(true);
  for (const wrong of ["20230229", "20261301", "20260010", "2026112", "2026112a"]) expect(isDate(wrong)).toBe(false);
});
