import type { Words } from "../text/words.ts";
import { fieldHints, problemOr, stars } from "./parts.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** The supervisor's password before a step that needs it (M11, M12). */
export function supervisor({ count, problem }: ScreenStates["supervisor"], words: Words): Screen {
  return {
    id: "supervisor",
    title: words.say("supervisor.title"),
    rows: [
      { row: "field", label: words.say("supervisor.label"), value: stars(count) },
      problemOr(problem, words.say("supervisor.ask")),
    ],
    hints: fieldHints(words, "hint.confirm", count > 0),
  };
}
