/** What must be true before a request leaves, in the order of §5.3. Leaves, with words, when it cannot be made so. */
import type { Host } from "../acquirer/host.ts";
import { deliverAdvices } from "./advise.ts";
import { deliverOwed } from "./reverse.ts";
import { keysLacking } from "./keyed.ts";
import { tellScriptResults } from "./script-results.ts";
import { settleFirst } from "./settle.ts";
import { permitRecord } from "./rules.ts";
import { signOn } from "./sign-on.ts";
import { tell } from "./tell.ts";
import { Left, type Terminal } from "./terminal.ts";

export interface Preparation {
  /** Nothing of it will be in the batch, so a full one is no hindrance. */
  kept?: boolean;
}

export async function prepare(t: Terminal, { kept = true }: Preparation = {}): Promise<Host> {
  const host = t.host;
  if (host === undefined) throw new Left("problem", t.ui.say("notice.no-line"));
  const unkeyed = await keysLacking(t);
  if (unkeyed !== undefined) throw new Left("problem", unkeyed);
  await beSignedOn(t);
  if (kept) await batchTakes(t);
  const delivery = await deliverOwed(t, t.profile.reversalAttempts);
  if (delivery === "still-owed") throw new Left("problem", t.ui.say("problem.reversal-first"));
  await deliverAdvices(t, { all: false });
  await tellScriptResults(t);
  // The host may have asked for new keys while it took what was owed.
  await beSignedOn(t);
  return host;
}

async function beSignedOn(t: Terminal): Promise<void> {
  if (t.journal.signedOn) return;
  if (t.signedOffByHand || !t.profile.autoSignOn) throw new Left("problem", t.ui.say("problem.not-signed-on"));
  const result = await signOn(t);
  if (!result.ok) throw new Left("problem", result.words);
}

/** The open batch takes one more (§5.6), and no settlement stands half done. */
export async function batchTakes(t: Terminal): Promise<void> {
  const { journal } = t;
  await settleFirst(t);
  permitRecord(t);
  if (!journal.nearlyFull) return;
  await tell(t, t.ui.say("notice.nearly-full-title"), [t.ui.say("notice.nearly-full", { count: journal.count })], "warn");
}
