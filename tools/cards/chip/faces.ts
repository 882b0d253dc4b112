/** The card's two sides as bytes: contacts with ATR and protocol, and what comes near an antenna (../contract.ts). */
import type { CardReply, ContactFace, FieldFace } from "../contract.ts";
import { encodeAnswer, parseCommand, status, SW } from "./apdu.ts";
import { atrOf } from "./atr.ts";
import { fromHex, type Hex, size, toHex } from "./hex.ts";
import { forget, handle, type Os } from "./os.ts";
import type { ContactProfile, FieldProfile } from "./profile.ts";
import { T0 } from "./t0.ts";
import { T1 } from "./t1.ts";

const WORK_MS = 20;
const FIELD_WORK_MS = 15;
const RESET_MS = 10;
const PPS = "FF";
const MUTE: CardReply = { kind: "mute" };

const reply = (bytes: Hex, workMs: number, extensions = 0): CardReply => ({
  kind: "answer",
  bytes: fromHex(bytes),
  workMs,
  extensions,
});

/** A whole APDU in, a whole answer out. */
function wholeApdu(os: Os, apdu: Hex): Hex | "mute" {
  const command = parseCommand(apdu);
  if (command === undefined) return encodeAnswer(status(SW.wrongLength));
  const answered = handle(os, command);
  return answered === "mute" ? "mute" : encodeAnswer(answered);
}

/** What the card says after a reset; null: nothing. */
export function answerToReset({ protocol, atr }: ContactProfile, kind: "cold" | "warm"): Hex | null {
  return atr?.[kind] === undefined ? atrOf(protocol) : atr[kind];
}

export function contactFace(os: Os, profile: ContactProfile): ContactFace {
  const { protocol, workMs = WORK_MS, extensions = 0 } = profile;
  const t0 = new T0((command) => handle(os, command));
  const t1 = new T1((apdu) => wholeApdu(os, apdu), { extensions });
  let power: "off" | "reset" | "on" | "dead" = "off";
  return {
    protocol,
    reset(kind) {
      forget(os);
      t0.reset();
      t1.reset();
      const atr = answerToReset(profile, kind);
      power = atr === null ? "dead" : "reset";
      return atr === null ? MUTE : reply(atr, RESET_MS);
    },
    exchange(bytes) {
      if (power === "off" || power === "dead") return MUTE;
      const received = toHex(bytes);
      const afterReset = power === "reset";
      power = "on";
      if (afterReset && received.startsWith(PPS)) return reply(received, RESET_MS);
      const answered = protocol === "T=0" ? t0.exchange(received) : t1.exchange(received);
      if (answered === "mute") {
        power = "dead";
        return MUTE;
      }
      return reply(answered, workMs, protocol === "T=0" ? extensions : 0);
    },
    powerOff() {
      forget(os);
      power = "off";
    },
  };
}

/** FSCI 8 (256 bytes), FWI 7, no CID, no NAD. */
const ATS = "0578807000";
const ATQA = "0400";
const SAK = 0x20;

export function fieldFace(os: Os, { uid, workMs = FIELD_WORK_MS, extensions = 0 }: FieldProfile): FieldFace {
  let active = false;
  return {
    uid: fromHex(uid),
    atqa: fromHex(size(uid) === 4 ? ATQA : "4400"),
    sak: SAK,
    ats: fromHex(ATS),
    activate() {
      forget(os);
      active = true;
    },
    transmit(command) {
      if (!active) return MUTE;
      const answered = wholeApdu(os, toHex(command));
      if (answered !== "mute") return reply(answered, workMs, extensions);
      active = false;
      return MUTE;
    },
    fieldOff() {
      forget(os);
      active = false;
    },
  };
}
