import type { Words } from "../text/words.ts";
import { fieldHints, problemOr } from "./parts.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** The operator's two digits (M2). */
export function login({ digits, problem }: ScreenStates["login"], words: Words): Screen {
  return {
    id: "login",
    title: words.say("login.title"),
    rows: [
      { row: "field", label: words.say("login.label"), value: digits, placeholder: "01" },
      problemOr(problem, words.say("login.ask")),
    ],
    hints: fieldHints(words, "hint.confirm", digits !== "").filter((hint) => hint.key !== "cancel"),
  };
}
