/** Issuer scripts (§6.13, §10): commands whose last four bytes are a MAC under the transaction's key. */
import { type Answer, type Command, OK, status, SW } from "./apdu.ts";
import { decipher, blockSize } from "./ciphers.ts";
import { scriptMac, sessionKey } from "./card-keys.ts";
import { byte, cut, type Hex, number, size, xor, zeros } from "./hex.ts";
import type { Path } from "./issue.ts";
import type { Current, Handler, Os } from "./os.ts";
import { atcOf, keepLoad } from "./purse.ts";
import { fileOf } from "./records.ts";
import { PIN_TRIES } from "./state.ts";
import { only } from "./tlv.ts";

const MAC_BYTES = 4;
type Deed = (os: Os, current: Current, path: Path, command: Command & { plain: Hex }) => number;

/** Runs the deed when the MAC is right; counts it for the issuer either way. */
const guarded =
  (deed: Deed): Handler =>
  (os, command): Answer => {
    const { current } = os;
    if (current === undefined) return status(SW.conditions);
    const { path, cryptogram } = current.progress;
    // Without a cryptogram of this transaction nothing ties the script to it.
    if (path === undefined || cryptogram === undefined || current.progress.first !== "ARQC") return status(SW.conditions);
    const result =
      checked(current, path, cryptogram, command) ??
      deed(os, current, path, { ...command, plain: cut(command.data, 0, size(command.data) - MAC_BYTES) });
    const { last } = current.state;
    if (result === OK) last.scripts++;
    else last.scriptFailed = true;
    return status(result);
  };

function checked(
  { issued, state }: Current,
  { cipher }: Path,
  cryptogram: Hex,
  { cla, ins, p1, p2, data }: Command,
): number | undefined {
  if (size(data) < MAC_BYTES) return SW.noMac;
  const header = byte(cla) + byte(ins) + byte(p1) + byte(p2) + byte(size(data));
  const from = { header, atc: atcOf(state), cryptogram, data: cut(data, 0, size(data) - MAC_BYTES) };
  return scriptMac(cipher, issued.keys(cipher).mac, from) === cut(data, size(data) - MAC_BYTES) ? undefined : SW.wrongMac;
}

const bare =
  (deed: (os: Os, current: Current) => void): Deed =>
  (os, current, _path, { p1, p2, plain }) => {
    if (p1 !== 0 || p2 !== 0) return SW.wrongParameters;
    if (plain !== "") return SW.wrongLength;
    deed(os, current);
    return OK;
  };

const UNBLOCK = 0x00;
const CHANGE_KNOWING = 0x01;
const CHANGE = 0x02;

const pinChange: Deed = (_os, { issued, state }, { cipher }, { p1, p2, plain }) => {
  if (p1 !== 0 || ![UNBLOCK, CHANGE_KNOWING, CHANGE].includes(p2)) return SW.wrongParameters;
  if (state.pin === undefined) return SW.conditions;
  if (p2 === UNBLOCK) {
    if (plain !== "") return SW.wrongLength;
    state.pinTries = PIN_TRIES;
    return OK;
  }
  if (plain === "" || size(plain) % blockSize(cipher) !== 0) return SW.wrongLength;
  const keys = issued.keys(cipher);
  const opened = decipher(cipher, sessionKey(cipher, keys.enc, atcOf(state)), plain);
  const block = xor(cut(opened, 1, 9), zeros(4) + cut(keys.ac, 4, 8));
  const known = p2 === CHANGE_KNOWING ? state.pin.padEnd(16, "0") : zeros(8);
  const pin = newPin(xor(block, known));
  if (number(cut(opened, 0, 1)) !== 8 || pin === undefined) return SW.wrongData;
  state.pin = pin;
  state.pinTries = PIN_TRIES;
  return OK;
};

/** 0L, digits, F… */
function newPin(block: Hex): string | undefined {
  const length = number(cut(block, 0, 1));
  const pin = block.slice(2, 2 + length);
  return length >= 4 && length <= 12 && /^\d+$/.test(pin) && /^F*$/.test(block.slice(2 + length)) ? pin : undefined;
}

/** The purse and the limit of payments without the host. */
const PUTTABLE: Readonly<Record<Hex, number>> = { "9F79": 6, "9F77": 6, "9F78": 6, "9F6D": 6, "9F58": 1 };

const putData: Deed = (_os, { state, progress }, _path, { p1, p2, plain }) => {
  const tag = byte(p1) + byte(p2);
  const length = PUTTABLE[tag];
  if (length === undefined || state.data[tag] === undefined) return SW.noObject;
  if (size(plain) !== length) return SW.wrongLength;
  if (length === 6 && !/^\d+$/.test(plain)) return SW.wrongData;
  if (tag === "9F79" && plain > (state.data["9F77"] ?? "")) return SW.wrongData;
  state.data[tag] = plain;
  if (tag === "9F79") keepLoad(state, progress.said);
  return OK;
};

const BY_NUMBER = 4;

const updateRecord: Deed = (_os, current, _path, { p1, p2, plain }) => {
  if ((p2 & 7) !== BY_NUMBER || p1 === 0) return SW.wrongParameters;
  const file = p2 >> 3;
  const records = file > 10 ? undefined : fileOf(current, file);
  if (records === undefined) return SW.notFound;
  if (records[p1 - 1] === undefined) return SW.noRecord;
  if (only("70", plain) === undefined) return SW.wrongData;
  current.state.records[`${file}.${p1}`] = plain;
  return OK;
};

export const scripts: Readonly<Record<string, Handler>> = {
  "841E": guarded(bare((_os, { state }) => void (state.blocked = true))),
  "8418": guarded(bare((_os, { state }) => void (state.blocked = false))),
  "8416": guarded(bare(({ state }) => void (state.blocked = true))),
  "8424": guarded(pinChange),
  "04DA": guarded(putData),
  "04DC": guarded(updateRecord),
};
