/** Offline data authentication of a contact card: which method, and doing it (§6.5, Book 3 10.3). */
import { bit, tvr } from "./bits.ts";
import { cardKey, issuerKey } from "./chain.ts";
import { commands, OK, send, statusWords } from "./command.ts";
import { verifyDynamicSignature } from "./dda.ts";
import { buildDol, dolAsks } from "./dol.ts";
import { MISSING, type OdaReason } from "./keys.ts";
import { Ended } from "./outcome.ts";
import type { Step } from "./requests.ts";
import { verifyStaticData } from "./sda.ts";
import { parsed, type Session, unpredictableNumber } from "./session.ts";
import { onlyTlv, valueIn } from "./tlv.ts";

export type OdaMethod = "cda" | "dda" | "sda" | "none";

/** The best that card (82) and terminal (9F33) both can. */
export function chooseMethod(aip: Uint8Array | undefined, capabilities: Uint8Array): OdaMethod {
  if (bit(aip, 1, 1) && bit(capabilities, 3, 4)) return "cda";
  if (bit(aip, 1, 6) && bit(capabilities, 3, 7)) return "dda";
  if (bit(aip, 1, 7) && bit(capabilities, 3, 8)) return "sda";
  return "none";
}

/** Sets TVR, TSI and 9F45 or 9F4C. CDA only prepares its key here: the signature comes with the cryptogram. */
export function* authenticateData(session: Session): Step<OdaMethod> {
  const method = chooseMethod(session.store.get("82"), session.terminal.capabilities);
  if (method === "none") session.setTvr("oda-not-performed");
  else if (method === "sda") staticAuthentication(session);
  else if (method === "dda") yield* dynamicAuthentication(session);
  else prepareCombined(session);
  return method;
}

function staticAuthentication(session: Session): void {
  session.setTsi("oda");
  session.setTvr("sda-selected");
  const issuer = issuerKey(session);
  if (!issuer.ok || session.staticData === undefined) {
    note(session, "sda-failed", issuer.ok ? "static-data" : issuer.reason);
    return;
  }
  const result = verifyStaticData(session.store.get, issuer.key, session.staticData);
  if (!result.ok) session.refusedAuthentication = result.reason;
  session.addTvr(result.tvr);
  session.authenticated = result.ok;
  if (result.dataAuthenticationCode !== undefined) session.store.setCard("9F45", result.dataAuthenticationCode);
}

function* dynamicAuthentication(session: Session): Step<void> {
  session.setTsi("oda");
  const key = cardKey(session);
  if (!key.ok) return note(session, "dda-failed", key.reason);
  const ddol = session.store.get("9F49") ?? session.chosen.defaultDdol;
  yield* unpredictableNumber(session);
  if (!asksRandom(ddol)) return note(session, "dda-failed", "ddol-bad");
  const ddolData = buildDol(ddol, session.store.get);
  const { status, data } = yield* send(session, commands.internalAuthenticate(ddolData));
  if (status !== OK) throw new Ended("terminated", "command-failed", statusWords("INTERNAL AUTHENTICATE", status));
  const result = verifyDynamicSignature(session.store.get, key.key, { ddolData, signature: signatureOf(data) });
  session.addTvr(result.tvr);
  session.authenticated = result.ok;
  if (!result.ok) session.refusedAuthentication = result.reason;
  if (result.dynamicNumber !== undefined) session.store.setCard("9F4C", result.dynamicNumber);
}

function asksRandom(ddol: Uint8Array): boolean {
  return parsed("bad-dol", () => dolAsks(ddol, "9F37"));
}

/** Out of template 80 or 77. Anything else ends the transaction (Book 3 6.5.9). */
function signatureOf(answer: Uint8Array): Uint8Array {
  const objects = onlyTlv(answer, "77")?.children ?? [];
  const signature = onlyTlv(answer, "80")?.value ?? valueIn(objects, "9F4B");
  if (signature.length === 0) throw new Ended("terminated", "bad-answer", "INTERNAL AUTHENTICATE gave no signature");
  return signature;
}

function prepareCombined(session: Session): void {
  session.combinedChosen = true;
  const key = cardKey(session);
  if (key.ok) session.combinedKey = key.key;
  else {
    session.setTsi("oda");
    note(session, "cda-failed", key.reason);
  }
}

function note(session: Session, bitName: "sda-failed" | "dda-failed" | "cda-failed", reason: OdaReason): void {
  session.addTvr(tvr(bitName, ...(MISSING.has(reason) ? (["icc-data-missing"] as const) : [])));
  session.refusedAuthentication = reason;
}
