/** One tap (§9): the card decides at GET PROCESSING OPTIONS and gives its cryptogram with it. */
import { type Answer, answer } from "./apdu.ts";
import { cryptogramOver } from "./cryptogram.ts";
import { CID, type Decision, issuerData, verificationResults } from "./issuer-data.ts";
import { bit, byte, decimal, fromDecimal, type Hex, size } from "./hex.ts";
import type { Path } from "./issue.ts";
import type { Current, Os } from "./os.ts";
import { atcOf, balanceFen, purseTakes } from "./purse.ts";
import { dynamicSignature } from "./signatures.ts";
import { objects, tlv } from "./tlv.ts";

const CTQ_ONLINE_PIN = 0x80;
const CTQ_SIGNATURE = 0x40;
/** Online, should the card's proof not hold. */
const CTQ_ONLINE_ON_FAILURE = 0x20;
/** Second byte: the owner has been verified on the device. */
const CTQ_DEVICE = 0x80;
const NUMBER_BYTES = 8;

/** What the reader says of itself (9F66). */
function readerOf(ttq: Hex) {
  return {
    offlineOnly: bit(ttq, 1, 4),
    onlinePin: bit(ttq, 1, 3),
    signature: bit(ttq, 1, 2),
    cryptogramWanted: bit(ttq, 2, 8),
    cvmWanted: bit(ttq, 2, 7),
  };
}

function decide({ issued, state, progress }: Current): { decision: Decision; qualifiers: number } {
  const { said } = progress;
  const reader = readerOf(said.get("9F66") ?? "");
  const byDevice = issued.profile.quick?.phone !== undefined;
  const byPin = reader.cvmWanted && !byDevice && reader.onlinePin && issued.profile.cvm.includes("online-pin");
  const bySignature = reader.cvmWanted && !byDevice && !byPin && reader.signature && issued.profile.cvm.includes("signature");
  const unverified = reader.cvmWanted && !byDevice && !byPin && !bySignature;
  const qualifiers = (byPin ? CTQ_ONLINE_PIN : 0) | (bySignature ? CTQ_SIGNATURE : 0) | CTQ_ONLINE_ON_FAILURE;
  const amountFen = fromDecimal(said.get("9F02") ?? "");
  const purchase = said.get("9C") === "00";
  const reset = reader.offlineOnly ? "used" : "kept";
  const offline = purchase && !reader.cryptogramWanted && !byPin && purseTakes(state, amountFen, said.get("5F2A") ?? "", reset);
  if (unverified) return { decision: "AAC", qualifiers };
  if (offline) return { decision: "TC", qualifiers };
  return { decision: reader.offlineOnly ? "AAC" : "ARQC", qualifiers };
}

export function quickAnswer(os: Os, current: Current, path: Path): Answer {
  const { issued, state, progress } = current;
  const { decision, qualifiers } = decide(current);
  const signs = decision === "TC" && Number.parseInt(path.aip.slice(0, 2), 16) >= 0x20;
  progress.dynamic = signs;
  const results = verificationResults(current, decision, "none");
  const cryptogram = cryptogramOver(current, path, results);
  progress.cryptogram = cryptogram;
  progress.first = decision;
  progress.phase = decision === "ARQC" ? "requested" : "decided";
  const amountFen = fromDecimal(progress.said.get("9F02") ?? "");
  if (decision === "TC") progress.pending = { amountFen, record: path.records.length };
  const ctq = byte(qualifiers) + byte(issued.profile.quick?.phone === undefined ? 0 : CTQ_DEVICE);
  const proof = signs ? fastProof(os, current, path, ctq) : [];
  const found = objects([
    ["82", path.aip],
    ["94", decision === "TC" ? path.afl : undefined],
    ["57", issued.track2],
    ["5F34", os.card.sequence],
    ["9F10", issuerData(current, path.cipher, results)],
    ["9F26", cryptogram],
    ["9F27", issued.profile.quick?.cid === true ? byte(CID[decision]) : undefined],
    ["9F36", atcOf(state)],
    ["9F5D", decision === "TC" ? decimal(balanceFen(state) - amountFen, 6) : undefined],
    ["9F6C", ctq],
    ...proof,
  ]);
  return answer(tlv("77", found));
}

/** fDDA (§9.4): version 01 signs the amount and the card's own random too. */
function fastProof({ random }: Os, { issued, progress, state }: Current, path: Path, ctq: Hex): [Hex, Hex][] {
  const said = (tag: Hex): Hex => progress.said.get(tag) ?? "";
  const related = `01${random(4)}${ctq}00`;
  const modern = issued.profile.quick?.version === "01";
  const tail = modern ? said("9F37") + said("9F02") + said("5F2A") + related : said("9F37");
  const chosen = atcOf(state) + random(NUMBER_BYTES - 2);
  const signature = dynamicSignature(issued.secret(path.cipher), byte(size(chosen)) + chosen, tail);
  return modern
    ? [
        ["9F69", related],
        ["9F4B", signature],
      ]
    : [["9F4B", signature]];
}
