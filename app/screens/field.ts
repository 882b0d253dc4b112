import type { Words } from "../text/words.ts";
import { fieldHints, problemOr } from "./parts.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** Anything else that is typed: what it is stands in the title and the label. A secret comes as stars. */
export function field({ title, label, value, placeholder, ask, problem }: ScreenStates["field"], words: Words): Screen {
  return {
    id: "field",
    title,
    rows: [{ row: "field", label, value, placeholder }, problemOr(problem, ask)],
    hints: fieldHints(words, "hint.confirm", value !== ""),
  };
}
