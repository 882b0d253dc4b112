/** After the host: issuer authentication, scripts, the second GENERATE AC (§6.12). */
import { type ActionCodes, analyseActions, type Cryptogram } from "./actions.ts";
import { bit } from "./bits.ts";
import { fromText } from "./bytes.ts";
import { commands, OK, send } from "./command.ts";
import { generateAc } from "./cryptogram.ts";
import { Ended, type Outcome } from "./outcome.ts";
import { finish } from "./finish.ts";
import { isLoad, loadFailed, readBalanceAfter } from "./ecash.ts";
import type { OnlineAnswer, Step } from "./requests.ts";
import { parseScripts, runScripts, type Script } from "./scripts.ts";
import { ask, type Session } from "./session.ts";

const APPROVED: ReadonlySet<string> = new Set(["00", "10", "11"]);
const REFERRAL: ReadonlySet<string> = new Set(["01", "02"]);

export function actionCodes(session: Session): ActionCodes {
  const { tac } = session.chosen;
  const { store } = session;
  return {
    iacDenial: store.get("9F0E"),
    iacOnline: store.get("9F0F"),
    iacDefault: store.get("9F0D"),
    tacDenial: tac.denial,
    tacOnline: tac.online,
    tacDefault: tac.default,
  };
}

/** The host's answer to the end of the transaction; `answer` undefined: it could not be reached. */
export function* complete(session: Session, answer: OnlineAnswer | undefined): Step<Outcome> {
  if (answer === undefined) return yield* completeUnable(session);
  const { store } = session;
  store.kernel.set("8A", fromText(answer.code));
  if (answer.authorisationCode !== undefined) store.kernel.set("89", fromText(answer.authorisationCode));
  if (answer.authenticationData !== undefined) store.kernel.set("91", answer.authenticationData);
  const scripts = parseScripts(answer.scripts ?? new Uint8Array(0));
  const approved = APPROVED.has(answer.code) || (REFERRAL.has(answer.code) && (yield* ask("referral", { code: answer.code })));
  const end = yield* upToSecondAc(session, scripts, approved);
  // The card has said its last word; what follows cannot change the outcome, not even a card that is gone. But a load that
  // will be reversed must not reach the purse: one the card refused, or that has not the one script a load is (§3.11 of the messages).
  const unloadable = approved && isLoad(session.transaction) && (end !== "TC" || scripts.length !== 1);
  if (!unloadable) yield* runScripts(session, scripts, "72");
  yield* readBalanceAfter(session);
  yield* ask("message", { id: "remove-card" });
  return finish(session, judged(session, end, approved, answer.code));
}

/** A card that is lost, or answers what it must not, after the host has approved leaves a request to reverse. */
function* upToSecondAc(session: Session, scripts: readonly Script[], approved: boolean): Step<Cryptogram | "combined"> {
  try {
    yield* authenticateIssuer(session);
    yield* runScripts(session, scripts, "71");
    return yield* secondAc(session, approved ? "TC" : "AAC");
  } catch (error) {
    if (error instanceof Ended && approved) throw new Ended(error.result, error.reason, error.words, { reversal: true });
    throw error;
  }
}

function judged(session: Session, end: Cryptogram | "combined", approved: boolean, code: string): Ended {
  const words = `answer ${code}`;
  if (!approved) return new Ended("declined-online", "issuer-declined", words);
  if (end !== "TC") {
    return new Ended("declined-online", end === "combined" ? "combined-authentication" : "card-declined", words, {
      reversal: true,
    });
  }
  if (loadFailed(session)) return new Ended("declined-online", "load-failed", "the card was not loaded", { reversal: true });
  return new Ended("approved-online", "approved", words);
}

function* secondAc(session: Session, wanted: Cryptogram): Step<Cryptogram | "combined"> {
  const answer = yield* generateAc(session, wanted, 2);
  return answer.combinedFailed ? "combined" : answer.cryptogram;
}

/** EXTERNAL AUTHENTICATE once, when the card takes it (82 B1b3); otherwise 91 goes with CDOL2. */
function* authenticateIssuer(session: Session): Step<void> {
  const data = session.store.get("91");
  if (data === undefined || !bit(session.store.get("82"), 1, 3)) return;
  session.setTsi("issuer-authentication");
  const wellFormed = data.length >= 8 && data.length <= 16;
  const status = wellFormed ? (yield* send(session, commands.externalAuthenticate(data))).status : 0;
  if (status !== OK) session.setTvr("issuer-authentication-failed");
}

/** No line, or no answer: Y3 or Z3 by the default codes. */
function* completeUnable(session: Session): Step<Outcome> {
  const { action } = analyseActions(session.tvr, actionCodes(session), session.terminal.reach, true);
  const wanted = action === "TC" && !session.onlineOnly ? "TC" : "AAC";
  session.store.kernel.set("8A", fromText(wanted === "TC" ? "Y3" : "Z3"));
  const end = yield* secondAc(session, wanted);
  yield* ask("message", { id: "remove-card" });
  if (end === "TC") return finish(session, new Ended("approved-offline", "approved", "Y3"));
  const reason = end === "combined" ? "combined-authentication" : wanted === "TC" ? "card-declined" : "no-answer";
  return finish(session, new Ended("declined-offline", reason, "Z3"));
}
