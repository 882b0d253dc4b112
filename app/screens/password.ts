import type { Words } from "../text/words.ts";
import { fieldHints, problemOr, stars } from "./parts.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** The operator's password, as stars (M2). */
export function password({ operator, count, problem }: ScreenStates["password"], words: Words): Screen {
  return {
    id: "password",
    title: words.say("password.title"),
    rows: [
      { row: "field", label: words.say("password.label", { operator }), value: stars(count) },
      problemOr(problem, words.say("password.ask")),
    ],
    hints: fieldHints(words, "hint.log-in", count > 0),
  };
}
