/** GENERATE AC, the first and the second (§6.10, §6.12). The card goes along with the terminal or further down, never up. */
import { type Answer, answer, type Command, status, SW } from "./apdu.ts";
import { authenticateIssuer, dynamicNumber } from "./authenticate.ts";
import { cryptogramOver } from "./cryptogram.ts";
import { CID, type Decision, issuerData, verificationResults } from "./issuer-data.ts";
import { byte, fromDecimal, type Hex, number, size } from "./hex.ts";
import type { Path } from "./issue.ts";
import type { Current, Handled, Os } from "./os.ts";
import { atcOf, keepPayment, pay, purseTakes } from "./purse.ts";
import { dynamicSignature, hashFor } from "./signatures.ts";
import { dolLength, splitDol, tlv } from "./tlv.ts";

const WANTED: readonly (Decision | undefined)[] = ["AAC", "TC", "ARQC", undefined];
const COMBINED = 0x10;
const SERVICE_NOT_ALLOWED = 0x01;

export function generateAc(os: Os, { p1, p2, data }: Command): Handled {
  const { current } = os;
  const path = current?.progress.path;
  if (current === undefined || path === undefined || path.use === "quick") return status(SW.conditions);
  const wanted = WANTED[p1 >> 6];
  if (wanted === undefined || p2 !== 0) return status(SW.wrongParameters);
  const combined = (p1 & COMBINED) !== 0 && current.issued.profile.authentication === "cda";
  if (current.progress.phase === "initiated") return first(os, current, path, { wanted, combined, data });
  if (current.progress.phase === "requested" && wanted !== "ARQC") return second(os, current, path, { wanted, combined, data });
  return status(SW.conditions);
}

interface Asked {
  wanted: Decision;
  combined: boolean;
  data: Hex;
}

function first(os: Os, current: Current, path: Path, { wanted, combined, data }: Asked): Answer {
  const { state, progress, issued } = current;
  if (size(data) !== dolLength(path.cdol1)) return status(SW.wrongLength);
  progress.cdol1 = data;
  progress.said = new Map([...progress.said, ...splitDol(path.cdol1, data)]);
  const refused = issued.profile.faults?.includes("service-not-allowed") === true;
  const decision = refused ? "AAC" : lower(wanted, ownWill(current, path));
  const results = verificationResults(current, decision, "none");
  const cryptogram = cryptogramOver(current, path, results);
  progress.first = decision;
  progress.cryptogram = cryptogram;
  progress.phase = decision === "ARQC" ? "requested" : "decided";
  if (decision === "ARQC") state.last = { ...state.last, onlineUnfinished: true };
  if (decision === "TC") approve(current, path);
  const cid = CID[decision] | (refused ? SERVICE_NOT_ALLOWED : 0);
  return answered(os, current, path, {
    cid,
    cryptogram,
    results,
    sent: progress.pdol + data,
    combined: combined && decision !== "AAC",
  });
}

const RANK: Record<Decision, number> = { AAC: 0, ARQC: 1, TC: 2 };
const lower = (a: Decision, b: Decision): Decision => (RANK[a] < RANK[b] ? a : b);

/** How far the card itself would go (card risk management). */
function ownWill({ state, progress }: Current, path: Path): Decision {
  const amountFen = fromDecimal(progress.said.get("9F02") ?? "");
  if (path.use === "purse") return purseTakes(state, amountFen, progress.said.get("5F2A") ?? "", "used") ? "TC" : "ARQC";
  const offline = state.atc - state.lastOnlineAtc;
  return offline > number(state.data["9F58"] ?? "FF") ? "ARQC" : "TC";
}

function approve(current: Current, path: Path): void {
  if (path.use === "purse") pay(current, fromDecimal(current.progress.said.get("9F02") ?? ""));
  else keepPayment(current.state, current.progress.said);
}

const UNREACHED = new Set(["5933", "5A33"]);

function second(os: Os, current: Current, path: Path, { wanted, combined, data }: Asked): Handled {
  const { state, progress, issued } = current;
  const { faults = [], lenient = false, issuerBy } = issued.profile;
  if (faults.includes("dies-at-second-ac")) return "mute";
  if (size(data) !== dolLength(path.cdol2)) return status(SW.wrongLength);
  const said = splitDol(path.cdol2, data);
  progress.said = new Map([...progress.said, ...said]);
  const reached = !UNREACHED.has(said.get("8A") ?? "");
  if (issuerBy === "cdol2" && reached) authenticateIssuer(current, said.get("91") ?? "");
  const trusted = lenient || !reached || progress.issuer === "right";
  const decision =
    os.state.blocked || state.blocked || !trusted || faults.includes("refuses-second-ac") ? "AAC" : (wanted as "AAC" | "TC");
  const results = verificationResults(current, progress.first ?? "ARQC", decision);
  const cryptogram = cryptogramOver(current, path, results);
  progress.phase = "decided";
  state.last.onlineUnfinished = !reached && state.last.onlineUnfinished;
  if (reached) {
    state.last.issuerMissing = progress.issuer === "unasked";
    state.last.issuerFailed = progress.issuer === "wrong";
  }
  if (progress.issuer === "right") {
    state.lastOnlineAtc = state.atc;
    state.last = { onlineUnfinished: false, issuerFailed: false, issuerMissing: false, scripts: 0, scriptFailed: false };
  }
  if (decision === "TC") keepPayment(state, progress.said);
  const sent = progress.pdol + progress.cdol1 + data;
  return answered(os, current, path, { cid: CID[decision], cryptogram, results, sent, combined: combined && decision !== "AAC" });
}

interface Result {
  cid: number;
  cryptogram: Hex;
  results: Hex;
  /** All data of PDOL and CDOLs so far. */
  sent: Hex;
  combined: boolean;
}

function answered(os: Os, current: Current, path: Path, { cid, cryptogram, results, sent, combined }: Result): Answer {
  const { state, issued, progress } = current;
  const own = issuerData(current, path.cipher, results);
  if (!combined) {
    if (issued.profile.purse === undefined) return answer(tlv("80", byte(cid), atcOf(state), cryptogram, own));
    return answer(tlv("77", tlv("9F27", byte(cid)), tlv("9F36", atcOf(state)), tlv("9F26", cryptogram), tlv("9F10", own)));
  }
  const plain = [tlv("9F27", byte(cid)), tlv("9F36", atcOf(state)), tlv("9F10", own)];
  const key = issued.secret(path.cipher);
  const data = dynamicNumber(os, current) + byte(cid) + cryptogram + hashFor(key.kind, sent + plain.join(""));
  const signature = dynamicSignature(key, data, progress.said.get("9F37") ?? "");
  return answer(tlv("77", ...plain, tlv("9F4B", signature)));
}
