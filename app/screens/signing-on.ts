import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** Sign-on under way (M3). */
export function signingOn({ phase, secondsLeft, of }: ScreenStates["signing-on"], words: Words): Screen {
  return {
    id: "signing-on",
    title: words.say("signing-on.title"),
    rows: [
      { row: "countdown", seconds: secondsLeft, of },
      { row: "text", text: words.say(`phase.${phase}`), align: "center" },
    ],
    hints: [],
  };
}
