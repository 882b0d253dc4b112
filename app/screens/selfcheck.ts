import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Row, Screen } from "./tree.ts";

/** Every device as it is checked; waits for Enter only when something is wrong (M1). */
export function selfcheck({ items, waiting }: ScreenStates["selfcheck"], words: Words): Screen {
  const checks: Row[] = items.map(({ label, state, note }) => ({ row: "check", label: words.say(label), state, note }));
  const verdict: Row[] = waiting ? [{ row: "text", text: words.say("selfcheck.some-bad"), size: "small", tone: "warn" }] : [];
  return {
    id: "selfcheck",
    title: words.say("selfcheck.title"),
    rows: [...checks, ...verdict],
    hints: waiting ? [{ key: "enter", text: words.say("hint.continue") }] : [],
  };
}
