/** The card a request is about: number, expiry and service code, out of DE2, DE14 and the tracks (§4.6). */
import type { Fields } from "./codec.ts";
import { openTrack } from "./crypto.ts";
import type { WorkingKeys } from "./keys.ts";

export interface RequestCard {
  pan: string;
  /** YYMM. */
  expiry: string | undefined;
  serviceCode: string | undefined;
}

export type CardReading = { card: RequestCard } | { fault: string };

const TRACK2 = /^(\d{13,19})D(\d{4})(\d{3})\d*$/;

/** Tracks as they were on the card; `undefined` keys: the line is not signed on or its sign-on gave no track key. */
function clearTrack(
  fields: Fields,
  de: 35 | 36,
  keys: WorkingKeys | undefined,
): { track: string | undefined } | { fault: string } {
  const track = fields[de];
  if (track === undefined || fields[53]?.[2] !== "1") return { track };
  if (keys?.track === undefined) return { fault: `DE53.3 is 1 (track enciphered), but this sign-on gave no track key` };
  const clear = openTrack(keys.algorithm, keys.track, track);
  if (clear === undefined) return { fault: `DE${de} has ${track.length} digits: too short to be enciphered (§4.6)` };
  return { track: clear };
}

export function readCard(fields: Fields, keys: WorkingKeys | undefined): CardReading {
  const second = clearTrack(fields, 35, keys);
  if ("fault" in second) return second;
  const third = clearTrack(fields, 36, keys);
  if ("fault" in third) return third;
  const keyed = fields[2];
  if (second.track === undefined) {
    if (keyed === undefined) return { fault: "neither DE2 nor DE35 tells the card's number" };
    return { card: { pan: keyed, expiry: fields[14], serviceCode: undefined } };
  }
  const match = TRACK2.exec(second.track);
  if (match === null)
    return { fault: `DE35 is not a track 2${fields[53]?.[2] === "1" ? " when deciphered with this terminal's TDK" : ""}` };
  const [, pan = "", expiry, serviceCode] = match;
  if (keyed !== undefined && keyed !== pan) return { fault: "DE2 and DE35 name different cards" };
  if (third.track !== undefined && !/^[\dD]*$/.test(third.track))
    return { fault: "DE36 holds codes that are neither digits nor D" };
  if (third.track !== undefined && !third.track.startsWith(pan, 2)) return { fault: "DE36 and DE35 name different cards" };
  return { card: { pan, expiry, serviceCode } };
}
