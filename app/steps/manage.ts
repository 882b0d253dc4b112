/** A message without money of its own (0800, 0820, and 0200 of a balance): one path to the host and back, and words for what became of it. */
import type { Fate, Request } from "../acquirer/host.ts";
import { responseOf } from "../acquirer/responses.ts";
import type { Prompt } from "../text/words.ts";
import { lightsOut, onlinePhase } from "./authorise.ts";
import type { Terminal } from "./terminal.ts";

/** `title`: of the screen that counts the seconds; without one only the lights blink, for one short message of many. Undefined: there is no line. */
export async function manage(t: Terminal, request: Request, title?: Prompt, host = t.host): Promise<Fate | undefined> {
  const of = t.profile.responseTimeoutMs / 1_000;
  try {
    return await host?.exchange(request, {
      onPhase: onlinePhase(t, (phase, secondsLeft) => {
        if (title !== undefined) t.ui.show("online", { transaction: title, phase, secondsLeft, of, cancellable: false });
      }),
    });
  } finally {
    lightsOut(t);
  }
}

/** Of an answer that was none, was no yes, or could not be read. */
export function failureWords(t: Terminal, fate: Fate | undefined): string {
  if (fate?.fate === "answered" && fate.code === "00") return t.ui.say("download.damaged");
  if (fate?.fate === "answered")
    return t.ui.say("download.refused", { words: responseOf(fate.code).cashier[t.settings.language] });
  return t.ui.say(fate === undefined || fate.fate === "not-sent" ? "notice.no-line" : "download.no-answer");
}
