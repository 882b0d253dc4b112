/** From a request to the facts its fields are made of: tracks go through the pad here, and nowhere else. */
import { DeviceError } from "../../hal/errors.ts";
import type { PinPad } from "../../hal/pinpad/pinpad.ts";
import { toHex } from "../../platform/guest/bytes.ts";
import type { Logger } from "../../platform/guest/system.ts";
import type { Profile } from "../model/profile.ts";
import type { CardData } from "../model/transaction.ts";
import type { Request } from "./host.ts";
import {
  enciphersTracks,
  entryModeOf,
  type Facts,
  type ManagementKind,
  MESSAGES,
  type MessageRow,
  type ReadCapability,
  reversalRow,
  securityOf,
} from "./messages.ts";

export interface FactsSettings {
  pinpad: PinPad | undefined;
  profile: Profile;
  capability: ReadCapability;
  serial: string;
  log: Logger;
}

/** Rejects the pad's error when it cannot encipher a track. */
export async function factsOf(request: Request, settings: FactsSettings): Promise<Facts> {
  const { profile, capability, serial } = settings;
  const basis = { profile, capability, serial };
  switch (request.about) {
    case "sign-on":
    case "sign-off":
    case "echo":
      return { ...basis, ...request, row: MESSAGES[request.about] };
    case "reversal": {
      const { kind, entryMode, batch, trace, amountFen, reason, authCode, entry, pan, expiry } = request.of;
      const card = { entry, pan, expiry };
      return { ...basis, row: reversalRow(kind), fromRecord: true, card, entryMode, batch, trace, amountFen, reason, authCode };
    }
    default: {
      const { batch, trace, amountFen, card, pinBlock, operator } = request;
      const row: MessageRow = MESSAGES[request.about];
      const entryMode = entryModeOf(card.entry, pinBlock !== undefined);
      return { ...basis, row, batch, trace, amountFen, card, entryMode, pinBlock, operator, ...(await tracksOf(card, settings)) };
    }
  }
}

/** DE22 and DE53 of a request, without asking the pad. */
export function requestSecurity(request: Request, profile: Profile): { entryMode: string; security: string | undefined } {
  if (request.about === "reversal") return { entryMode: request.of.entryMode, security: undefined };
  if (isManagement(request)) return { entryMode: "", security: undefined };
  const { card, pinBlock } = request;
  const { track2, track3 } = tracksToSend(card);
  const security = securityOf({ profile, pinBlock, track2, track3, tracksEnciphered: hasCipheredTracks(card, profile) });
  return { entryMode: entryModeOf(card.entry, pinBlock !== undefined), security };
}

type Tracks = Pick<Facts, "track2" | "track3" | "tracksEnciphered">;

async function tracksOf(card: CardData, { pinpad, profile, log }: FactsSettings): Promise<Tracks> {
  const clear = tracksToSend(card);
  if (card.track3 !== undefined && clear.track3 === undefined && striped(card))
    log.warn("host: track 3 is not one and stays behind");
  if (!hasCipheredTracks(card, profile)) return { ...clear, tracksEnciphered: false };
  if (pinpad === undefined) throw new DeviceError("pinpad", "unplugged", "there is no PIN pad, so no track can be enciphered");
  const enciphered = async (track: string | undefined): Promise<string | undefined> => {
    if (track === undefined) return undefined;
    const { packed, digits } = await pinpad.encryptTrack(track);
    return toHex(packed).slice(0, digits);
  };
  return { track2: await enciphered(clear.track2), track3: await enciphered(clear.track3), tracksEnciphered: true };
}

/** Rules 35c and 36c (§2): never of a keyed card, track 3 only of a stripe; and only what the fields can carry. */
function tracksToSend(card: CardData): { track2: string | undefined; track3: string | undefined } {
  return {
    track2: card.entry === "manual" ? undefined : lineForm(card.track2, 37),
    track3: striped(card) ? lineForm(card.track3, 104) : undefined,
  };
}

function hasCipheredTracks(card: CardData, profile: Profile): boolean {
  const { track2, track3 } = tracksToSend(card);
  return enciphersTracks(profile) && (track2 !== undefined || track3 !== undefined);
}

function lineForm(track: string | undefined, longest: number): string | undefined {
  const text = track?.replaceAll("=", "D");
  return text !== undefined && text.length <= longest && /^[0-9D]+$/.test(text) ? text : undefined;
}

const striped = (card: CardData): boolean => card.entry === "swipe" || card.entry === "fallback";

function isManagement(request: Request): request is Extract<Request, { about: ManagementKind }> {
  return request.about === "sign-on" || request.about === "sign-off" || request.about === "echo";
}
