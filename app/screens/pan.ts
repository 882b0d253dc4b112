import { grouped } from "../model/card.ts";
import type { Words } from "../text/words.ts";
import { fieldHints, problemOr } from "./parts.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** A card number typed by hand. Only its newest digit stands there clear (R5). */
export function pan({ shown, problem }: ScreenStates["pan"], words: Words): Screen {
  return {
    id: "pan",
    title: words.say("pan.title"),
    rows: [
      { row: "field", label: words.say("pan.label"), value: grouped(shown), placeholder: "0000 0000 0000 0000" },
      problemOr(problem, words.say("pan.ask")),
    ],
    hints: fieldHints(words, "hint.confirm", shown !== ""),
  };
}
