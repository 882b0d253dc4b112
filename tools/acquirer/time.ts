/** Local time of the host as its messages write it. */
export interface LocalTime {
  /** MMDD. */
  date: string;
  /** hhmmss. */
  time: string;
  /** YYMM. */
  month: string;
  /** YYYYMMDD. */
  day: string;
  /** With offset: 2026-07-01T09:30:00+08:00. */
  iso: string;
}

export function localTime(wallMs: number, offsetMinutes: number): LocalTime {
  const text = new Date(wallMs + offsetMinutes * 60_000).toISOString();
  const two = (n: number): string => String(Math.trunc(n)).padStart(2, "0");
  const offset = Math.abs(offsetMinutes);
  return {
    date: text.slice(5, 7) + text.slice(8, 10),
    time: text.slice(11, 13) + text.slice(14, 16) + text.slice(17, 19),
    month: text.slice(2, 4) + text.slice(5, 7),
    day: dayOf(text),
    iso: `${text.slice(0, 19)}${offsetMinutes < 0 ? "-" : "+"}${two(offset / 60)}:${two(offset % 60)}`,
  };
}

/** YYYYMMDD of an ISO time as it is written. */
export const dayOf = (iso: string): string => iso.slice(0, 10).replaceAll("-", "");

/** MMDD of an ISO time as it is written. */
export const dateOf = (iso: string): string => dayOf(iso).slice(4);

/** hhmmss of an ISO time as it is written. */
export const timeOf = (iso: string): string => iso.slice(11, 19).replaceAll(":", "");

/** Whole days from one day to another, both as an ISO time writes them. */
export const daysBetween = (earlier: string, later: string): number =>
  (Date.parse(later.slice(0, 10)) - Date.parse(earlier.slice(0, 10))) / 86_400_000;
