/** A day of the last year as MMDD, today when nothing is typed. */
import { latestDate } from "../model/dates.ts";
import type { Prompt } from "../text/words.ts";
import { askDigits } from "./ask.ts";
import { now, type Terminal } from "./terminal.ts";

/** YYYYMMDD. `check`: words for what is wrong with a day. Leaves on Cancel and time-out. */
export async function askDay(
  t: Terminal,
  title: Prompt,
  ask: Prompt,
  check?: (day: string) => string | undefined,
): Promise<string> {
  const today = now(t).date;
  let problem: string | undefined;
  let initial = today.slice(4);
  for (;;) {
    const digits = await askDigits(t, { min: 4, max: 4, initial }, (typed) =>
      t.ui.show("date", { digits: typed, title, ask, problem }),
    );
    const day = latestDate(digits, today);
    problem = day === undefined ? t.ui.say("problem.date-wrong") : check?.(day);
    if (day !== undefined && problem === undefined) return day;
    initial = "";
    t.ui.bad();
  }
}
