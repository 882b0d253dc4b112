import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** The card has several applications, or one that the cardholder has to agree to. */
export function application({ names, selected, again }: ScreenStates["application"], words: Words): Screen {
  return {
    id: "application",
    title: words.say("application.title"),
    rows: [
      ...(again ? [{ row: "text", text: words.say("application.again"), tone: "bad" } as const] : []),
      ...names.map((text, at) => ({ row: "choice", key: String(at + 1), text, selected: at === selected }) as const),
    ],
    hints: [
      { key: "cancel", text: words.say("hint.cancel") },
      { key: "enter", text: words.say("hint.select") },
    ],
  };
}
