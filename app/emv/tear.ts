/** The same card again after it was torn away while paying (§9.6): only its own log says whether it has paid. */
import { parseAfl } from "./afl.ts";
import { fromText, toBytes, toDecimal, toHex } from "./bytes.ts";
import { type Candidate, parseFci } from "./candidates.ts";
import { readCardLog } from "./card-log.ts";
import { commands, OK, send } from "./command.ts";
import { kindOf } from "./dictionary.ts";
import { finish } from "./finish.ts";
import { cardOf } from "./online.ts";
import { Ended, type Outcome, type Torn } from "./outcome.ts";
import { leftInPurse } from "./quick-decision.ts";
import type { Step } from "./requests.ts";
import { takeFci } from "./selection.ts";
import { parsed, type Session } from "./session.ts";
import { onlyTlv, primitives } from "./tlv.ts";

const KEPT = [
  "57",
  "5F34",
  "82",
  "94",
  "95",
  "9A",
  "9F10",
  "9F26",
  "9F27",
  "9F36",
  "9F37",
  "9F5D",
  "9F63",
  "9F66",
  "9F6C",
] as const;

/** What to keep of a payment in case the card is gone before it is over. */
export function tornNow({ store, aid, transaction, date, purseBeforeFen }: Session): Torn {
  const data: Record<string, string> = {};
  for (const tag of KEPT) {
    const value = store.get(tag);
    if (value !== undefined) data[tag] = toHex(value);
  }
  return { pan: cardOf(store.get).pan, aid, amountFen: transaction.amountFen, date, balanceFen: purseBeforeFen, data };
}

/**
 * An outcome when this is the card of `transaction.torn` and the amount is the same: approved when its log has the payment. Undefined: another
 * card, another amount, or the card has not paid; a new transaction may begin.
 */
export function* recoverTorn(session: Session, combinations: readonly Candidate[]): Step<Outcome | undefined> {
  const { torn, amountFen } = session.transaction;
  const combination = combinations.find(({ aid }) => aid === torn?.aid);
  if (torn?.data["94"] === undefined || combination === undefined || torn.amountFen !== amountFen) return undefined;
  const { status, data } = yield* send(session, commands.select(toBytes(torn.aid)));
  const fci = status === OK ? parseFci(data) : undefined;
  if (fci === undefined) return undefined;
  takeFci(session, combination.application, fci);
  if ((yield* readAgain(session, torn)) !== torn.pan) return undefined;
  const paid = yield* hasPaid(session, torn);
  // A card that keeps no log cannot clear itself of having paid: charging it again could be the second time.
  if (paid === undefined)
    throw new Ended("declined-offline", "torn", "the card keeps no log of its payments: its balance has to be looked at");
  if (!paid) return undefined;
  session.ecash = true;
  session.store.kernel.set("8A", fromText("Y1"));
  // With the cryptogram of then: it is what settles the payment.
  for (const [tag, value] of Object.entries(torn.data)) {
    if (kindOf(tag)?.source === "card") session.store.setCard(tag, toBytes(value));
    else session.store.kernel.set(tag, toBytes(value));
  }
  session.purseAfterFen = leftInPurse(session);
  return finish(session, new Ended("approved-offline", "approved", "found in the log of the card"));
}

/** The records that were cut off, as far as they are this card's: whose it is, and what settles the payment (9F74). */
function* readAgain(session: Session, torn: Torn): Step<string> {
  const { store } = session;
  for (const { sfi, first, last } of parsed("bad-afl", () => parseAfl(torn.data["94"] ?? ""))) {
    for (let record = first; record <= last; record++) {
      const { status, data } = yield* send(session, commands.readRecord(sfi, record));
      if (status !== OK) return cardOf(store.get).pan;
      for (const { tag, value } of primitives(onlyTlv(data, "70")?.children ?? [])) store.setCard(tag, value);
      const { pan } = cardOf(store.get);
      if (pan !== "" && pan !== torn.pan) return pan;
    }
  }
  return cardOf(store.get).pan;
}

function* hasPaid(session: Session, torn: Torn): Step<boolean | undefined> {
  const log = yield* readCardLog(session, "payments");
  return log?.some(
    (entry) =>
      entry["9F36"] === torn.data["9F36"] &&
      toDecimal(toBytes(entry["9F02"] ?? "")) === torn.amountFen &&
      (entry["9A"] === undefined || entry["9A"] === torn.date),
  );
}
