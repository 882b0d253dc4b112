/** GET PROCESSING OPTIONS: the way through the application is chosen here; in one tap the cryptogram comes with it (§6.3, §9.2). */
import { type Answer, answer, type Command, status, SW } from "./apdu.ts";
import type { Cipher } from "./ciphers.ts";
import { bit, fromDecimal, type Hex, size } from "./hex.ts";
import type { Current, Os } from "./os.ts";
import type { Use } from "./issue.ts";
import { purseTakes } from "./purse.ts";
import { quickAnswer } from "./quick.ts";
import { dolLength, only, splitDol, tlv } from "./tlv.ts";

const MOST_ATC = 0xffff;
const YES = "01";
const QUICK_BIT = 6;
const FULL_FLOW_BIT = 7;

export function getProcessingOptions(os: Os, { p1, p2, data }: Command): Answer {
  const { current } = os;
  if (current === undefined || current.progress.phase !== "selected") return status(SW.conditions);
  if (p1 !== 0 || p2 !== 0) return status(SW.wrongParameters);
  const { issued, state, progress } = current;
  const sent = only("83", data);
  if (sent === undefined) return status(SW.wrongData);
  const pdol = issued.pdol(os.face) ?? "";
  if (size(sent) !== dolLength(pdol)) return status(SW.wrongLength);
  if (state.blocked || state.atc === MOST_ATC || issued.profile.faults?.includes("conditions-not-satisfied") === true)
    return status(SW.conditions);
  const said = splitDol(pdol, sent);
  const use = useOf(os, current, said);
  if (use === undefined) return status(SW.conditions);
  if (use === "quick" && issued.profile.quick?.phone === "asks") {
    // Asked once, the owner looks; the next payment is asked for anew.
    state.looked = state.looked !== true;
    if (state.looked) return status(SW.seePhone);
  }
  state.atc++;
  progress.phase = "initiated";
  progress.pdol = sent;
  progress.said = said;
  progress.path = issued.path(use, cipherOf(current, said));
  if (use === "quick") return quickAnswer(os, current, progress.path);
  const { aip, afl } = progress.path;
  // Both forms are in use; cards with a purse came later and use the newer one.
  return answer(issued.profile.purse === undefined ? tlv("80", aip, afl) : tlv("77", tlv("82", aip), tlv("94", afl)));
}

function cipherOf({ issued }: Current, said: ReadonlyMap<Hex, Hex>): Cipher {
  return issued.profile.sm === true && said.get("DF69") === YES ? "sm4" : "3des";
}

/** Undefined: the card has nothing for this reader. */
function useOf(os: Os, { state }: Current, said: ReadonlyMap<Hex, Hex>): Use | undefined {
  if (os.face === "field") {
    const ttq = said.get("9F66") ?? "";
    if (bit(ttq, 1, QUICK_BIT)) return "quick";
    return bit(ttq, 1, FULL_FLOW_BIT) ? "account" : undefined;
  }
  const amountFen = fromDecimal(said.get("9F02") ?? "");
  return said.get("9F7A") === YES && purseTakes(state, amountFen, said.get("5F2A") ?? "", "used") ? "purse" : "account";
}
