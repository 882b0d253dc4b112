/**
 * What is told to the host after the event (§2.5, §5.4): refunds, completions by advice, offline sales, adjustments, tips. The record is durable
 * before its first byte leaves and goes again, with the same trace, until the host takes or refuses it; it is never reversed.
 */
import { assert } from "../../platform/guest/assert.ts";
import { CancelSource } from "../../platform/guest/cancel.ts";
import { institutionsOf, readAnswer } from "../acquirer/answers.ts";
import type { ExchangeOptions, Fate, Host, Message } from "../acquirer/host.ts";
import { ADVICE_TAKEN, isApproved, NEEDS_SIGN_ON, responseOf } from "../acquirer/responses.ts";
import type { CardData, Delivery, Original, TransactionKind, TransactionRecord } from "../model/transaction.ts";
import { lightsOut, onlinePhase, type Outcome } from "./authorise.ts";
import { simplyRead } from "./chip-card.ts";
import { hostTextDecoder } from "./host-text.ts";
import { isKeyed } from "./keyed.ts";
import { trace6 } from "./numbers.ts";
import { deliverOwed } from "./reverse.ts";
import { refusing } from "./refusals.ts";
import { rule } from "./rules.ts";
import { tell } from "./tell.ts";
import { now, type Terminal } from "./terminal.ts";

export type AdviceOutcome =
  | Extract<Outcome, { outcome: "approved" | "declined" | "not-sent" }>
  /** It is durable here and goes again by itself. */
  | { outcome: "stored"; record: TransactionRecord };

export interface Advice {
  kind: Extract<TransactionKind, "refund" | "completion-advice" | "offline" | "ecash-refund">;
  amountFen: number;
  card: CardData;
  original?: Original;
  organisation?: string;
  authCode?: string;
  authority?: TransactionRecord["authority"];
}

/** The record of an advice, as it is posted. */
export function adviceRecord(t: Terminal, { kind, amountFen, card, ...more }: Advice): TransactionRecord {
  return {
    kind,
    state: "pending",
    batch: t.journal.batch,
    trace: t.journal.nextTrace,
    amountFen,
    approvedFen: amountFen,
    entry: card.entry,
    pan: card.pan,
    expiry: card.expiry,
    ...simplyRead(card),
    operator: t.operator ?? "",
    ...now(t),
    settlementDate: undefined,
    reference: undefined,
    responseCode: "",
    issuer: undefined,
    acquirer: undefined,
    remarks: [],
    pinEntered: false,
    copiesPrinted: 0,
    delivery: { state: "pending", attempts: 0 },
    authCode: more.authCode,
    organisation: more.organisation,
    original: more.original,
    authority: more.authority,
  };
}

/** A refund or a completion by advice: posted when the line is up and the message packed, so that without a line nothing has happened. */
export async function advise(t: Terminal, host: Host, advice: Advice): Promise<AdviceOutcome> {
  const { journal } = t;
  const record = adviceRecord(t, advice);
  const { trace } = record;
  const keep = refusing(() => {
    journal.post(record);
    journal.advising(trace);
  });
  const source = new CancelSource();
  const release = t.ui.onCancelKey(() => source.cancel("cancelled"));
  try {
    const fate = await exchange(t, host, record, { cancel: source.token, beforeSend: keep.run });
    if (journal.find(trace) !== undefined) return conclude(t, trace, fate);
    assert(fate.fate === "not-sent", "what has left is in the journal");
    return { outcome: "not-sent", why: fate.why, words: keep.words() };
  } finally {
    release();
  }
}

/** An offline sale, or whatever is decided without the host: durable first, then sent if that can be now. */
export async function post(t: Terminal, advice: Advice): Promise<AdviceOutcome> {
  const record = adviceRecord(t, advice);
  t.journal.post(record);
  assert(isUntold(recordOf(t, record.trace)), "what was posted waits to be told");
  return deliverNow(t, record.trace);
}

/** One try for what is durable and undelivered; a reversal that is owed has the right of way. */
export async function deliverNow(t: Terminal, trace: number): Promise<AdviceOutcome> {
  const { host, journal } = t;
  const may = host !== undefined && journal.signedOn && !waitsForSettlement(t, recordOf(t, trace));
  const ready = may && (await deliverOwed(t, 1)) !== "still-owed";
  if (ready && atSettlement(t) && isPatient(recordOf(t, trace))) return deliverCrowd(t, trace);
  return ready ? deliver(t, host, recordOf(t, trace)) : { outcome: "stored", record: recordOf(t, trace) };
}

/** There are so many that they all go now (§5.4 b), oldest first, this one too. */
async function deliverCrowd(t: Terminal, trace: number): Promise<AdviceOutcome> {
  await deliverAdvices(t, { settling: true });
  const record = recordOf(t, trace);
  const { state, code } = deliveryOf(record);
  if (state === "delivered") return { outcome: "approved", record };
  if (state !== "refused") return { outcome: "stored", record };
  assert(code !== undefined, "a refusal has a code");
  return { outcome: "declined", code, told: true };
}

const isUntold = ({ delivery }: TransactionRecord): boolean => delivery?.state === "pending" || delivery?.state === "unanswered";

/** Of what is told after the event. */
export function deliveryOf({ delivery }: TransactionRecord): Delivery {
  assert(delivery !== undefined, "an advice knows how far it has come");
  return delivery;
}

function recordOf(t: Terminal, trace: number): TransactionRecord {
  const found = t.journal.find(trace);
  assert(found !== undefined, "an advice that was posted is there");
  return found;
}

/** Sends a record that is posted already, as it is stored. */
export async function deliver(t: Terminal, host: Host, record: TransactionRecord): Promise<AdviceOutcome> {
  const { trace } = record;
  assert(isUntold(record), "what goes to the host is what it has not answered yet");
  const fate = await exchange(t, host, record, { beforeSend: () => t.journal.advising(trace) });
  return conclude(t, trace, fate);
}

export interface AdviceRound {
  delivered: number;
  /** The host said no: they count no more, or count as before. */
  refused: TransactionRecord[];
  /** What has to go again. */
  waiting: number;
}

export interface RoundOptions {
  /** Also what was tried so often already that it waits for the settlement. */
  all?: boolean;
  /** Also what was to wait for the settlement: this is it. */
  settling?: boolean;
}

/** What nobody answers must not hold up a queue of customers for ever: after so many tries it goes with the settlement (§5.4). */
const triedEnough = (t: Terminal, record: TransactionRecord): boolean => deliveryOf(record).attempts > rule(t, "offlineTries");

/** Nobody waits for these (§5.4): where the host wants them at the settlement, they go then, or when there are many. */
/** A sale is one that its chip approved alone. */
const PATIENT: readonly TransactionKind[] = ["offline", "adjustment", "tip", "sale", "ecash"];

const isPatient = (record: TransactionRecord): boolean => PATIENT.includes(messageOf(record));

const atSettlement = (t: Terminal): boolean => t.parameters.value("count.offline-when") === "0";

function waitsForSettlement(t: Terminal, record: TransactionRecord, pending?: TransactionRecord[]): boolean {
  if (!atSettlement(t) || !isPatient(record)) return false;
  return (pending ?? t.journal.pendingAdvices()).filter(isPatient).length < Number(t.parameters.value("count.offline-full"));
}

/** Of what is pending, what is to be told to the host before the settlement. */
function dueNow(t: Terminal): TransactionRecord[] {
  const pending = t.journal.pendingAdvices();
  return pending.filter((record) => !triedEnough(t, record) && !waitsForSettlement(t, record, pending));
}

/** After what was decided without the host: all of it goes when there is much (§5.4 b), where the host wants it at the settlement. */
export async function deliverWhenMany(t: Terminal): Promise<void> {
  const crowd = t.journal.pendingAdvices().filter(isPatient).length >= Number(t.parameters.value("count.offline-full"));
  if (!crowd || !atSettlement(t) || !t.journal.signedOn || t.journal.owed !== undefined) return;
  await deliverAdvices(t, { settling: true });
}

export const advicesDue = (t: Terminal): boolean => dueNow(t).length > 0;

function dueIn(t: Terminal, { all = true, settling = false }: RoundOptions): TransactionRecord[] {
  if (!settling && !all) return dueNow(t);
  const pending = t.journal.pendingAdvices();
  return settling ? pending : pending.filter((record) => !waitsForSettlement(t, record, pending));
}

/**
 * Everything that still has to reach the host, oldest first; the first that is not answered ends the round. Refusals are told to the cashier.
 * Never throws for what the host or the line does.
 */
export async function deliverAdvices(t: Terminal, options: RoundOptions = {}): Promise<AdviceRound> {
  const { journal, host } = t;
  const round: AdviceRound = { delivered: 0, refused: [], waiting: 0 };
  const due = dueIn(t, options);
  for (const record of due) {
    // Asked again each time: an answer may have taken the keys away.
    if (host === undefined || !(await isKeyed(t)) || !journal.signedOn || journal.owed !== undefined) break;
    const result = await deliver(t, host, record);
    if (result.outcome === "approved") round.delivered += 1;
    else if (result.outcome === "declined") {
      round.refused.push(record);
      await tellRefusal(t, record, result.code);
    } else break;
  }
  round.waiting = journal.debts.advices;
  assert(round.waiting >= due.length - round.delivered - round.refused.length, "what was neither taken nor refused waits");
  return round;
}

function tellRefusal(t: Terminal, record: TransactionRecord, code: string): Promise<void> {
  const transaction = t.ui.say(`transaction.${messageOf(record)}`);
  const why = responseOf(code).cashier[t.settings.language];
  return tell(
    t,
    t.ui.say("notice.advice-refused-title"),
    [t.ui.say("notice.advice-refused", { transaction, trace: trace6(record.trace), why })],
    "bad",
  );
}

/** What it goes as: an adjustment is a message, not a record. */
export const messageOf = ({ kind, delivery }: TransactionRecord): TransactionKind => delivery?.as ?? kind;

async function exchange(
  t: Terminal,
  host: Host,
  of: TransactionRecord,
  options: Pick<ExchangeOptions, "cancel" | "beforeSend">,
): Promise<Fate> {
  try {
    return await host.exchange(
      { about: "advice", of },
      {
        ...options,
        onPhase: onlinePhase(t, (phase, secondsLeft) =>
          t.ui.show("online", {
            transaction: `transaction.${messageOf(of)}`,
            phase,
            amountFen: of.amountFen,
            secondsLeft,
            of: t.profile.responseTimeoutMs / 1000,
            cancellable: options.cancel !== undefined && phase === "connecting",
          }),
        ),
      },
    );
  } finally {
    lightsOut(t);
  }
}

/** What became of an advice that is durable; the journal says the same. */
function conclude(t: Terminal, trace: number, fate: Fate): AdviceOutcome {
  const { journal, system } = t;
  if (fate.fate === "answered" && (ADVICE_TAKEN.has(fate.code) || isApproved(fate.code))) {
    journal.advised(trace, { state: "delivered", ...detailsOf(t, fate.answer), code: fate.code });
    const record = recordOf(t, trace);
    assert(record.state === "approved" && !isUntold(record), "what the host took is told no more");
    return { outcome: "approved", record };
  }
  if (fate.fate === "answered" && !NEEDS_SIGN_ON.has(fate.code)) {
    system.log.warn(`advice ${trace}: refused, ${fate.code} ${responseOf(fate.code).cashier.en}`);
    journal.advised(trace, { state: "refused", code: fate.code });
    assert(!isUntold(recordOf(t, trace)), "what the host refused is told no more");
    return { outcome: "declined", code: fate.code };
  }
  system.log.warn(`advice ${trace}: ${fate.fate}${"words" in fate ? ` (${fate.words})` : ""}; it goes again`);
  // Wrong keys are no answer to the advice: new keys, then the same advice once more.
  if (fate.fate === "bad-mac" || fate.fate === "answered") journal.needSignOn();
  if (fate.fate !== "not-sent") journal.advised(trace, { state: "unanswered" });
  const record = recordOf(t, trace);
  assert(isUntold(record), "what nobody answered goes again");
  return { outcome: "stored", record };
}

function detailsOf(t: Terminal, answer: Message) {
  const { reference, authCode, settlementDate, organisation } = readAnswer(answer, hostTextDecoder(t));
  return { reference, authCode, settlementDate, organisation, ...institutionsOf(answer) };
}
