/** Local dates as text, YYYYMMDD and hhmmss; no clock in here. */

const DAY_MS = 86_400_000;

/** Wall clock ms (UTC since 1970) at an offset → local date and time. */
export function localStamp(wallMs: number, utcOffsetMinutes: number): { date: string; time: string } {
  const local = Math.floor(wallMs) + utcOffsetMinutes * 60_000;
  const days = Math.floor(local / DAY_MS);
  const seconds = Math.floor((local - days * DAY_MS) / 1000);
  const time = two(Math.floor(seconds / 3600)) + two(Math.floor(seconds / 60) % 60) + two(seconds % 60);
  return { date: dateOfDay(days), time };
}

/**
 * MMDD of an answer → YYYYMMDD in the year that brings it nearest to `today` (YYYYMMDD), so that an answer of 31 December read on 1 January is
 * last year's. Undefined when there is no such day in any year near.
 */
export function nearestDate(monthDay: string, today: string): string | undefined {
  if (!/^\d{4}$/.test(monthDay)) return undefined;
  const year = Number(today.slice(0, 4));
  const here = dayNumber(year, Number(today.slice(4, 6)), Number(today.slice(6, 8)));
  let best: number | undefined;
  for (const candidate of [year - 1, year, year + 1]) {
    const day = dayNumber(candidate, Number(monthDay.slice(0, 2)), Number(monthDay.slice(2)));
    if (dateOfDay(day) !== `${candidate}${monthDay}`) continue;
    if (best === undefined || Math.abs(day - here) < Math.abs(best - here)) best = day;
  }
  return best === undefined ? undefined : dateOfDay(best);
}

/** MMDD → the latest YYYYMMDD that is not after `today`; undefined when there is no such day this year or last. */
export function latestDate(monthDay: string, today: string): string | undefined {
  const year = Number(today.slice(0, 4));
  // 29 February may be up to eight years ago; a slip that old is no use to anybody.
  for (const candidate of [year, year - 1]) {
    const date = `${candidate}${monthDay}`;
    if (isDate(date) && date <= today) return date;
  }
  return undefined;
}

/** YYYYMMDD that a calendar has. */
export function isDate(text: string): boolean {
  if (!/^\d{8}$/.test(text)) return false;
  return dateOfDay(dayNumber(Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6)))) === text;
}

/** "20261121", "090503" → "2026/11/21 09:05:03". */
export function readableStamp(date: string, time: string): string {
  return `${date.slice(0, 4)}/${date.slice(4, 6)}/${date.slice(6)} ${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}`;
}

/** Days from one YYYYMMDD to another; negative when the second is earlier. */
export function daysBetween(from: string, to: string): number {
  return dayOf(to) - dayOf(from);
}

/** YYYYMMDD after YYYYMMDD. */
export const dayAfter = (date: string): string => dateOfDay(dayOf(date) + 1);

const dayOf = (date: string): number => dayNumber(Number(date.slice(0, 4)), Number(date.slice(4, 6)), Number(date.slice(6)));

/** hhmmss that a clock can show. */
export function isTime(text: string): boolean {
  return /^([01]\d|2[0-3])[0-5]\d[0-5]\d$/.test(text);
}

/** Days since 1970-01-01 of a date in the Gregorian calendar; years are counted from 1 March so that the leap day comes last. */
export function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}

function dateOfDay(days: number): string {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const m = Math.floor((5 * dayOfYear + 2) / 153);
  const month = m < 10 ? m + 3 : m - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, "0")}${two(month)}${two(dayOfYear - Math.floor((153 * m + 2) / 5) + 1)}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
