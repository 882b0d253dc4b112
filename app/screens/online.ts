import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Row, Screen } from "./tree.ts";

/** On the way to the bank and back, with the seconds left. Cancel only while nothing was sent. */
export function online(state: ScreenStates["online"], words: Words): Screen {
  const { transaction, phase, amountFen, secondsLeft, of, cancellable } = state;
  const amount: Row[] = amountFen === undefined ? [] : [{ row: "amount", amountFen, label: words.say("amount.label") }];
  return {
    id: "online",
    title: words.say(transaction),
    rows: [
      ...amount,
      { row: "countdown", seconds: secondsLeft, of },
      { row: "text", text: words.say(`phase.${phase}`), align: "center" },
    ],
    hints: cancellable ? [{ key: "cancel", text: words.say("hint.cancel") }] : [],
  };
}
