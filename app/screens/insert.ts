import type { Words } from "../text/words.ts";
import { problemRow } from "./parts.ts";
import type { ScreenStates } from "./states.ts";
import type { Row, Screen } from "./tree.ts";

/** Only a chip will do: into the slot, or near the reader where that is said. `words`: which card. */
export function insert(
  { transaction, amountFen, words: which, problem, contactless }: ScreenStates["insert"],
  words: Words,
): Screen {
  const amount: Row[] = amountFen === undefined ? [] : [{ row: "amount", amountFen, label: words.say("amount.label") }];
  const said: Row[] = which === undefined ? [] : [{ row: "text", text: which, align: "center" }];
  const tap = contactless ? ([{ icon: "tap", text: words.say("idle.tap") }] as const) : [];
  return {
    id: "present",
    title: words.say(transaction),
    rows: [
      ...amount,
      ...said,
      { row: "icons", items: [{ icon: "insert", text: words.say("idle.insert") }, ...tap] },
      ...problemRow(problem, "center"),
    ],
    hints: [{ key: "cancel", text: words.say("hint.cancel") }],
  };
}
