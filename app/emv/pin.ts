/** PINs: asked for, checked by the card (§6.7, Book 2 7, Book 3 6.5.12). Digits never come here: a pad makes the block, or sends it itself. */
import type { TvrBit } from "./bits.ts";
import { concat, toBytes } from "./bytes.ts";
import { commands, OK, send } from "./command.ts";
import { getData } from "./get-data.ts";
import type { PublicKey } from "./keys.ts";
import { unfilled } from "./keys.ts";
import { cardKey } from "./chain.ts";
import { Ended } from "./outcome.ts";
import type { OfflinePinAnswer, OfflinePinRequest, Step } from "./requests.ts";
import { rsa } from "./rsa.ts";
import { ask, type Session } from "./session.ts";

export interface PinResult {
  done: "successful" | "failed";
  bits?: readonly TvrBit[];
}

const TRY_COUNTER = 0x9f17;
const BLOCKED: ReadonlySet<number> = new Set([0x6983, 0x6984]);
const WRONG = 0x63c0;
const CHALLENGE_BYTES = 8;
/** A card that never counts down is not asked for ever. */
const MAX_TRIES = 15;

export function* onlinePin(session: Session): Step<PinResult> {
  const pan = unfilled(session.store.value("5A"));
  const answer = yield* ask("online-pin", { pan, amountFen: session.transaction.amountFen });
  if (answer !== "entered") return notEntered(session, answer);
  session.onlinePin = true;
  return { done: "successful", bits: ["online-pin-entered"] };
}

export function* offlinePin(session: Session, enciphered: boolean): Step<PinResult> {
  const counter = yield* getData(session, TRY_COUNTER);
  let triesLeft = counter?.length === 1 ? counter[0] : undefined;
  if (triesLeft === 0) return { done: "failed", bits: ["pin-tries-exceeded"] };
  const key = enciphered ? pinKey(session) : undefined;
  if (enciphered && key === undefined) return { done: "failed" };
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    if (triesLeft === 1) yield* ask("message", { id: "last-pin-try" });
    const status = yield* onePin(session, triesLeft, key);
    if (typeof status !== "number") return status;
    if (status === OK) return { done: "successful" };
    if (BLOCKED.has(status) || status === WRONG) return { done: "failed", bits: ["pin-tries-exceeded"] };
    if ((status & 0xfff0) !== WRONG) return { done: "failed" };
    triesLeft = status & 0x0f;
    yield* ask("message", { id: "incorrect-pin" });
  }
  return { done: "failed", bits: ["pin-tries-exceeded"] };
}

/** The status of VERIFY, or how the asking ended. */
function* onePin(session: Session, triesLeft: number | undefined, key: Rsa | undefined): Step<number | PinResult> {
  const request: OfflinePinRequest = { kind: key === undefined ? "plain" : "enciphered", triesLeft };
  if (key !== undefined) {
    const { status, data } = yield* send(session, commands.getChallenge());
    if (status !== OK || data.length !== CHALLENGE_BYTES) return { done: "failed" };
    request.encipher = { modulus: key.modulus, exponent: key.exponent, challenge: data };
  }
  const answer: OfflinePinAnswer = yield* ask("offline-pin", request);
  if (typeof answer === "string") return notEntered(session, answer);
  if ("verified" in answer) return answer.verified;
  return (yield* send(session, commands.verify(answer.block, key !== undefined))).status;
}

type Rsa = PublicKey & { algorithm: "rsa" };

/** The card's key for PINs, or its signing key when it has none. An SM2 card takes its PIN plain or online. */
function pinKey(session: Session): Rsa | undefined {
  const use = session.store.get("9F2D") === undefined ? "signing" : "pin";
  const found = cardKey(session, use);
  return found.ok && found.key.algorithm === "rsa" ? found.key : undefined;
}

/** What a PIN that was not given comes to; where it must not be left out, it is leaving altogether. */
function notEntered(session: Session, answer: "bypassed" | "no-pad" | "cancelled"): PinResult {
  if (answer === "no-pad") return { done: "failed", bits: ["pin-no-pad"] };
  if (answer === "bypassed" && session.terminal.pinBypass) {
    session.pinBypassed = true;
    return { done: "failed", bits: ["pin-not-entered"] };
  }
  throw new Ended("cancelled", "cancelled", "no PIN was entered");
}

/** 2L ‖ PIN ‖ F…: the data of a plain VERIFY. For desks and tests; on a terminal the pad makes it. */
export function plainPinBlock(pin: string): Uint8Array {
  return toBytes(`2${pin.length.toString(16)}${pin.padEnd(14, "F")}`, "PIN");
}

/** 7F ‖ block ‖ challenge ‖ random, under the card's key: the data of an enciphered VERIFY. `random` fills what is left. */
export function encipheredPinBlock(
  pin: string,
  encipher: NonNullable<OfflinePinRequest["encipher"]>,
  random: Uint8Array,
): Uint8Array {
  const { modulus, exponent, challenge } = encipher;
  const plain = concat(Uint8Array.of(0x7f), plainPinBlock(pin), challenge, random).slice(0, modulus.length);
  return rsa(concat(plain, new Uint8Array(modulus.length - plain.length)), { modulus, exponent });
}
