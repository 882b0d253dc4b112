import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Hint, Row, Screen } from "./tree.ts";

/** The transaction that was found, before anything is done about it; or one of a list. */
export function original({ title, amountFen, rows, ask, enter, place }: ScreenStates["original"], words: Words): Screen {
  const question: Row[] = ask === undefined ? [] : [{ row: "text", text: words.say(ask), size: "small", tone: "muted" }];
  const turning: Hint[] =
    place === undefined || place.of < 2
      ? []
      : [
          { key: "up", text: "" },
          { key: "down", text: words.say("hint.page") },
        ];
  return {
    id: "original",
    title: place === undefined ? words.say(title) : `${words.say(title)} ${place.at}/${place.of}`,
    rows: [
      { row: "amount", amountFen, label: words.say("amount.label") },
      ...rows.map(({ label, value }): Row => ({ row: "pair", label: words.say(label), value })),
      ...question,
    ],
    hints: [
      { key: "cancel", text: words.say("hint.back") },
      ...turning,
      { key: "enter", text: words.say(enter ?? "hint.confirm") },
    ],
  };
}
