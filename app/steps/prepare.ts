/** What must be true before a request with money leaves (§5.3): signed on, and nothing owed. Leaves, with words, when it cannot be made so. */
import type { Host } from "../acquirer/host.ts";
import { deliverOwed } from "./reverse.ts";
import { signOn } from "./sign-on.ts";
import { Left, type Terminal } from "./terminal.ts";

export async function prepare(t: Terminal): Promise<Host> {
  const host = t.host;
  if (host === undefined) throw new Left("problem", t.ui.say("notice.no-line"));
  if (!t.keyed) throw new Left("problem", t.ui.say("problem.pinpad-key-missing"));
  if (!t.journal.signedOn) {
    if (t.signedOffByHand || !t.profile.autoSignOn) throw new Left("problem", t.ui.say("problem.not-signed-on"));
    const result = await signOn(t);
    if (!result.ok) throw new Left("problem", result.words);
  }
  const delivery = await deliverOwed(t, t.profile.reversalAttempts);
  if (delivery === "still-owed") throw new Left("problem", t.ui.say("problem.reversal-first"));
  return host;
}
