import type { Words } from "../text/words.ts";
import { fieldHints, problemOr } from "./parts.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** The last four digits of a card, to find its transactions by (M19). */
export function cardTail({ digits, problem }: ScreenStates["card-tail"], words: Words): Screen {
  return {
    id: "trace",
    title: words.say("query.tail"),
    rows: [
      { row: "field", label: words.say("query.tail-label"), value: digits, placeholder: "0000" },
      problemOr(problem, words.say("query.tail-ask")),
    ],
    hints: fieldHints(words, "hint.confirm", digits !== ""),
  };
}
