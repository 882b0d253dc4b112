import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** Nobody knows yet whether money moved. Never to be taken for a refusal: nothing may be handed over or charged again. */
export function unknown({ transaction, amountFen, why }: ScreenStates["unknown"], words: Words): Screen {
  return {
    id: "unknown",
    title: words.say("unknown.title"),
    rows: [
      { row: "amount", amountFen, label: words.say("unknown.amount", { transaction: words.say(transaction) }) },
      { row: "text", text: words.say("unknown.hold"), tone: "warn" },
      { row: "text", text: words.say("unknown.explain", { why }), size: "small" },
    ],
    hints: [{ key: "enter", text: words.say("hint.continue") }],
    tone: "warn",
  };
}
