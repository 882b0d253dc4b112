import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** The printer needs a hand; the transaction stands (M22). */
export function printer({ problem }: ScreenStates["printer"], words: Words): Screen {
  return {
    id: "printer",
    title: words.say("printer.title"),
    rows: [
      { row: "icon", icon: "paper", tone: "warn" },
      { row: "text", text: words.say(`printer.${problem}`), size: "large", align: "center" },
      { row: "text", text: words.say(`printer.${problem}.todo`), align: "center" },
      { row: "text", text: words.say("printer.stands"), size: "small", align: "center", tone: "muted" },
    ],
    hints: [
      { key: "cancel", text: words.say("hint.later") },
      { key: "enter", text: words.say("hint.print") },
    ],
  };
}
