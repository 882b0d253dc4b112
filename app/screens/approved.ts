import { yuan } from "../model/money.ts";
import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Row, Screen } from "./tree.ts";

/** The bank said yes. When it gave less than was asked, the amount is what it gave and the rest is named. */
export function approved({ transaction, amountFen, approvedFen, note, label }: ScreenStates["approved"], words: Words): Screen {
  const given = approvedFen ?? amountFen;
  const partial = given < amountFen;
  const rest: Row[] = partial
    ? [
        { row: "pair", label: words.say("approved.asked"), value: yuan(amountFen), tone: "muted" },
        { row: "pair", label: words.say("approved.rest"), value: yuan(amountFen - given), tone: "warn", strong: true },
      ]
    : [];
  const remark: Row[] = note === undefined ? [] : [{ row: "text", text: note, align: "center", size: "small" }];
  return {
    id: "approved",
    title: words.say(partial ? "approved.partial-title" : "approved.title", { transaction: words.say(transaction) }),
    rows: [{ row: "amount", amountFen: given, label: words.say(label ?? "approved.amount") }, ...rest, ...remark],
    hints: [{ key: "enter", text: words.say("hint.done") }],
    tone: "good",
  };
}
