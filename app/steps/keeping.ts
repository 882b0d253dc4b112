/**
 * What the terminal does by itself, once a day at a set time, when nobody uses it: settle (§7.4), and start anew so that its memory does (R12). It
 * is said before, and can be put off.
 */
import { decodeUtf8, encodeUtf8 } from "../../platform/guest/bytes.ts";
import type { System } from "../../platform/guest/system.ts";
import { daysBetween, localStamp } from "../model/dates.ts";
import type { LocalTime } from "../model/time.ts";
import { note } from "./audit.ts";
import { rule } from "./rules.ts";
import { runSettlement } from "./settle.ts";
import { dwellFor } from "./tell.ts";
import { now, type Terminal } from "./terminal.ts";

export const CHORES = ["settle", "restart"] as const;
export type Chore = (typeof CHORES)[number];

/** Later than this after its time, a chore waits for the next day: a terminal switched on in the morning does not settle at once. */
const WINDOW_MINUTES = 120;
const PUT_OFF_MS = 10 * 60_000;
const WARNING_MS = 30_000;
const DAY_MINUTES = 24 * 60;
const KEY = "keeping";

export interface Keeping {
  /** The day (YYYYMMDD) on which each was done last. */
  done: Partial<Record<Chore, string>>;
  /** Monotonic ms until which each is put off. */
  readonly putOffUntilMs: Partial<Record<Chore, number>>;
}

export function openKeeping(system: System): Keeping {
  const stored = system.store.get(KEY);
  return { done: stored === undefined ? {} : (JSON.parse(decodeUtf8(stored)) as Keeping["done"]), putOffUntilMs: {} };
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(2, 4));

/**
 * The day whose `at` (hhmm; "": never) has come and is not done. A clock that was set back does not bring a day again, since days are told apart by
 * name and not by which is later; one that was set forward and back again is only ever a day out of step.
 */
export function dueDay({ date, time }: LocalTime, at: string, done: string | undefined): string | undefined {
  if (at === "") return undefined;
  const since = (minutesOf(time) - minutesOf(at) + DAY_MINUTES) % DAY_MINUTES;
  if (since >= WINDOW_MINUTES) return undefined;
  const day = minutesOf(time) >= minutesOf(at) ? date : dayBefore(date);
  return day === done ? undefined : day;
}

function dayBefore(date: string): string {
  const days = daysBetween("19700101", date) - 1;
  return localStamp(days * DAY_MINUTES * 60_000, 0).date;
}

function timeOf(t: Terminal, chore: Chore): string {
  return chore === "settle" ? String(t.parameters.value("settle.time") ?? "") : rule(t, "restartAt");
}

/** What is to be done now; nothing while somebody practises, and no settlement where nothing can be sent. */
export function choreDue(t: Terminal): { chore: Chore; day: string } | undefined {
  if (t.training !== undefined || t.damage.length > 0) return undefined;
  for (const chore of CHORES) {
    if (chore === "settle" && (!t.keyed || t.signedOffByHand)) continue;
    if (t.system.scheduler.now() < (t.keeping.putOffUntilMs[chore] ?? 0)) continue;
    const day = dueDay(now(t), timeOf(t, chore), t.keeping.done[chore]);
    if (day !== undefined) return { chore, day };
  }
  return undefined;
}

export async function doChore(t: Terminal, { chore, day }: { chore: Chore; day: string }): Promise<void> {
  // Whatever comes of it, it does not come again at once.
  t.keeping.putOffUntilMs[chore] = t.system.scheduler.now() + PUT_OFF_MS;
  if (chore === "settle" && nothingToSettle(t)) return markDone(t, chore, day);
  if (!(await agreed(t, chore))) return;
  if (chore === "settle") {
    if (await runSettlement(t)) markDone(t, chore, day);
    return;
  }
  // Before the restart, which would come again otherwise.
  markDone(t, chore, day);
  note(t, "start", "ok", "daily");
  t.system.power("restart");
}

const nothingToSettle = ({ journal }: Terminal): boolean =>
  journal.count === 0 && journal.settlement === undefined && journal.owed === undefined;

/** Nobody has to be there; who is can put it off. */
async function agreed(t: Terminal, chore: Chore): Promise<boolean> {
  t.ui.show("notice", {
    title: t.ui.say(`keeping.${chore}-title`),
    rows: [{ value: t.ui.say(`keeping.${chore}`, { seconds: WARNING_MS / 1_000 }) }, { value: t.ui.say("keeping.put-off") }],
    tone: "warn",
  });
  t.ui.attention();
  return (await dwellFor(t, WARNING_MS, ["enter", "cancel"])) !== "cancel";
}

function markDone(t: Terminal, chore: Chore, day: string): void {
  const done = { ...t.keeping.done, [chore]: day };
  t.system.store.commit([{ put: KEY, value: encodeUtf8(JSON.stringify(done)) }]);
  t.keeping.done = done;
}

/** Locks the terminal when nobody has touched it for as long as configured (R15). */
export function lockIfDeserted(t: Terminal): boolean {
  const minutes = rule(t, "lockAfterMinutes");
  if (minutes === 0 || t.operator === undefined || t.locked) return false;
  if (t.system.scheduler.now() - t.ui.lastInputMs < minutes * 60_000) return false;
  t.locked = true;
  t.system.log.info(`locked: nobody at the keys since ${minutes} min`);
  return true;
}
