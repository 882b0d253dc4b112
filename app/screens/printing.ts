import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Row, Screen } from "./tree.ts";

/** Paper is coming out. */
export function printing({ copy, again }: ScreenStates["printing"], words: Words): Screen {
  const reprint: Row[] = again
    ? [{ row: "text", text: words.say("printing.again"), size: "small", align: "center", tone: "muted" }]
    : [];
  return {
    id: "printing",
    title: words.say("printing.title"),
    rows: [{ row: "icon", icon: "paper" }, { row: "text", text: words.say(`printing.${copy}`), align: "center" }, ...reprint],
    hints: [],
  };
}
