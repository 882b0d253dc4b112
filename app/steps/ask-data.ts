/** One message of a download of many, and words for what became of it. */
import type { Fate, Request } from "../acquirer/host.ts";
import { responseOf } from "../acquirer/responses.ts";
import { lightsOut } from "./authorise.ts";
import type { Terminal } from "./terminal.ts";

/** One message; the lights blink, the seconds are not shown: there are many, and each is short. */
export async function askForData(t: Terminal, request: Request): Promise<Fate | undefined> {
  const fate = await t.host?.exchange(request, {
    onPhase: (phase) => {
      t.ui.light("send", phase === "sending");
      t.ui.light("receive", phase === "waiting" || phase === "receiving");
    },
  });
  lightsOut(t);
  return fate;
}

/** Of an answer that was none, or could not be read. */
export function failureWords(t: Terminal, fate: Fate | undefined): string {
  if (fate?.fate === "answered" && fate.code === "00") return t.ui.say("download.damaged");
  if (fate?.fate === "answered")
    return t.ui.say("download.refused", { words: responseOf(fate.code).cashier[t.settings.language] });
  return t.ui.say(fate === undefined || fate.fate === "not-sent" ? "notice.no-line" : "download.no-answer");
}
