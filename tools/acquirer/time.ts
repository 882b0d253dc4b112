/** Local time of the host as its messages write it. */
export interface LocalTime {
  /** MMDD. */
  date: string;
  /** hhmmss. */
  time: string;
  /** YYMM. */
  month: string;
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
    iso: `${text.slice(0, 19)}${offsetMinutes < 0 ? "-" : "+"}${two(offset / 60)}:${two(offset % 60)}`,
  };
}
