import { grouped } from "../model/card.ts";
import type { Words } from "../text/words.ts";
import { fieldHints, problemOr } from "./parts.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** Which earlier transaction: the reference number on its slip. */
export function reference({ digits, problem }: ScreenStates["reference"], words: Words): Screen {
  return {
    id: "reference",
    title: words.say("reference.title"),
    rows: [
      { row: "field", label: words.say("reference.label"), value: grouped(digits), placeholder: "0000 0000 0000" },
      problemOr(problem, words.say("reference.ask")),
    ],
    hints: fieldHints(words, "hint.confirm", digits !== ""),
  };
}
