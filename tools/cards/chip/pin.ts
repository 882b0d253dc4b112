/** VERIFY and GET CHALLENGE (§6.7; Book 2 7.2). */
import { type Answer, answer, type Command, status, SW } from "./apdu.ts";
import { cut, type Hex, number, size } from "./hex.ts";
import type { Current, Os } from "./os.ts";
import { rsaOpen } from "./signatures.ts";
import { PIN_TRIES } from "./state.ts";

const PLAIN = 0x80;
const ENCIPHERED = 0x88;
const CHALLENGE_BYTES = 8;
const ENCIPHERED_HEADER = "7F";
const TRIES_LEFT = 0x63c0;

export function challenge({ current, random }: Os, { p1, p2, data, le }: Command): Answer {
  if (current === undefined) return status(SW.conditions);
  if (p1 !== 0 || p2 !== 0) return status(SW.wrongParameters);
  if (data !== "" || le === undefined) return status(SW.wrongLength);
  current.progress.challenge = random(CHALLENGE_BYTES);
  return answer(current.progress.challenge);
}

export function verify({ current }: Os, { p1, p2, data }: Command): Answer {
  if (current === undefined || current.state.pin === undefined) return status(SW.conditions);
  if (p1 !== 0 || (p2 !== PLAIN && p2 !== ENCIPHERED)) return status(SW.wrongParameters);
  if (current.state.pinTries === 0) return status(SW.pinBlocked);
  if (p2 === PLAIN) return size(data) === 8 ? check(current, data) : status(SW.wrongLength);
  const { challenge: given } = current.progress;
  if (given === undefined) return status(SW.conditions);
  const key = current.issued.secret("3des");
  const block = key.kind === "rsa" ? rsaOpen(data, key) : undefined;
  if (block === undefined) return status(SW.wrongLength);
  // Deciphered with another key, or for another challenge: nothing was tried.
  if (cut(block, 0, 1) !== ENCIPHERED_HEADER || cut(block, 9, 17) !== given) return status(SW.invalidated);
  return check(current, cut(block, 1, 9));
}

function check({ state, progress }: Current, block: Hex): Answer {
  if (pinOf(block) === state.pin) {
    state.pinTries = PIN_TRIES;
    progress.pin = "right";
    return status(0x9000);
  }
  state.pinTries--;
  progress.pin = "wrong";
  return status(TRIES_LEFT | state.pinTries);
}

/** 2L, digits, F…; undefined when it is no such block. */
export function pinOf(block: Hex): string | undefined {
  const length = number(block[1] ?? "");
  const pin = block.slice(2, 2 + length);
  const sound = block.startsWith("2") && length >= 4 && length <= 12 && /^\d+$/.test(pin) && /^F*$/.test(block.slice(2 + length));
  return sound ? pin : undefined;
}
