/** The stripe of a card that has a chip too: the same number and expiry, and a service code that says "chip". */
import type { ChipProfile } from "./profile.ts";

const DISCRETIONARY = "0000012300";

export function tracksOf({ pan, holder, expiry, stripe }: ChipProfile): { track1?: string; track2?: string } {
  if (stripe === null) return {};
  return { track1: `B${pan}^${holder}^${expiry}${stripe}${DISCRETIONARY}`, track2: `${pan}=${expiry}${stripe}${DISCRETIONARY}` };
}
