/**
 * What the PIN pad says of its keys. Asked at the self-check, and again before money when the pad could not say then or has made no MAC since: its cable may be
 * in by now, its keys gone.
 */
import type { PinPad } from "../../hal/pinpad/pinpad.ts";
import { isPinPadError, pinPadWords } from "./pin.ts";
import type { Terminal } from "./terminal.ts";

/** The master key must be there; the working keys decide whether a sign-on that was stored still holds. Throws what the pad throws. */
export async function askKeys(t: Terminal, pinpad: PinPad): Promise<boolean> {
  t.keyed = (await pinpad.masterKeyCheck(t.profile.keys.masterSlot)) !== undefined;
  if (!t.keyed) return false;
  const working = [await pinpad.workingKeyCheck("PIK"), await pinpad.workingKeyCheck("MAK")];
  if (working.includes(undefined) && t.journal.signedOn) t.journal.needSignOn();
  return true;
}

/** Why no message can be signed just now, in words; undefined when nothing is known against it. */
export async function keysLacking(t: Terminal): Promise<string | undefined> {
  const { pinpad } = t.devices;
  if (t.keyed) return undefined;
  if (pinpad === undefined) return t.ui.say("problem.no-pinpad");
  try {
    return (await askKeys(t, pinpad)) ? undefined : t.ui.say("problem.pinpad-key-missing");
  } catch (error) {
    if (isPinPadError(error)) return pinPadWords(t, error);
    throw error;
  }
}

export const isKeyed = async (t: Terminal): Promise<boolean> => (await keysLacking(t)) === undefined;
