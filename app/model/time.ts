/** Terminal time as moments and as text. Calendar arithmetic is in ./dates.ts. */
import { dayNumber, localStamp } from "./dates.ts";

export interface LocalTime {
  /** YYYYMMDD. */
  date: string;
  /** hhmmss. */
  time: string;
}

/** Local date and time of a UTC moment. */
export const localTime = (utcMs: number, utcOffsetMinutes: number): LocalTime => localStamp(utcMs, utcOffsetMinutes);

/** UTC ms of a local date and time. */
export function utcMs({ date, time }: LocalTime, utcOffsetMinutes: number): number {
  const days = dayNumber(Number(date.slice(0, 4)), Number(date.slice(4, 6)), Number(date.slice(6, 8)));
  const seconds = Number(time.slice(0, 2)) * 3600 + Number(time.slice(2, 4)) * 60 + Number(time.slice(4, 6));
  return days * 86_400_000 + seconds * 1000 - utcOffsetMinutes * 60_000;
}

/** "2026-11-21". */
export const dashed = (date: string): string => `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}`;

/** "09:05:00", or "09:05" without seconds. */
export const clocked = (time: string, seconds = true): string =>
  `${time.slice(0, 2)}:${time.slice(2, 4)}${seconds ? `:${time.slice(4, 6)}` : ""}`;

/** "2026-11-21T09:05:00+08:00". */
export function isoTime(local: LocalTime, utcOffsetMinutes: number): string {
  const offset = Math.abs(utcOffsetMinutes);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${dashed(local.date)}T${clocked(local.time)}${utcOffsetMinutes < 0 ? "-" : "+"}${two(Math.floor(offset / 60))}:${two(offset % 60)}`;
}
