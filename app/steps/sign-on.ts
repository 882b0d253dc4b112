/** Sign-on (M3): working keys from the host under the terminal's master key, clock and batch. Sign-off (M4). */
import { localTimeOf, readAnswer } from "../acquirer/answers.ts";
import { loadWorkingKeys } from "../acquirer/keys.ts";
import { responseOf } from "../acquirer/responses.ts";
import { note } from "./audit.ts";
import { lightsOut, onlinePhase } from "./authorise.ts";
import { setClock } from "./clock.ts";
import { manage } from "./manage.ts";
import { isPinPadError, pinPadWords } from "./pin.ts";
import type { Terminal } from "./terminal.ts";

export { MESSAGE_SET } from "../acquirer/messages.ts";

export type SignOnResult = { ok: true } | { ok: false; words: string };

export async function signOn(t: Terminal): Promise<SignOnResult> {
  if (t.training !== undefined) {
    // The pad keeps its real keys.
    t.journal.signOn(t.journal.batch);
    t.signedOffByHand = false;
    return { ok: true };
  }
  const result = await signOnWithHost(t);
  note(t, "sign-on", result.ok ? "ok" : "failed");
  return result;
}

async function signOnWithHost(t: Terminal): Promise<SignOnResult> {
  const { journal, host, devices, profile, system } = t;
  const pinpad = devices.pinpad;
  if (host === undefined) return { ok: false, words: t.ui.say("notice.no-line") };
  if (pinpad === undefined) return { ok: false, words: t.ui.say("problem.no-pinpad") };

  const show = (phase: "connecting" | "sending" | "receiving" | "keys", secondsLeft: number) =>
    t.ui.show("signing-on", { phase, secondsLeft, of: profile.responseTimeoutMs / 1000 });
  const trace = journal.takeTrace();
  const fate = await host.exchange(
    { about: "sign-on", trace, batch: journal.batch, operator: t.operator ?? "01" },
    { onPhase: onlinePhase(t, (phase, secondsLeft) => show(phase === "waiting" ? "receiving" : phase, secondsLeft)) },
  );
  lightsOut(t);
  if (fate.fate !== "answered") {
    system.log.warn(`sign-on: ${fate.fate}`);
    return {
      ok: false,
      words: t.ui.say(fate.fate === "not-sent" && fate.why === "pinpad" ? "problem.no-pinpad" : "problem.sign-on-no-answer"),
    };
  }
  if (fate.code !== "00") return { ok: false, words: responseOf(fate.code).cashier[t.settings.language] };

  show("keys", 0);
  const { batch, keyBlock } = readAnswer(fate.answer);
  try {
    // From here until all are in, the old keys may be half replaced: not signed on.
    journal.needSignOn();
    await loadWorkingKeys(pinpad, profile.keys.masterSlot, profile.keys.signOnCode, keyBlock);
    note(t, "keys", "ok", profile.keys.signOnCode);
  } catch (error) {
    system.log.error("sign-on: working keys", error);
    note(t, "keys", "failed", profile.keys.signOnCode);
    return { ok: false, words: isPinPadError(error) ? pinPadWords(t, error) : t.ui.say("problem.pinpad-key-missing") };
  } finally {
    keyBlock?.fill(0);
  }
  // The host's clock is the terminal's (DE12, DE13).
  setClock(t, (own) => localTimeOf(fate.answer, own));
  journal.signOn(batch ?? journal.batch);
  t.signedOffByHand = false;
  await pinpad.show("welcome");
  return { ok: true };
}

export async function signOff(t: Terminal): Promise<SignOnResult> {
  const { journal } = t;
  const fate = await manage(t, { about: "sign-off", trace: journal.takeTrace(), batch: journal.batch }, "menu.sign-off");
  if (fate === undefined) return { ok: false, words: t.ui.say("notice.no-line") };
  if (fate.fate !== "answered") return { ok: false, words: t.ui.say("problem.sign-on-no-answer") };
  if (fate.code !== "00") return { ok: false, words: responseOf(fate.code).cashier[t.settings.language] };
  if (t.training === undefined) await t.devices.pinpad?.eraseWorkingKeys();
  note(t, "sign-off", "ok");
  journal.signOff();
  t.signedOffByHand = true;
  return { ok: true };
}
