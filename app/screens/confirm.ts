import { grouped } from "../model/card.ts";
import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Row, Screen } from "./tree.ts";

/** The last look before the PIN: how much, from which card, and what else was typed. */
export function confirm({ transaction, amountFen, masked, rows = [], ask }: ScreenStates["confirm"], words: Words): Screen {
  const card: Row[] = masked === undefined ? [] : [{ row: "pair", label: words.say("confirm.card"), value: grouped(masked) }];
  return {
    id: "confirm",
    title: words.say("confirm.title", { transaction: words.say(transaction) }),
    rows: [
      { row: "amount", amountFen, label: words.say("confirm.amount") },
      ...card,
      ...rows.map(({ label, value }): Row => ({ row: "pair", label: words.say(label), value })),
      { row: "gap" },
      { row: "text", text: words.say(ask ?? "confirm.ask"), size: "small", tone: "muted" },
    ],
    hints: [
      { key: "cancel", text: words.say("hint.cancel") },
      { key: "enter", text: words.say("hint.confirm") },
    ],
  };
}
