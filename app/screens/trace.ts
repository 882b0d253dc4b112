import type { Words } from "../text/words.ts";
import { fieldHints, problemOr } from "./parts.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** Which earlier transaction: the trace number on its slip. */
export function trace({ digits, problem }: ScreenStates["trace"], words: Words): Screen {
  return {
    id: "trace",
    title: words.say("trace.title"),
    rows: [
      { row: "field", label: words.say("trace.label"), value: digits, placeholder: "000000" },
      problemOr(problem, words.say("trace.ask")),
    ],
    hints: fieldHints(words, "hint.confirm", digits !== ""),
  };
}
