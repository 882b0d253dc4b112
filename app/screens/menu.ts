import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** Any menu: a digit picks its row, up and down move the bar. */
export function menu({ title, rows, selected, place }: ScreenStates["menu"], words: Words): Screen {
  return {
    id: "menu",
    title: place === undefined ? words.say(title) : `${words.say(title)} ${place.at}/${place.of}`,
    rows: rows.map(({ key, text, words: own, note }, at) => ({
      row: "choice",
      key,
      text: own ?? words.say(text),
      selected: at === selected,
      note,
    })),
    hints: [
      { key: "cancel", text: words.say("hint.back") },
      { key: "up", text: "" },
      { key: "down", text: words.say("hint.choose") },
      { key: "enter", text: words.say("hint.select") },
    ],
  };
}
