import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Row, Screen } from "./tree.ts";

/** The bank said no: why, and what to do. */
export function declined({ transaction, code, words: why, advice, again }: ScreenStates["declined"], words: Words): Screen {
  const todo: Row[] = advice === undefined ? [] : [{ row: "text", text: advice }];
  const number: Row[] =
    code === undefined ? [] : [{ row: "text", text: words.say("declined.code", { code }), size: "small", tone: "muted" }];
  return {
    id: "declined",
    title: words.say("declined.title", { transaction: words.say(transaction) }),
    rows: [{ row: "text", text: why, size: "large" }, ...todo, ...number],
    hints: [
      ...(again ? [{ key: "clear" as const, text: words.say("hint.pin-again") }] : []),
      { key: "enter", text: words.say("hint.done") },
    ],
    tone: "bad",
  };
}
