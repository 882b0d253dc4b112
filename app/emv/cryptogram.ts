/** GENERATE AC and what may come back of it (§6.10, Book 3 9, Book 2 6.6). */
import type { Cryptogram } from "./actions.ts";
import { bit } from "./bits.ts";
import { verifyCombined } from "./cda.ts";
import { commands, OK, send, statusWords } from "./command.ts";
import { buildDol, dolAsks, tcHash } from "./dol.ts";
import { Ended } from "./outcome.ts";
import type { Step } from "./requests.ts";
import { parsed, type Session, unpredictableNumber } from "./session.ts";
import { onlyTlv, primitives, type Tlv } from "./tlv.ts";

export type DeclineReason =
  | "terminal-declined"
  | "card-declined"
  | "issuer-declined"
  | "combined-authentication"
  | "no-answer"
  | "approved"
  | "load-failed";

export interface CryptogramAnswer {
  cryptogram: Cryptogram;
  /** CDA was asked for, or tried, and does not hold: whatever the card said, it is a decline. */
  combinedFailed: boolean;
  serviceNotAllowed: boolean;
}

const REFERENCE: Record<Cryptogram, number> = { AAC: 0x00, TC: 0x40, ARQC: 0x80 };
const COMBINED = 0x10;
const TYPES: readonly (Cryptogram | undefined)[] = ["AAC", "TC", "ARQC", undefined];
/** A card may answer with its own kind or one further down. */
const RANK: Record<Cryptogram, number> = { AAC: 0, ARQC: 1, TC: 2 };
const SERVICE_NOT_ALLOWED = 1;

/** Of a CID byte; undefined for the value that is no cryptogram. */
export function cryptogramOf(cid: number): Cryptogram | undefined {
  return TYPES[cid >> 6];
}

/** Sends the first or second GENERATE AC. Ends the transaction when the answer is none, or more than was asked for. */
export function* generateAc(session: Session, wanted: Cryptogram, which: 1 | 2): Step<CryptogramAnswer> {
  const combined = wanted !== "AAC" && session.combinedKey !== undefined;
  // Chosen and able, but there is nothing to sign in a decline.
  if (session.combinedKey !== undefined && !combined && which === 1) session.setTvr("oda-not-performed");
  const data = yield* dolData(session, which === 1 ? "8C" : "8D");
  session.sent[which === 1 ? "cdol1" : "cdol2"] = data;
  const answer = yield* send(session, commands.generateAc(REFERENCE[wanted] | (combined ? COMBINED : 0), data));
  if (answer.status !== OK) throw new Ended("terminated", "command-failed", statusWords("GENERATE AC", answer.status));
  session.setTsi("card-risk");
  const signed = take(session, answer.data);
  const cid = session.store.value("9F27")[0] ?? 0;
  const cryptogram = cryptogramOf(cid);
  if (cryptogram === undefined || RANK[cryptogram] > RANK[wanted] || (which === 2 && cryptogram === "ARQC")) {
    throw new Ended("terminated", "cryptogram-raised", `${wanted} was asked for, the card answered CID ${cid.toString(16)}`);
  }
  if (bit(session.store.get("9F27"), 1, 4)) session.advice = true;
  return {
    cryptogram,
    combinedFailed: combined && combinedFailed(session, answer.data, cryptogram, signed),
    serviceNotAllowed: cryptogram === "AAC" && (cid & 7) === SERVICE_NOT_ALLOWED,
  };
}

function* dolData(session: Session, tag: "8C" | "8D"): Step<Uint8Array> {
  const dol = session.store.value(tag);
  if (parsed("bad-dol", () => dolAsks(dol, "9F37"))) yield* unpredictableNumber(session);
  if (dolAsks(dol, "98")) {
    const { store } = session;
    if (store.get("97") === undefined) session.setTvr("default-tdol");
    const hash = parsed("bad-dol", () => tcHash(store.get("97"), session.chosen.defaultTdol, store.get));
    store.kernel.set("98", hash.value);
  }
  return buildDol(dol, session.store.get);
}

/** Keeps the answer's objects; whether it came with a signature. */
function take(session: Session, answer: Uint8Array): boolean {
  const objects = answerObjects(answer);
  for (const { tag, value } of objects) session.store.setCard(tag, value);
  return objects.some(({ tag }) => tag === "9F4B");
}

/** 80: CID ‖ ATC ‖ AC ‖ [IAD]; 77: objects. Ends the transaction on anything else. */
export function answerObjects(answer: Uint8Array): Tlv[] {
  const bad = (words: string): never => {
    throw new Ended("terminated", "bad-answer", `GENERATE AC ${words}`);
  };
  const plain = onlyTlv(answer, "80")?.value;
  if (plain !== undefined) {
    if (plain.length < 11 || plain.length > 43) return bad(`answered ${plain.length} bytes in template 80`);
    const objects = [
      { tag: "9F27", value: plain.slice(0, 1) },
      { tag: "9F36", value: plain.slice(1, 3) },
      { tag: "9F26", value: plain.slice(3, 11) },
    ];
    return plain.length > 11 ? [...objects, { tag: "9F10", value: plain.slice(11) }] : objects;
  }
  const template = onlyTlv(answer, "77");
  if (template === undefined) return bad("answered neither 80 nor 77");
  const objects = primitives(template.children ?? []);
  const size = (tag: string): number => objects.find((object) => object.tag === tag)?.value.length ?? 0;
  if (new Set(objects.map(({ tag }) => tag)).size !== objects.length) return bad("gave an object twice");
  if (size("9F27") !== 1 || size("9F36") !== 2) return bad("gave no 9F27 or no 9F36");
  if (size("9F26") !== 8 && size("9F4B") === 0) return bad("gave neither 9F26 nor 9F4B");
  return objects;
}

/** Judges the signature, sets TVR and TSI, and keeps the cryptogram out of it. An AAC may come plain. */
function combinedFailed(session: Session, answer: Uint8Array, cryptogram: Cryptogram, signed: boolean): boolean {
  const { store, sent, combinedKey } = session;
  if (cryptogram === "AAC" && !signed) {
    session.setTvr("oda-not-performed");
    return false;
  }
  session.setTsi("oda");
  if (combinedKey === undefined) return true;
  const result = verifyCombined(
    { answer, unpredictableNumber: store.value("9F37"), pdolData: sent.pdol, cdol1Data: sent.cdol1, cdol2Data: sent.cdol2 },
    combinedKey,
  );
  if (!result.ok) {
    session.setTvr("cda-failed");
    session.refusedAuthentication = result.reason;
    return true;
  }
  session.authenticated = true;
  if (result.cryptogram !== undefined) store.setCard("9F26", result.cryptogram);
  if (result.dynamicNumber !== undefined) store.setCard("9F4C", result.dynamicNumber);
  return false;
}
