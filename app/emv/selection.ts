/** Finding and selecting the application: directory, list of AIDs, choice, final SELECT (§6.2). */
import { fromText, startsWith, toBytes, toHex } from "./bytes.ts";
import { type Candidate, candidateFrom, candidateOf, directoryEntries, type Fci, inOrder, parseFci } from "./candidates.ts";
import { commands, OK, send, statusWords } from "./command.ts";
import { Ended } from "./outcome.ts";
import type { Step } from "./requests.ts";
import { ask, type Session } from "./session.ts";
import type { Application } from "./terminal.ts";
import { primitives, valueIn } from "./tlv.ts";

export type { Candidate } from "./candidates.ts";

export interface CandidateList {
  /** "directory" when it came out of the card's PSE. */
  method: "directory" | "list";
  /** Highest priority first. */
  candidates: Candidate[];
  /** Applications that were named and passed over, and why. */
  refused: { aid: string; why: string }[];
}

const PSE = fromText("1PAY.SYS.DDF01");
const MAX_SELECTS = 64;
const MAX_DIRECTORY_RECORDS = 64;
const CARD_BLOCKED = 0x6a81;
const INVALIDATED = 0x6283;
/** Of a next application: not to be taken, but there may be more behind it (Book 1 12.3.3). */
const isWarning = (status: number): boolean => status >> 8 === 0x62 || status >> 8 === 0x63;
const NO_MORE_RECORDS = 0x6a83;

/** PSE first; whatever is wrong with it, or when it names nothing of ours, the list of AIDs. */
export function* candidateList(session: Session): Step<CandidateList> {
  const fromDirectory = yield* byDirectory(session);
  if (fromDirectory !== undefined && fromDirectory.length > 0) {
    return { method: "directory", candidates: inOrder(fromDirectory), refused: session.refused };
  }
  const found = yield* byList(session);
  return { method: "list", candidates: inOrder(found), refused: session.refused };
}

/** Undefined when the directory cannot be used: what was collected is dropped. */
function* byDirectory(session: Session): Step<Candidate[] | undefined> {
  const answer = yield* select(session, PSE);
  if (answer.status === CARD_BLOCKED) throw new Ended("card-blocked", "card-blocked", statusWords("SELECT", answer.status));
  const fci = answer.status === OK ? parseFci(answer.data) : undefined;
  const sfi = valueIn(fci?.proprietary ?? [], "88");
  if (fci === undefined || sfi.length !== 1 || (sfi[0] ?? 0) < 1 || (sfi[0] ?? 0) > 10) return undefined;
  const candidates: Candidate[] = [];
  for (let record = 1; record <= MAX_DIRECTORY_RECORDS; record++) {
    const { status, data } = yield* send(session, commands.readRecord(sfi[0] ?? 0, record));
    if (status === NO_MORE_RECORDS) return unique(candidates);
    const entries = status === OK ? directoryEntries(data) : undefined;
    if (entries === undefined) return undefined;
    for (const entry of entries) {
      const candidate = candidateOf(entry, session.terminal, fci.proprietary);
      const name = valueIn(entry.children ?? [], "4F");
      if (candidate !== undefined) candidates.push(candidate);
      else if (name.length > 0) session.refused.push({ aid: toHex(name), why: "not an application of this terminal" });
    }
  }
  return unique(candidates);
}

function* byList(session: Session): Step<Candidate[]> {
  const found: Candidate[] = [];
  for (const [position, application] of session.terminal.applications.entries()) {
    const aid = toBytes(application.aid);
    let answer = yield* select(session, aid);
    if (answer.status === CARD_BLOCKED && position === 0) {
      throw new Ended("card-blocked", "card-blocked", statusWords("SELECT", answer.status));
    }
    const seen = new Set<string>();
    for (
      let next = false;
      answer.status === OK || answer.status === INVALIDATED || (next && isWarning(answer.status));
      next = true
    ) {
      const fci = parseFci(answer.data);
      const name = toHex(fci?.name ?? new Uint8Array(0));
      // A card that answers "next" with the same name again has no next one.
      if (fci === undefined || !startsWith(fci.name, aid) || seen.has(name)) {
        if (!seen.has(name))
          session.refused.push({ aid: application.aid, why: "its FCI is malformed or names another application" });
        break;
      }
      seen.add(name);
      const exact = name === application.aid;
      if (!exact && !application.partial) break;
      if (answer.status === OK) found.push(candidateFrom(primitives(fci.proprietary), fci.name, application, session.terminal));
      else session.refused.push({ aid: name, why: "blocked" });
      if (exact) break;
      answer = yield* select(session, aid, true);
    }
  }
  return unique(found);
}

function unique(candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter(({ aid }, i) => candidates.findIndex((other) => other.aid === aid) === i);
}

function select(session: Session, name: Uint8Array, next = false) {
  session.count("SELECT", MAX_SELECTS);
  return send(session, commands.select(name, next));
}

/**
 * Chooses among the candidates and selects; those that cannot be are taken out of the list. Ends the transaction when none is left.
 * `again`: an application was given up on, the cardholder is told to try again.
 */
export function* selectOne(session: Session, candidates: Candidate[], again: boolean): Step<void> {
  let retry = again;
  while (candidates.length > 0) {
    const candidate = yield* choose(session, candidates, retry);
    const { status, data } = yield* select(session, toBytes(candidate.aid));
    if (status === CARD_BLOCKED) throw new Ended("card-blocked", "card-blocked", statusWords("SELECT", status));
    const fci = status === OK ? parseFci(data) : undefined;
    if (fci !== undefined && toHex(fci.name) === candidate.aid) {
      takeFci(session, candidate.application, fci);
      candidates.splice(candidates.indexOf(candidate), 1);
      return;
    }
    candidates.splice(candidates.indexOf(candidate), 1);
    session.refused.push({ aid: candidate.aid, why: status === OK ? "its FCI is malformed" : statusWords("SELECT", status) });
    retry = true;
  }
  throw again || retry
    ? new Ended("not-accepted", "all-refused", "no application is left", { fallback: false })
    : new Ended("not-accepted", "no-application", "card and terminal have no application in common");
}

function* choose(session: Session, candidates: readonly Candidate[], again: boolean): Step<Candidate> {
  const [first] = candidates;
  if (!session.terminal.display) {
    const free = candidates.find(({ confirm }) => !confirm);
    if (free === undefined) throw new Ended("not-accepted", "no-application", "only applications somebody would have to confirm");
    return free;
  }
  if (first !== undefined && candidates.length === 1 && !first.confirm) return first;
  const why = again ? "again" : candidates.length === 1 ? "confirm" : "choose";
  const chosen = yield* ask("application", { candidates: [...candidates], why });
  const candidate = chosen === undefined ? undefined : candidates[chosen];
  if (candidate === undefined) throw new Ended("cancelled", "cancelled", "no application was chosen");
  return candidate;
}

export function takeFci(session: Session, application: Application, fci: Fci): void {
  session.take(application, toHex(fci.name));
  session.store.setCard("84", fci.name);
  session.store.kernel.set("9F06", fci.name);
  for (const { tag, value } of primitives(fci.proprietary)) session.store.addCard(tag, value);
}
