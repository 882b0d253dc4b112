import type { Words } from "../text/words.ts";
import { fieldHints, problemOr } from "./parts.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** The authorisation code: six digits or letters. */
export function authcode({ code, problem }: ScreenStates["authcode"], words: Words): Screen {
  return {
    id: "authcode",
    title: words.say("authcode.title"),
    rows: [
      { row: "field", label: words.say("authcode.label"), value: code, placeholder: "000000" },
      problemOr(problem, words.say("authcode.ask")),
    ],
    hints: fieldHints(words, "hint.confirm", code !== ""),
  };
}
