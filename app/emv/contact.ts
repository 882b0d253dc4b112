/** A transaction by the contacts of the card, from top to bottom (§6). */
import { analyseActions } from "./actions.ts";
import { authenticateData } from "./authentication.ts";
import { fromText } from "./bytes.ts";
import type { Candidate } from "./candidates.ts";
import { generateAc } from "./cryptogram.ts";
import { verifyCardholder } from "./cvm.ts";
import { overridden, prepareEcash, supportIndicator, takesEcash } from "./ecash.ts";
import { finish } from "./finish.ts";
import { actionCodes, complete } from "./issuer.ts";
import { cardOf, onlineRequest } from "./online.ts";
import { Ended, type Outcome } from "./outcome.ts";
import { onlinePin } from "./pin.ts";
import { initiate } from "./processing.ts";
import { readApplication } from "./records.ts";
import type { Step } from "./requests.ts";
import { restrictionBits } from "./restrictions.ts";
import { manageTerminalRisk } from "./risk.ts";
import { candidateList, selectOne } from "./selection.ts";
import { smIndicator } from "./sm-indicator.ts";
import { ask, type Session } from "./session.ts";
import { tornNow } from "./tear.ts";

export function* contactTransaction(session: Session): Step<Outcome> {
  const { candidates } = yield* candidateList(session);
  yield* startApplication(session, candidates);
  yield* readApplication(session);
  yield* showCard(session);
  return yield* processApplication(session);
}

/** Nothing is decided yet: whoever leaves here has left nothing behind. */
export function* showCard({ terminal, store }: Session): Step<void> {
  if (!terminal.showCard) return;
  const { pan, sequence, expiry, track2 } = cardOf(store.get);
  if (!(yield* ask("card", { pan, sequence, expiry, track2, purse: takesEcash(store) })))
    throw new Ended("cancelled", "cancelled", "left when the card was shown");
}

/** Selects until one is willing. */
function* startApplication(session: Session, candidates: Candidate[]): Step<void> {
  for (let again = false; ; again = true) {
    yield* selectOne(session, candidates, again);
    session.store.kernel.set("9F7A", supportIndicator(session.chosen, session.transaction));
    session.store.kernel.set("DF69", smIndicator(session));
    if ((yield* initiate(session)) === "initiated") return;
    session.refused.push({ aid: session.aid, why: "GET PROCESSING OPTIONS answered 6985" });
    // Back at the list nothing of this application counts.
    session.store.card.clear();
  }
}

/** From the records read to the end. */
export function* processApplication(session: Session): Step<Outcome> {
  if ((yield* prepareEcash(session)) === "refuse") {
    return finish(session, new Ended("declined-offline", "terminal-declined", "the purse does not hold the amount"));
  }
  yield* authenticateData(session);
  session.setTvr(...restrictionBits(session.store.get, session.store.get, session.terminal, session.transaction));
  yield* verifyCardholder(session);
  yield* manageTerminalRisk(session);
  const decision = analyseActions(session.tvr, actionCodes(session), session.terminal.reach);
  const action = overridden(session, decision.action);
  // A purse that does not reach: the account pays, and that wants a PIN (§8).
  if (action === "ARQC" && session.onlineOnly && paysByPurse(session) && !session.onlinePin) {
    const { bits = [] } = yield* onlinePin(session);
    session.setTvr(...bits);
  }
  return yield* firstAc(session, action);
}

function paysByPurse({ store }: Session): boolean {
  return store.value("9F7A")[0] === 1;
}

function* firstAc(session: Session, action: "AAC" | "ARQC" | "TC"): Step<Outcome> {
  // From here until its answer a purse may have been charged without anybody knowing (§8).
  if (session.ecash) {
    session.torn = tornNow(session);
    if (session.terminal.keepTorn) yield* ask("charging", { torn: session.torn });
  }
  const answer = yield* generateAc(session, action, 1);
  session.torn = undefined;
  const { cryptogram, combinedFailed, serviceNotAllowed } = answer;
  if (cryptogram === "ARQC" && !combinedFailed) return yield* goOnline(session);
  // A request nobody may trust is closed with a decline before anything goes out (§6.5).
  if (cryptogram === "ARQC") yield* generateAc(session, "AAC", 2);
  yield* ask("message", { id: "remove-card" });
  session.charged = session.ecash && cryptogram === "TC";
  const approved = cryptogram === "TC" && !combinedFailed;
  session.store.kernel.set("8A", fromText(approved ? "Y1" : "Z1"));
  if (approved) return finish(session, new Ended("approved-offline", "approved", "TC"));
  if (combinedFailed)
    return finish(session, new Ended("declined-offline", "combined-authentication", String(session.refusedAuthentication)));
  if (serviceNotAllowed) return finish(session, new Ended("not-accepted", "service-not-allowed", "CID"));
  const reason = action === "AAC" ? "terminal-declined" : "card-declined";
  return finish(session, new Ended("declined-offline", reason, `${action} was asked for`));
}

function* goOnline(session: Session): Step<Outcome> {
  // The card wants the issuer, the terminal has no line to one.
  if (session.terminal.reach === "offline-only") return yield* complete(session, undefined);
  const request = onlineRequest(session.store.get, session.transaction.amountFen, session.onlinePin);
  const answer = yield* ask("online", { request });
  return yield* complete(session, answer);
}
