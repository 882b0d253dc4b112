/** The same card again after it was torn away while paying (§9.6): only its own log says whether it has paid. */
import { parseAfl } from "./afl.ts";
import { fromText, toBytes, toDecimal } from "./bytes.ts";
import { type Candidate, parseFci } from "./candidates.ts";
import { readCardLog } from "./card-log.ts";
import { commands, OK, send } from "./command.ts";
import { finish } from "./finish.ts";
import { unfilled } from "./keys.ts";
import { Ended, type Outcome, type Torn } from "./outcome.ts";
import type { Step } from "./requests.ts";
import { takeFci } from "./selection.ts";
import { parsed, type Session } from "./session.ts";
import { onlyTlv, primitives } from "./tlv.ts";

/**
 * An outcome when this is the card of `transaction.torn` and the amount is the same: approved when its log has the payment. Undefined: another
 * card, another amount, or the card has not paid; a new transaction may begin.
 */
export function* recoverTorn(session: Session, combinations: readonly Candidate[]): Step<Outcome | undefined> {
  const { torn, amountFen } = session.transaction;
  const combination = combinations.find(({ aid }) => aid === torn?.aid);
  if (torn === undefined || combination === undefined || torn.amountFen !== amountFen) return undefined;
  const { status, data } = yield* send(session, commands.select(toBytes(torn.aid)));
  const fci = status === OK ? parseFci(data) : undefined;
  if (fci === undefined) return undefined;
  takeFci(session, combination.application, fci);
  const pan = yield* panInRecords(session, torn);
  if (pan !== torn.pan) return undefined;
  const paid = yield* hasPaid(session, torn);
  // A card that keeps no log cannot clear itself of having paid: charging it again could be the second time.
  if (paid === undefined)
    throw new Ended("declined-offline", "torn", "the card keeps no log of its payments: its balance has to be looked at");
  if (!paid) return undefined;
  session.ecash = true;
  session.store.kernel.set("8A", fromText("Y1"));
  session.store.kernel.set("9F37", toBytes(torn.unpredictableNumber));
  session.store.setCard("9F36", toBytes(torn.atc));
  return finish(session, new Ended("approved-offline", "approved", "found in the log of the card"));
}

/** Reads as far as the first record that names the card. */
function* panInRecords(session: Session, torn: Torn): Step<string | undefined> {
  for (const { sfi, first, last } of parsed("bad-afl", () => parseAfl(torn.afl))) {
    for (let record = first; record <= last; record++) {
      const { status, data } = yield* send(session, commands.readRecord(sfi, record));
      if (status !== OK) return undefined;
      for (const { tag, value } of primitives(onlyTlv(data, "70")?.children ?? [])) {
        session.store.setCard(tag, value);
        if (tag === "5A") return unfilled(value);
        if (tag === "57") return unfilled(value).split("D")[0];
      }
    }
  }
  return undefined;
}

function* hasPaid(session: Session, torn: Torn): Step<boolean | undefined> {
  const log = yield* readCardLog(session, "payments");
  if (log.length === 0) return undefined;
  return log.some(
    (entry) =>
      entry["9F36"] === torn.atc &&
      toDecimal(toBytes(entry["9F02"] ?? "")) === torn.amountFen &&
      (entry["9A"] === undefined || entry["9A"] === torn.date),
  );
}
