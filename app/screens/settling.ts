import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Screen } from "./tree.ts";

/** A settlement under way (M17), step by step; nobody has to do anything. */
export function settling({ batch, steps }: ScreenStates["settling"], words: Words): Screen {
  return {
    id: "settling",
    title: words.say("settling.title", { batch }),
    rows: steps.map(({ label, state, note }) => ({ row: "check", label: words.say(label), state, note })),
    hints: [],
  };
}
