import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** What a terminal fetches from the centre, entry by entry. */
export function downloading({ title, done, of }: ScreenStates["downloading"], words: Words): Screen {
  return {
    id: "downloading",
    title: words.say(title),
    rows: [
      { row: "text", text: words.say("downloading.wait"), align: "center" },
      ...(of === 0 ? [] : [{ row: "text", text: `${done} / ${of}`, size: "large", align: "center" } as const]),
    ],
    hints: [],
  };
}
