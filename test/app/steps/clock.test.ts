/** The calendar of a terminal whose clock has stopped. */
import { expect, test } from "vitest";
import { soundOffset } from "../../../app/steps/clock.ts";

const at = (text: string): number => Date.parse(text);
const NEWEST = at("2026-01-05T18:00:00Z");
const DAY = 86_400_000;

test.each([
  ["a clock that goes", "2026-01-06T09:00:00Z", -5_000, -5_000],
  ["a step of a year ahead", "2027-01-06T09:00:00Z", 0, 0],
  ["an hour back", "2026-01-05T17:00:00Z", 0, 0],
  ["stopped at 1970", "1970-01-01T00:00:10Z", 0, NEWEST - at("1970-01-01T00:00:10Z")],
  ["stopped at 2000", "2000-01-01T00:00:10Z", 900, NEWEST - at("2000-01-01T00:00:10Z")],
  ["right again: what made up for it is dropped", "2026-01-06T09:00:00Z", 56 * 365 * DAY, 0],
])("%s", (_what, wall, offsetMs, expected) => {
  expect(soundOffset({ wallMs: at(wall), offsetMs, newestMs: NEWEST })).toBe(expected);
});

test("a clock without a battery starts anew each time: never before the newest record, and never back while it runs", () => {
  const wallMs = at("1970-01-01T02:00:00Z");
  const signedOn = NEWEST + DAY - at("1970-01-01T01:00:00Z");
  expect(soundOffset({ wallMs, offsetMs: signedOn, newestMs: NEWEST })).toBe(signedOn);
  expect(soundOffset({ wallMs, offsetMs: 0, newestMs: NEWEST }) + wallMs).toBe(NEWEST);
});
