/**
 * The terminal's calendar when its clock has stopped: a battery that died puts it back to 1970 or 2000. The host tells day and time (DE12, DE13)
 * and never the year, so the year has to come from what this terminal itself remembers.
 */
import { type LocalTime, localTime, utcMs } from "../model/time.ts";
import { type Terminal, wallMs } from "./terminal.ts";

/** No terminal was at work before: such a clock has stopped. */
const EARLIEST_MS = utcMs({ date: "20240101", time: "000000" }, 0);
const HALF_A_YEAR_MS = 183 * 86_400_000;

/**
 * Terminal time minus the system's clock. One that has stopped is taken to stand where the newest record was written; once it goes right again, what
 * made up for it is dropped.
 */
export function soundOffset(clock: { wallMs: number; offsetMs: number; newestMs: number }): number {
  const { offsetMs, newestMs } = clock;
  if (clock.wallMs >= EARLIEST_MS) return Math.abs(offsetMs) > HALF_A_YEAR_MS ? 0 : offsetMs;
  return Math.max(offsetMs, newestMs - clock.wallMs);
}

/** UTC ms of the newest thing that is on record here. */
function newestMs({ journal, profile }: Terminal): number {
  const newest = journal.last() ?? journal.lastSettlement()?.closedBy;
  return newest === undefined ? EARLIEST_MS : Math.max(EARLIEST_MS, utcMs(newest, profile.utcOffsetMinutes));
}

/** Brings the calendar back to where it can be, until the host tells better. Nothing when the clock goes. */
export function mendClock(t: Terminal): void {
  const { settings, system } = t;
  const clockOffsetMs = soundOffset({ wallMs: system.wallMs(), offsetMs: settings.clockOffsetMs, newestMs: newestMs(t) });
  if (clockOffsetMs === settings.clockOffsetMs) return;
  const before = wallMs(t);
  settings.save({ clockOffsetMs });
  system.log.warn(`the clock was wrong by ${Math.round((wallMs(t) - before) / 1000)} s; it stands at a guess until a sign-on`);
}

/** What the host says the time is. */
export function setClock(t: Terminal, told: (own: LocalTime) => LocalTime): void {
  mendClock(t);
  const { utcOffsetMinutes } = t.profile;
  const local = told(localTime(wallMs(t), utcOffsetMinutes));
  t.settings.save({ clockOffsetMs: utcMs(local, utcOffsetMinutes) - t.system.wallMs() });
}
