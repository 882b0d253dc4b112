import { grouped } from "../model/card.ts";
import type { Words } from "../text/words.ts";
import { problemOr } from "./parts.ts";
import type { ScreenStates } from "./states.ts";
import type { Row, Screen } from "./tree.ts";

/** The amount, keyed from the fen up: 1 is 0.01. */
export function amount({ transaction, amountFen, masked, label, ask, problem }: ScreenStates["amount"], words: Words): Screen {
  const card: Row[] =
    masked === undefined ? [] : [{ row: "pair", label: words.say("amount.card"), value: grouped(masked), tone: "muted" }];
  return {
    id: "amount",
    title: words.say(transaction),
    rows: [
      { row: "amount", amountFen, label: words.say(label ?? "amount.label"), editing: true },
      problemOr(problem, words.say(ask ?? "amount.ask")),
      { row: "gap" },
      ...card,
    ],
    hints: [
      { key: "cancel", text: words.say("hint.cancel") },
      ...(amountFen > 0 ? [{ key: "clear" as const, text: words.say("hint.correct") }] : []),
      { key: "enter", text: words.say("hint.confirm") },
    ],
  };
}
