import type { Prompt, Words } from "../text/words.ts";
import { readers } from "./parts.ts";
import type { ScreenStates } from "./states.ts";
import type { Row, Screen } from "./tree.ts";

/** Whose terminal, what time, and the invitation to pay. */
export function idle(state: ScreenStates["idle"], words: Words): Screen {
  const { merchant, time, contact, contactless } = state;
  return {
    id: "idle",
    title: merchant,
    rows: [
      { row: "text", text: time, size: "huge", align: "center" },
      under(state, words),
      { row: "icons", items: readers(words, contact, contactless) },
    ],
    hints: [
      { key: "digits", text: words.say("hint.sale") },
      { key: "menu", text: words.say("hint.menu") },
    ],
  };
}

/** The day; but that no money moves, or that the batch has no room, matters more. */
function under({ date, training, batch }: ScreenStates["idle"], words: Words): Row {
  const warn = training ? "idle.training" : batch && (`idle.${batch}` as const);
  const text = warn === undefined ? spoken(date, words) : words.say(warn);
  return { row: "text", text, size: "small", align: "center", tone: warn === undefined ? "muted" : "warn" };
}

/** "2026-11-21" as a person says it, with the day of the week; anything else stays. */
function spoken(date: string, words: Words): string {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(date);
  if (match === null) return date;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (month < 1 || month > 12) return date;
  const weekday = `weekday.${weekdayOf(year, month, day)}` as Prompt;
  return words.say("idle.date", { year, month: words.say(`month.${month}` as Prompt), day, weekday: words.say(weekday) });
}

/** 0 is Sunday. Sakamoto's method; a date needs no clock. */
function weekdayOf(year: number, month: number, day: number): number {
  const shift = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4][month - 1] ?? 0;
  const y = month < 3 ? year - 1 : year;
  return (y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + shift + day) % 7;
}
