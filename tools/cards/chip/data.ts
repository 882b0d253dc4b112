/** GET DATA: counters, the purse, formats of the logs. */
import { type Answer, answer, type Command, status, SW } from "./apdu.ts";
import { byte, type Hex } from "./hex.ts";
import { LOAD_FORMAT, LOAD_LOG_FILE, LOG_ENTRIES, LOG_FILE, LOG_FORMAT } from "./issue.ts";
import type { Current, Os } from "./os.ts";
import { atcOf } from "./purse.ts";
import { tlv } from "./tlv.ts";

/** The purse's threshold goes with the purse. */
const READABLE = new Set(["9F79", "9F77", "9F78", "9F6D", "9F58"]);

export function getData(os: Os, { p1, p2, data }: Command): Answer {
  if (os.current === undefined) return status(SW.conditions);
  if (data !== "") return status(SW.wrongLength);
  const tag = p1 === 0 ? byte(p2) : byte(p1) + byte(p2);
  const value = objectOf(os.current, tag);
  return value === undefined ? status(SW.noObject) : answer(tlv(tag, value));
}

function objectOf({ issued, state }: Current, tag: Hex): Hex | undefined {
  const purse = issued.profile.purse !== undefined;
  switch (tag) {
    case "9F36":
      return atcOf(state);
    case "9F13":
      return state.lastOnlineAtc.toString(16).toUpperCase().padStart(4, "0");
    case "9F17":
      return state.pin === undefined ? undefined : byte(state.pinTries);
    case "9F4D":
      return byte(LOG_FILE) + byte(LOG_ENTRIES);
    case "9F4F":
      return LOG_FORMAT;
    case "DF4D":
      return purse ? byte(LOAD_LOG_FILE) + byte(LOG_ENTRIES) : undefined;
    case "DF4F":
      return purse ? LOAD_FORMAT : undefined;
    default:
      return READABLE.has(tag) ? state.data[tag] : undefined;
  }
}
