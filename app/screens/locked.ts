import type { Words } from "../text/words.ts";
import { fieldHints, problemOr, stars } from "./parts.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** Locked until the same operator's password, or the supervisor's, who lets somebody else log in (M2). */
export function locked({ operator, count, problem }: ScreenStates["locked"], words: Words): Screen {
  return {
    id: "locked",
    title: words.say("locked.title"),
    rows: [
      { row: "icon", icon: "lock" },
      { row: "field", label: words.say("locked.label", { operator }), value: stars(count) },
      problemOr(problem, words.say("locked.ask")),
    ],
    hints: [
      ...fieldHints(words, "hint.unlock", count > 0).filter(({ key }) => key !== "cancel"),
      ...(count > 0 ? [] : [{ key: "menu", text: words.say("hint.supervisor") } as const]),
    ],
  };
}
