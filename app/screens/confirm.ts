import { grouped } from "../model/card.ts";
import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** The last look before the PIN: how much, from which card. */
export function confirm({ transaction, amountFen, masked }: ScreenStates["confirm"], words: Words): Screen {
  return {
    id: "confirm",
    title: words.say("confirm.title", { transaction: words.say(transaction) }),
    rows: [
      { row: "amount", amountFen, label: words.say("confirm.amount") },
      { row: "pair", label: words.say("confirm.card"), value: grouped(masked) },
      { row: "gap" },
      { row: "text", text: words.say("confirm.ask"), size: "small", tone: "muted" },
    ],
    hints: [
      { key: "cancel", text: words.say("hint.cancel") },
      { key: "enter", text: words.say("hint.confirm") },
    ],
  };
}
