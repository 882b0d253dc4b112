import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** An owed reversal is being delivered before anything else (M21). */
export function reversing({ amountFen, trace, phase, secondsLeft, of }: ScreenStates["reversing"], words: Words): Screen {
  return {
    id: "reversing",
    title: words.say("reversing.title"),
    rows: [
      { row: "amount", amountFen, label: words.say("amount.label") },
      { row: "countdown", seconds: secondsLeft, of },
      { row: "text", text: words.say(`phase.${phase}`), align: "center" },
      { row: "text", text: words.say("reversing.trace", { trace }), size: "small", align: "center", tone: "muted" },
    ],
    hints: [],
  };
}
