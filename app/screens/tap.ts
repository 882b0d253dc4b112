import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** A card that takes long in the field is held still; one that has been read may go. */
export function tap({ transaction, amountFen, read }: ScreenStates["tap"], words: Words): Screen {
  return {
    id: "online",
    title: words.say(transaction),
    rows: [
      ...(amountFen === undefined ? [] : [{ row: "amount", amountFen, label: words.say("amount.label") } as const]),
      { row: "icons", items: [{ icon: "tap", text: words.say(read ? "tap.read" : "tap.reading") }] },
      { row: "text", text: words.say(read ? "tap.take-away" : "tap.hold"), align: "center", size: "small", tone: "muted" },
    ],
    hints: [],
  };
}
