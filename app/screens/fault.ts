import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** The terminal cannot work: what, why, and what to do. */
export function fault({ what, why, todo, restore }: ScreenStates["fault"], words: Words): Screen {
  return {
    id: "fault",
    title: words.say("fault.title"),
    rows: [
      { row: "text", text: what, size: "large" },
      { row: "text", text: why, size: "small", tone: "muted" },
      { row: "gap" },
      { row: "text", text: words.say("fault.todo"), size: "small", tone: "muted" },
      { row: "text", text: todo },
    ],
    hints: restore ? [{ key: "menu", text: words.say("hint.restore") }] : [],
    tone: "bad",
  };
}
