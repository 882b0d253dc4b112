import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Row, Screen } from "./tree.ts";

/** One page of a report (M19). */
export function report({ title, rows, page, pages, print, tone }: ScreenStates["report"], words: Words): Screen {
  return {
    id: "notice",
    title: pages > 1 ? `${title} ${page}/${pages}` : title,
    rows: rows.map(
      ({ label, value }): Row =>
        label === undefined ? { row: "text", text: value, align: "center" } : { row: "pair", label, value },
    ),
    hints: [
      { key: "cancel", text: words.say("hint.back") },
      ...(pages > 1
        ? [
            { key: "up" as const, text: "" },
            { key: "down" as const, text: words.say("hint.page") },
          ]
        : []),
      { key: "enter", text: words.say(print ? "hint.reprint" : "hint.confirm") },
    ],
    tone,
  };
}
