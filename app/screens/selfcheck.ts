import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** Every device as it is checked; waits for Enter only when something is wrong (M1). */
export function selfcheck({ items, waiting }: ScreenStates["selfcheck"], words: Words): Screen {
  const done = items.every((item) => item.state !== "waiting" && item.state !== "running");
  return {
    id: "selfcheck",
    title: words.say(!done ? "selfcheck.title" : waiting ? "selfcheck.some-bad" : "selfcheck.good"),
    rows: items.map(({ label, state, note }) => ({ row: "check", label: words.say(label), state, note })),
    hints: waiting ? [{ key: "enter", text: words.say("hint.continue") }] : [],
  };
}
