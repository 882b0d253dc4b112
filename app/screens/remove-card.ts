import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** Stands until the card is out. */
export function removeCard({ words: own }: ScreenStates["remove-card"], words: Words): Screen {
  return {
    id: "remove-card",
    title: words.say("remove-card.title"),
    rows: [
      ...(own === undefined ? [] : [{ row: "text", text: own, align: "center" } as const]),
      { row: "icons", items: [{ icon: "insert", text: words.say("remove-card.take") }] },
    ],
    hints: [],
    tone: "warn",
  };
}
