/** SELECT by name: directories, applications, the next of the same beginning. */
import { type Command, status, SW, type Answer } from "./apdu.ts";
import { byte, type Hex, size, textHex } from "./hex.ts";
import { type Issued, LOAD_LOG_FILE, LOG_ENTRIES, LOG_FILE } from "./issue.ts";
import { type Os, take } from "./os.ts";
import { objects, tlv } from "./tlv.ts";

const PSE = textHex("1PAY.SYS.DDF01");
const PPSE = textHex("2PAY.SYS.DDF01");
export const DIRECTORY_FILE = 1;
const FIRST = 0x00;
const NEXT = 0x02;
const BY_NAME = 0x04;
const LATIN1 = "01";

export function select(os: Os, { p1, p2, data }: Command): Answer {
  if (p1 !== BY_NAME || (p2 !== FIRST && p2 !== NEXT)) return status(SW.wrongParameters);
  if (size(data) < 5 || size(data) > 16) return status(SW.wrongLength);
  if (p2 === FIRST && data === (os.face === "contact" ? PSE : PPSE)) return directory(os, data);
  const from = p2 === NEXT && os.found?.name === data ? os.found.position + 1 : 0;
  if (p2 === NEXT && from === 0) return status(SW.notFound);
  const position = os.applications.findIndex((one, i) => i >= from && reachable(one, os) && one.profile.aid.startsWith(data));
  if (position < 0) return status(SW.notFound);
  os.found = { name: data, position };
  const { issued, state } = take(os, position);
  return { data: fciOf(issued, os), sw: state.blocked ? SW.fileInvalid : 0x9000 };
}

/** Only what pays in one tap is there in the field. */
const reachable = ({ profile }: Issued, os: Os): boolean => os.face === "contact" || profile.quick !== undefined;

function directory(os: Os, name: Hex): Answer {
  if (os.card.directory === false) return status(SW.notFound);
  os.current = undefined;
  os.directory = true;
  const inside =
    os.face === "contact" ? tlv("88", byte(DIRECTORY_FILE)) + tlv("5F2D", textHex("zhen")) : tlv("BF0C", ...entries(os));
  return { data: tlv("6F", tlv("84", name), tlv("A5", inside)), sw: 0x9000 };
}

/** Two to a record, so that a terminal has to read on. */
export function directoryRecords(os: Os): Hex[] {
  const all = entries(os);
  return Array.from({ length: Math.ceil(all.length / 2) }, (_, i) => tlv("70", ...all.slice(i * 2, i * 2 + 2)));
}

function entries(os: Os): Hex[] {
  return os.applications
    .filter((one) => reachable(one, os))
    .map(({ profile }) => tlv("61", tlv("4F", profile.aid), names(profile)));
}

function names({ label, preferred, priority, confirm }: Issued["profile"]): Hex {
  const indicator = (priority ?? 0) | (confirm === true ? 0x80 : 0);
  return objects([
    ["50", textHex(label)],
    ["9F12", preferred === undefined ? undefined : textHex(preferred)],
    ["87", priority === undefined && confirm !== true ? undefined : byte(indicator)],
  ]);
}

function fciOf(issued: Issued, { face }: Os): Hex {
  const { profile } = issued;
  const logs = tlv("9F4D", byte(LOG_FILE), byte(LOG_ENTRIES));
  const loads = profile.purse === undefined ? "" : tlv("DF4D", byte(LOAD_LOG_FILE), byte(LOG_ENTRIES));
  const proprietary =
    names(profile) +
    objects([
      ["9F38", issued.pdol(face)],
      ["5F2D", textHex("zhen")],
      ["9F11", profile.preferred === undefined ? undefined : LATIN1],
    ]);
  return tlv("6F", tlv("84", profile.aid), tlv("A5", proprietary, tlv("BF0C", logs, loads)));
}
