import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Row, Screen } from "./tree.ts";

/** Tear off this copy; Enter, or a while, prints the next. The merchant's copy is the one before the cardholder's or the bank's. */
export function tear({ next, unsigned }: ScreenStates["tear"], words: Words): Screen {
  const sign: Row[] =
    next === "merchant" || unsigned
      ? []
      : [{ row: "text", text: words.say("printing.sign"), size: "small", align: "center", tone: "muted" }];
  return {
    id: "tear",
    title: words.say("tear.title"),
    rows: [
      { row: "icon", icon: "paper" },
      { row: "text", text: words.say("tear.next", { copy: words.say(`printing.${next}`) }), align: "center" },
      ...sign,
    ],
    hints: [{ key: "enter", text: words.say("hint.next-copy") }],
  };
}
