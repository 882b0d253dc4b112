/** 9F10 (§7): what the card tells its issuer of itself: key and algorithm, verification results (CVR), the purse. */
import type { Cipher } from "./ciphers.ts";
import { mac } from "./ciphers.ts";
import { byte, cut, type Hex, zeros } from "./hex.ts";
import { sessionKey } from "./card-keys.ts";
import type { Current } from "./os.ts";
import { atcOf } from "./purse.ts";

export type Decision = "AAC" | "TC" | "ARQC";

export const CID: Readonly<Record<Decision, number>> = { AAC: 0x00, TC: 0x40, ARQC: 0x80 };

const KEY_INDEX = "01";
const VERSION = "01";
const ALGORITHM: Readonly<Record<Cipher, Hex>> = { "3des": "01", sm4: "04" };
/** Codes of the first and second cryptogram in byte 2 of the CVR. */
const FIRST: Readonly<Record<Decision, number>> = { AAC: 0x00, TC: 0x10, ARQC: 0x20 };
const SECOND: Readonly<Record<"AAC" | "TC" | "none", number>> = { AAC: 0x00, TC: 0x40, none: 0x80 };

const flag = (on: boolean, value: number): number => (on ? value : 0);

/** Four bytes, its length 03 first. */
export function verificationResults({ state, progress }: Current, first: Decision, second: "AAC" | "TC" | "none"): Hex {
  const { last } = state;
  const byte2 =
    SECOND[second] |
    FIRST[first] |
    flag(progress.issuer === "wrong", 0x08) |
    flag(progress.pin !== "untried", 0x04) |
    flag(progress.pin === "wrong", 0x02);
  const byte3 =
    flag(last.onlineUnfinished, 0x80) |
    flag(state.pin !== undefined && state.pinTries === 0, 0x40) |
    flag(state.lastOnlineAtc === 0, 0x10) |
    flag(last.issuerFailed, 0x08) |
    flag(last.issuerMissing, 0x04);
  const byte4 = (Math.min(last.scripts, 15) << 4) | flag(last.scriptFailed, 0x08) | flag(progress.dynamic, 0x02);
  return `03${byte(byte2)}${byte(byte3)}${byte(byte4)}`;
}

/** 07 DKI CVN CVR ALG, and for a purse 0A 01, its balance and a MAC over ATC and balance under the session key. */
export function issuerData({ issued, state }: Current, cipher: Cipher, results: Hex): Hex {
  const head = `07${KEY_INDEX}${VERSION}${results}${ALGORITHM[cipher]}`;
  const balance = state.data["9F79"];
  if (balance === undefined) return head;
  const shown = cut(balance, 1);
  const key = sessionKey(cipher, issued.keys(cipher).mac, atcOf(state));
  return `${head}0A01${shown}${cut(mac(cipher, key, atcOf(state) + shown + zeros(1)), 0, 4)}`;
}
