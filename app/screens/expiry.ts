import type { Words } from "../text/words.ts";
import { fieldHints, problemOr } from "./parts.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** Until when a typed card is valid, in the order the card has it. */
export function expiry({ digits, problem }: ScreenStates["expiry"], words: Words): Screen {
  return {
    id: "expiry",
    title: words.say("expiry.title"),
    rows: [
      { row: "field", label: words.say("expiry.label"), value: digits, placeholder: "MMYY" },
      problemOr(problem, words.say("expiry.ask")),
    ],
    hints: fieldHints(words, "hint.confirm", digits !== ""),
  };
}
