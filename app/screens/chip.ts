import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** The chip is at work; it stays where it is. */
export function chip({ transaction, amountFen }: ScreenStates["chip"], words: Words): Screen {
  return {
    id: "online",
    title: words.say(transaction),
    rows: [
      ...(amountFen === undefined ? [] : [{ row: "amount", amountFen, label: words.say("amount.label") } as const]),
      { row: "text", text: words.say("chip.working"), align: "center" },
      { row: "text", text: words.say("chip.leave-in"), align: "center", size: "small", tone: "muted" },
    ],
    hints: [],
  };
}
