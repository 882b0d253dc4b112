import { grouped } from "../model/card.ts";
import type { Words } from "../text/words.ts";
import { month, problemRow } from "./parts.ts";
import type { ScreenStates } from "./states.ts";
import type { Row, Screen } from "./tree.ts";

/** The card as read, to compare with the one in hand, and what to do with it (M5). */
export function card({ masked, expiry, selected, rows, problem }: ScreenStates["card"], words: Words): Screen {
  const until: Row[] =
    expiry === undefined ? [] : [{ row: "pair", label: words.say("card.expiry"), value: month(expiry), tone: "muted" }];
  const check: Row[] =
    problem === undefined ? [{ row: "text", text: words.say("card.check"), size: "small", tone: "muted" }] : problemRow(problem);
  return {
    id: "card",
    title: words.say("card.title"),
    rows: [
      { row: "text", text: grouped(masked), size: "large" },
      ...until,
      ...check,
      ...rows.map(({ key, text }, at): Row => ({ row: "choice", key, text: words.say(text), selected: at === selected })),
    ],
    hints: [
      { key: "cancel", text: words.say("hint.cancel") },
      { key: "enter", text: words.say("hint.select") },
    ],
  };
}
