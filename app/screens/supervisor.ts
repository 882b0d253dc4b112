import type { Words } from "../text/words.ts";
import { fieldHints, problemOr, stars } from "./parts.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** The password of somebody with more rights, before a step that needs it (M11, M12, M26). */
export function supervisor({ count, problem, role = "supervisor", operator }: ScreenStates["supervisor"], words: Words): Screen {
  const label = operator === undefined ? words.say(`${role}.label`) : words.say("consent.label", { operator });
  return {
    id: "supervisor",
    title: words.say(`${role}.title`),
    rows: [{ row: "field", label, value: stars(count) }, problemOr(problem, words.say(`${role}.ask`))],
    hints: fieldHints(words, "hint.confirm", count > 0),
  };
}
