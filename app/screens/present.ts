import type { Words } from "../text/words.ts";
import { problemRow, readers } from "./parts.ts";
import type { ScreenStates } from "./states.ts";
import type { Row, Screen } from "./tree.ts";

/** The transaction was chosen first; now the card. */
export function present(
  { transaction, amountFen, problem, contact, contactless, keyed, tapNow = false }: ScreenStates["present"],
  words: Words,
): Screen {
  const amount: Row[] = amountFen === undefined ? [] : [{ row: "amount", amountFen, label: words.say("amount.label") }];
  return {
    id: "present",
    title: words.say(transaction),
    rows: [
      ...amount,
      { row: "icons", items: readers(words, contact, contactless) },
      ...(tapNow && contactless && problem === undefined ? [tapNowRow(words)] : []),
      ...problemRow(problem, "center"),
    ],
    hints: [
      { key: "cancel", text: words.say("hint.cancel") },
      ...(keyed ? [{ key: "enter" as const, text: words.say("hint.key-in") }] : []),
    ],
  };
}

const tapNowRow = (words: Words): Row => ({ row: "text", text: words.say("present.tap-now"), align: "center" });
