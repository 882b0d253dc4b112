/** What the reader makes of a quick card's cryptogram: authentication, restrictions, cardholder, host (§9.3–9.5). */
import { bit, tvr } from "./bits.ts";
import { fromText, toDecimal } from "./bytes.ts";
import { cardKey } from "./chain.ts";
import { type QuickCvm, quickCvm } from "./quick-cvm.ts";
import type { Lookup } from "./data.ts";
import { verifyFastSignature } from "./dda.ts";
import type { PreProcessed } from "./entry-point.ts";
import { finish } from "./finish.ts";
import { onlineRequest } from "./online.ts";
import { Ended, type Outcome } from "./outcome.ts";
import type { Step } from "./requests.ts";
import { hasCashback, isCash, restrictionBits } from "./restrictions.ts";
import { onExceptionFile } from "./risk.ts";
import { ask, type Session } from "./session.ts";

const APPROVED: ReadonlySet<string> = new Set(["00", "10", "11"]);

/** The card said TC and its records are read; it may be gone by now. */
export function* approveOffline(session: Session, own: PreProcessed): Step<Outcome> {
  const { store } = session;
  const qualifiers = store.get("9F6C");
  if (onExceptionFile(store.get, session.terminal)) return refuseListed(session);
  const bits = restrictionBits(store.get, store.get, session.terminal, session.transaction);
  session.setTvr(...bits);
  if (bits.includes("service-not-allowed")) {
    const away =
      (isCash(session.transaction) && bit(qualifiers, 1, 3)) || (hasCashback(session.transaction) && bit(qualifiers, 1, 2));
    return away ? otherInterface(session) : declined(session, "service-not-allowed");
  }
  if (bits.includes("expired"))
    return bit(qualifiers, 1, 4) ? yield* askIssuer(session, own, "reader") : declined(session, "expired");
  if (!authenticate(session)) {
    if (bit(qualifiers, 1, 6)) return yield* askIssuer(session, own, "reader");
    return bit(qualifiers, 1, 5) ? otherInterface(session) : declined(session, "authentication-failed");
  }
  const cvm = cardholder(session, own);
  if (cvm === "none-shared") return declined(session, "cardholder-not-verified");
  if (cvm === "online-pin") return yield* askIssuer(session, own, "reader");
  session.ecash = store.get("9F74") !== undefined;
  session.purseAfterFen = leftInPurse(session);
  store.kernel.set("8A", fromText("Y1"));
  return finish(session, new Ended("approved-offline", "approved", "TC"));
}

export function refuseListed(session: Session): Outcome {
  session.setTvr("on-exception-file");
  return declined(session, "exception-file");
}

/** As the card told it with its cryptogram: what may still be spent when this is paid. */
export function leftInPurse({ ecash, store }: Session): number | undefined {
  const left = ecash ? store.get("9F5D") : undefined;
  return left === undefined ? undefined : toDecimal(left);
}

/** fDDA over the records of the AFL. Sets TVR and TSI. */
function authenticate(session: Session): boolean {
  session.setTsi("oda");
  const key = cardKey(session);
  if (!key.ok) {
    session.addTvr(key.tvr);
    session.setTvr("dda-failed");
    session.refusedAuthentication = key.reason;
    return false;
  }
  const result = verifyFastSignature(session.store.get, session.store.get, key.key);
  session.addTvr(result.tvr);
  session.authenticated = result.ok;
  if (!result.ok) session.refusedAuthentication = result.reason;
  return result.ok;
}

/** `by`: the card asked for it, or the reader found cause. */
export function* askIssuer(session: Session, own: PreProcessed, by: "card" | "reader"): Step<Outcome> {
  const { store } = session;
  if (by === "card" && store.get("57") === undefined) throw new Ended("terminated", "mandatory-missing", "57");
  if (session.terminal.reach === "offline-only") return declined(session, "no-answer");
  if (by === "card") yield* ask("message", { id: "card-read" });
  const cvm = cardholder(session, own);
  if (cvm === "none-shared") return declined(session, "cardholder-not-verified");
  if (cvm === "online-pin") {
    const entered = yield* ask("online-pin", { pan: panDigits(session), amountFen: session.transaction.amountFen });
    if (entered === "cancelled") throw new Ended("cancelled", "cancelled", "no PIN was entered");
    session.onlinePin = entered === "entered";
    session.setTvr(entered === "entered" ? "online-pin-entered" : entered === "no-pad" ? "pin-no-pad" : "pin-not-entered");
    if (entered !== "entered" && !(entered === "bypassed" && session.terminal.pinBypass))
      return declined(session, "cardholder-not-verified");
  }
  const request = onlineRequest(asCardSigned(session), session.transaction.amountFen, session.onlinePin);
  const answer = yield* ask("online", { request: { ...request, aside: asideOf(session) } });
  if (answer === undefined) return declined(session, "no-answer");
  store.kernel.set("8A", fromText(answer.code));
  if (answer.authorisationCode !== undefined) store.kernel.set("89", fromText(answer.authorisationCode));
  if (answer.authenticationData !== undefined) store.kernel.set("91", answer.authenticationData);
  if (APPROVED.has(answer.code)) return finish(session, new Ended("approved-online", "approved", `answer ${answer.code}`));
  return finish(session, new Ended("declined-online", "issuer-declined", `answer ${answer.code}`));
}

/** The cryptogram came with GPO, when the TVR was still empty: the issuer checks it over that, not over what was found since. */
function asCardSigned({ store }: Session): Lookup {
  return (tag) => (tag === "95" ? tvr() : store.get(tag));
}

const ASIDE = ["9F6C", "9F51", "DF71", "5F28", "5F34", "50", "9F12", "9B"] as const;

function asideOf({ store }: Session): Record<string, Uint8Array> {
  return Object.fromEntries(
    ASIDE.flatMap((tag) => {
      const value = store.get(tag);
      return value === undefined ? [] : [[tag, value] as const];
    }),
  );
}

function panDigits(session: Session): string {
  return onlineRequest(session.store.get, session.transaction.amountFen, false).pan;
}

/** Sets 9F34 and what the outcome says of the cardholder. */
function cardholder(session: Session, own: PreProcessed): QuickCvm {
  const { store, transaction } = session;
  const waived = transaction.amountFen <= (own.application.contactless.waiverFen ?? -1);
  const cvm = quickCvm(own.ttq, store.get("9F6C"), waived);
  const results: Record<QuickCvm, readonly number[]> = {
    "online-pin": [0x02, 0x00, 0x00],
    device: [0x1f, 0x00, 0x02],
    signature: [0x1e, 0x00, 0x00],
    none: [0x1f, 0x00, 0x02],
    "none-shared": [0x3f, 0x00, 0x01],
  };
  store.kernel.set("9F34", Uint8Array.from(results[cvm]));
  session.signature = cvm === "signature";
  session.cardholderDevice = cvm === "device";
  return cvm;
}

function declined(session: Session, reason: Outcome["reason"]): Outcome {
  session.store.kernel.set("8A", fromText("Z1"));
  return finish(session, new Ended("declined-offline", reason, "reader"));
}

function otherInterface(session: Session): Outcome {
  return finish(session, new Ended("other-interface", "interface-wanted", "CTQ"));
}
