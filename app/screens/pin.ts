import { grouped } from "../model/card.ts";
import type { Words } from "../text/words.ts";
import { stars } from "./parts.ts";
import type { ScreenStates } from "./states.ts";
import type { Row, Screen } from "./tree.ts";

/** The PIN pad is asking; here only how many digits it has taken. */
export function pin({ amountFen, digits, masked, note, must = false }: ScreenStates["pin"], words: Words): Screen {
  const amount: Row[] = amountFen === undefined ? [] : [{ row: "amount", amountFen, label: words.say("pin.amount") }];
  return {
    id: "pin",
    title: words.say("pin.title"),
    rows: [
      ...amount,
      { row: "field", label: words.say("pin.label"), value: stars(digits) },
      note === undefined
        ? { row: "text", text: words.say(must ? "pin.must" : "pin.none"), size: "small", tone: "muted" }
        : { row: "text", text: note, size: "small" },
      { row: "pair", label: words.say("pin.card"), value: grouped(masked), tone: "muted" },
    ],
    hints: [{ key: "cancel", text: words.say("hint.cancel") }],
  };
}
