/** What the PIN pad says of its keys. Asked at the self-check, and again before money when the pad could not say then: its cable may be in by now. */
import type { PinPad } from "../../hal/pinpad/pinpad.ts";
import type { Terminal } from "./terminal.ts";

/** The master key must be there; the working keys decide whether a sign-on that was stored still holds. Throws what the pad throws. */
export async function askKeys(t: Terminal, pinpad: PinPad): Promise<boolean> {
  t.keyed = (await pinpad.masterKeyCheck(t.profile.keys.masterSlot)) !== undefined;
  if (!t.keyed) return false;
  const working = [await pinpad.workingKeyCheck("PIK"), await pinpad.workingKeyCheck("MAK")];
  if (working.includes(undefined) && t.journal.signedOn) t.journal.needSignOn();
  return true;
}

/** Whether the pad has its master key; a pad that does not answer has none. */
export async function isKeyed(t: Terminal): Promise<boolean> {
  const { pinpad } = t.devices;
  if (t.keyed || pinpad === undefined) return t.keyed;
  return askKeys(t, pinpad).catch(() => false);
}
