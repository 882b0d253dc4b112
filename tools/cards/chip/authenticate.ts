/** INTERNAL AUTHENTICATE (DDA, §6.5) and EXTERNAL AUTHENTICATE (the issuer's cryptogram, §6.12). */
import { type Answer, answer, type Command, OK, status, SW } from "./apdu.ts";
import { authorisationCryptogram } from "./card-keys.ts";
import { byte, cut, type Hex, size } from "./hex.ts";
import { DDOL } from "./issue.ts";
import type { Current, Os } from "./os.ts";
import { atcOf } from "./purse.ts";
import { dynamicSignature } from "./signatures.ts";
import { dolLength, tlv } from "./tlv.ts";

const NUMBER_BYTES = 8;

/** Length and number: what a card adds to each signature of its own. */
export function dynamicNumber({ random }: Os, { state }: Current): Hex {
  return byte(NUMBER_BYTES) + atcOf(state) + random(NUMBER_BYTES - 2);
}

const canSign = ({ issued }: Current): boolean => ["dda", "cda"].includes(issued.profile.authentication);

export function internalAuthenticate(os: Os, { p1, p2, data }: Command): Answer {
  const { current } = os;
  const path = current?.progress.path;
  if (current === undefined || path === undefined || !canSign(current)) return status(SW.conditions);
  if (p1 !== 0 || p2 !== 0) return status(SW.wrongParameters);
  if (size(data) !== dolLength(DDOL)) return status(SW.wrongLength);
  current.progress.dynamic = true;
  const signature = dynamicSignature(current.issued.secret(path.cipher), dynamicNumber(os, current), data);
  return answer(current.issued.profile.purse === undefined ? tlv("80", signature) : tlv("77", tlv("9F4B", signature)));
}

/** Once, between the first and the second cryptogram. */
export function externalAuthenticate({ current }: Os, { p1, p2, data }: Command): Answer {
  if (current === undefined || current.progress.phase !== "requested" || current.progress.issuer !== "unasked")
    return status(SW.conditions);
  if (current.issued.profile.issuerBy === "cdol2") return status(SW.conditions);
  if (p1 !== 0 || p2 !== 0) return status(SW.wrongParameters);
  if (size(data) < 8 || size(data) > 16) return status(SW.wrongLength);
  return status(authenticateIssuer(current, data) ? OK : SW.authenticationFailed);
}

/** `data`: 91, the issuer's cryptogram and its code. */
export function authenticateIssuer({ issued, state, progress }: Current, data: Hex): boolean {
  const { path, cryptogram } = progress;
  if (path === undefined || cryptogram === undefined || size(data) < 10) return false;
  const key = issued.keys(path.cipher).ac;
  const right = authorisationCryptogram(path.cipher, key, atcOf(state), cryptogram, cut(data, 8, 10)) === cut(data, 0, 8);
  progress.issuer = right ? "right" : "wrong";
  state.last.issuerFailed = !right;
  return right;
}
