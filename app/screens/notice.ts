import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Row, Screen } from "./tree.ts";

/** Any other message, with one way out. */
export function notice({ title, rows, tone }: ScreenStates["notice"], words: Words): Screen {
  return {
    id: "notice",
    title,
    rows: rows.map(
      ({ label, value }): Row =>
        label === undefined ? { row: "text", text: value, align: "center" } : { row: "pair", label, value },
    ),
    hints: [{ key: "enter", text: words.say("hint.confirm") }],
    tone,
  };
}
