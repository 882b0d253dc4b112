/** A transaction in the field: qPBOC, QuickPass (§9). One tap, no GENERATE AC: the cryptogram comes with GPO. */
import { bit } from "./bits.ts";
import { toBytes } from "./bytes.ts";
import { type Candidate, parseFci } from "./candidates.ts";
import { readCombinations } from "./combinations.ts";
import { commands, OK, send, statusWords } from "./command.ts";
import { processApplication, showCard } from "./contact.ts";
import { cryptogramOf } from "./cryptogram.ts";
import { dolAsks } from "./dol.ts";
import { type PreProcessed, preProcess } from "./entry-point.ts";
import { finish } from "./finish.ts";
import { cardOf } from "./online.ts";
import { Ended, type Outcome } from "./outcome.ts";
import { CONDITIONS_NOT_SATISFIED, getProcessingOptions } from "./processing.ts";
import { approveOffline, askIssuer, refuseListed } from "./quick-decision.ts";
import { readApplication } from "./records.ts";
import type { Step } from "./requests.ts";
import { onExceptionFile } from "./risk.ts";
import { takeFci } from "./selection.ts";
import { ask, parsed, type Session } from "./session.ts";
import { smIndicator } from "./sm-indicator.ts";
import { recoverTorn, tornNow } from "./tear.ts";

const OTHER_INTERFACE = 0x6984;
const SEE_PHONE = 0x6986;
/** Needed of every answer that brings a cryptogram. */
const NEEDED = ["82", "9F36", "9F26", "9F10"] as const;
const FULL_FLOW_BIT = 7;

export function* contactlessTransaction(session: Session): Step<Outcome> {
  const ready = preProcess(session.terminal, session.transaction);
  const allowed = ready.filter((one) => one.allowed);
  if (allowed.length === 0) throw new Ended("other-interface", "amount-not-allowed", ready.map(({ why }) => why).join(" "));
  const combinations = yield* readCombinations(
    session,
    allowed.map(({ application }) => application),
  );
  const recovered = yield* recoverTorn(session, combinations);
  if (recovered !== undefined) return recovered;
  for (const combination of combinations) {
    const own = allowed.find(({ application }) => application === combination.application);
    if (own !== undefined && (yield* start(session, combination, own))) return yield* decide(session, own);
  }
  throw new Ended("other-interface", "all-refused", "no application of the card would do it");
}

/** SELECT and GPO; false: the next combination. */
function* start(session: Session, { aid }: Candidate, own: PreProcessed): Step<boolean> {
  const { status, data } = yield* send(session, commands.select(toBytes(aid)));
  const fci = status === OK ? parseFci(data) : undefined;
  if (fci === undefined) return refuse(session, aid, statusWords("SELECT", status));
  takeFci(session, own.application, fci);
  session.store.kernel.set("9F66", own.ttq);
  session.store.kernel.set("DF69", smIndicator(session));
  const pdol = session.store.get("9F38");
  if (pdol === undefined || !parsed("bad-pdol", () => dolAsks(pdol, "9F66")))
    return refuse(session, aid, "its PDOL does not ask 9F66");
  const answered = yield* getProcessingOptions(session);
  if (answered === OK) return true;
  if (answered === CONDITIONS_NOT_SATISFIED) return refuse(session, aid, "GET PROCESSING OPTIONS answered 6985");
  if (answered === OTHER_INTERFACE) throw new Ended("other-interface", "interface-wanted", "the card wants another interface");
  if (answered === SEE_PHONE) {
    yield* ask("message", { id: "see-phone" });
    throw new Ended("try-again", "see-phone", "the device wants its owner to look at it");
  }
  throw new Ended("terminated", "command-failed", statusWords("GET PROCESSING OPTIONS", answered));
}

function refuse(session: Session, aid: string, why: string): boolean {
  session.refused.push({ aid, why });
  return false;
}

function* decide(session: Session, own: PreProcessed): Step<Outcome> {
  const { store } = session;
  if (store.get("9F26") === undefined && bit(own.ttq, 1, FULL_FLOW_BIT) && store.get("94") !== undefined) {
    yield* readApplication(session);
    return yield* processApplication(session);
  }
  const missing = NEEDED.filter((tag) => store.get(tag) === undefined);
  if (missing.length > 0) throw new Ended("terminated", "mandatory-missing", missing.join(" "));
  const decision = decisionOf(store.get("9F27"), store.value("9F10"));
  // Kept for the host and the journal whether the card named it or not.
  if (decision !== undefined) store.setCard("9F27", Uint8Array.of({ AAC: 0x00, TC: 0x40, ARQC: 0x80 }[decision]));
  if (decision === "ARQC") return yield* askIssuer(session, own, "card");
  if (decision === "TC") return yield* readAndApprove(session, own);
  yield* ask("message", { id: "card-read" });
  return finish(session, new Ended("declined-offline", "card-declined", "AAC"));
}

/** By 9F27, else by what the issuer's data say of the first cryptogram: CVR byte 2, b6–5. */
export function decisionOf(cid: Uint8Array | undefined, issuerData: Uint8Array): "AAC" | "TC" | "ARQC" | undefined {
  if (cid?.[0] !== undefined) return cryptogramOf(cid[0]);
  // 07 DKI CVN 03 CVR2 …
  return (["AAC", "TC", "ARQC", undefined] as const)[((issuerData[4] ?? 0) >> 4) & 3];
}

/** The card has decided to pay: its records first, and only the last one makes it true (§9.6). A card that is not wanted is left before it is charged. */
function* readAndApprove(session: Session, own: PreProcessed): Step<Outcome> {
  const { store, terminal } = session;
  if (store.get("94") === undefined) throw new Ended("terminated", "mandatory-missing", "94");
  const named = cardOf(store.get).pan !== "";
  if (named && onExceptionFile(store.get, terminal)) return refuseListed(session);
  if (named) yield* showCard(session);
  session.torn = tornNow(session);
  if (terminal.keepTorn) yield* ask("charging", { torn: session.torn });
  yield* readApplication(session, ["5F24"]);
  session.torn = undefined;
  session.charged = true;
  if (!named) yield* showCard(session);
  yield* ask("message", { id: "card-read" });
  return yield* approveOffline(session, own);
}
