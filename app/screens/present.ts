import type { Prompt, Words } from "../text/words.ts";
import { readers } from "./parts.ts";
import type { ScreenStates } from "./states.ts";
import type { Row, Screen } from "./tree.ts";

/** The transaction was chosen first; now the card. */
export function present(
  { transaction, amountFen, problem, contact, contactless }: ScreenStates["present"],
  words: Words,
): Screen {
  const amount: Row[] = amountFen === undefined ? [] : [{ row: "amount", amountFen }];
  return {
    id: "present",
    title: words.say(transaction),
    rows: [
      ...amount,
      { row: "icons", items: readers(words, contact, contactless) },
      problem === undefined
        ? { row: "text", text: words.say(invitation(contact, contactless)), align: "center" }
        : { row: "text", text: problem, align: "center", tone: "bad" },
    ],
    hints: [{ key: "cancel", text: words.say("hint.cancel") }],
  };
}

function invitation(contact: boolean, contactless: boolean): Prompt {
  if (contact) return contactless ? "present.any" : "present.swipe-insert";
  return contactless ? "present.swipe-tap" : "present.swipe";
}
