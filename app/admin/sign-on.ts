/** 签到, 签退 (M3, M4) from the menu, and sign-on by itself after log-in. */
import { deliverAdvices } from "../steps/advise.ts";
import { firstDownloads } from "../steps/card-downloads.ts";
import { mendClock } from "../steps/clock.ts";
import { isKeyed } from "../steps/keyed.ts";
import { deliverOwed } from "../steps/reverse.ts";
import { signOff, signOn } from "../steps/sign-on.ts";
import { tell } from "../steps/tell.ts";
import type { Terminal } from "../steps/terminal.ts";

export async function signOnNow(t: Terminal): Promise<void> {
  const result = await signOn(t);
  if (result.ok) {
    t.ui.good();
    await tell(t, t.ui.say("transaction.sign-on"), [t.ui.say("notice.signed-on")], "good");
  } else await tell(t, t.ui.say("notice.sign-on-failed"), [result.words], "warn");
  if ((await deliverOwed(t, 1)) !== "still-owed" && result.ok) await deliverAdvices(t);
  if (result.ok) await fetchForChips(t);
}

/** The first sign-on brings what chips need (M3); what could not be fetched is tried again at the next one. */
async function fetchForChips(t: Terminal): Promise<void> {
  const result = await firstDownloads(t);
  if (result?.ok !== false) return;
  t.system.log.warn(`chip data: ${result.words}`);
  await tell(t, t.ui.say("card-data.title"), [t.ui.say("card-data.failed", { words: result.words })], "warn");
}

export async function signOnAfterLogIn(t: Terminal): Promise<void> {
  mendClock(t);
  if (!t.profile.autoSignOn || !(await isKeyed(t))) return;
  const result = await signOn(t);
  if (!result.ok) return tell(t, t.ui.say("notice.sign-on-failed"), [result.words], "warn");
  await fetchForChips(t);
}

export async function signOffNow(t: Terminal): Promise<void> {
  // What is owed goes first: a signed-off terminal can deliver nothing.
  if ((await deliverOwed(t, t.profile.reversalAttempts)) === "still-owed") {
    return tell(t, t.ui.say("transaction.sign-off"), [t.ui.say("notice.reversal-owed")], "warn");
  }
  const result = await signOff(t);
  if (result.ok) await tell(t, t.ui.say("transaction.sign-off"), [t.ui.say("notice.signed-off")], "good");
  else await tell(t, t.ui.say("transaction.sign-off"), [result.words], "warn");
}
