import type { Words } from "../text/words.ts";
import { fieldHints, problemOr } from "./parts.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** The day of the earlier transaction, or of a statement. */
export function date({ digits, title, ask, problem }: ScreenStates["date"], words: Words): Screen {
  return {
    id: "date",
    title: words.say(title ?? "date.title"),
    rows: [
      { row: "field", label: words.say("date.label"), value: digits, placeholder: "MMDD" },
      problemOr(problem, words.say(ask ?? "date.ask")),
    ],
    hints: fieldHints(words, "hint.confirm", digits !== ""),
  };
}
