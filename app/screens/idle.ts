import type { Words } from "../text/words.ts";
import { readers } from "./parts.ts";
import type { ScreenStates } from "./states.ts";
import type { Row, Screen } from "./tree.ts";

/** Whose terminal, what time, and the invitation to pay. */
export function idle({ merchant, date, time, training, contact, contactless }: ScreenStates["idle"], words: Words): Screen {
  const notice: Row[] = training
    ? [{ row: "text", text: words.say("idle.training"), size: "small", align: "center", tone: "warn" }]
    : [];
  return {
    id: "idle",
    title: merchant,
    rows: [
      { row: "text", text: time, size: "huge", align: "center" },
      { row: "text", text: date, size: "small", align: "center", tone: "muted" },
      ...notice,
      { row: "icons", items: readers(words, contact, contactless) },
    ],
    hints: [
      { key: "digits", text: words.say("hint.sale") },
      { key: "menu", text: words.say("hint.menu") },
    ],
  };
}
