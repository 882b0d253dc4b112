/**
 * One financial request and its fate. The order here is the journal's one rule: the record that could reverse it is durable before the first
 * byte leaves; the record that settles it is durable before anyone reads "approved".
 */
import { AssertionError, assert } from "../../platform/guest/assert.ts";
import { CancelSource } from "../../platform/guest/cancel.ts";
import { institutionsOf, localTimeOf, readAnswer } from "../acquirer/answers.ts";
import type { Fate, FinancialRequest, Host, Message, Phase } from "../acquirer/host.ts";
import { toHex } from "../../platform/guest/bytes.ts";
import { isApproved, NEEDS_SIGN_ON, responseOf } from "../acquirer/responses.ts";
import { maskPan } from "../model/card.ts";
import type {
  CardData,
  DeclinedRecord,
  FinancialKind,
  Original,
  ReversalReason,
  ReversalRecord,
  TransactionRecord,
} from "../model/transaction.ts";
import { simplyRead } from "./chip-card.ts";
import { refusing } from "./refusals.ts";
import { hostTextDecoder } from "./host-text.ts";
import { now, type Terminal } from "./terminal.ts";
import type { Prompt } from "../text/words.ts";

export type Outcome =
  | { outcome: "approved"; record: TransactionRecord }
  /** told: the cashier has seen it. */
  | { outcome: "declined"; code: string; told?: true }
  /** The chip said no before the host was asked, or when nobody could ask it. purseFen: all that was in its purse, when that was too little. */
  /** charged: its purse has paid all the same. */
  | { outcome: "refused-by-card"; purseFen?: number | undefined; charged?: boolean }
  /** Nothing left this terminal, so no money moved. words: why the journal did not take it. */
  | { outcome: "not-sent"; why: "no-line" | "cancelled" | "pinpad" | "journal"; words?: Prompt }
  /** The request left and its fate is not known: a reversal is owed. */
  | { outcome: "unknown"; why: "silent" | "bad-mac" | "wrong-packet" | "journal" | "card" };

export interface Authorisation {
  kind: FinancialKind;
  amountFen: number;
  card: CardData;
  pinBlock: Uint8Array | undefined;
  /** What it is about, of all but sale and preauth. */
  original?: Original;
  /** Organisation of the card, when an earlier transaction told it. */
  organisation?: string;
  /** Trace of the record of this batch that it voids. */
  voids?: number;
  /** DE55 of its reversal (§3.11 list C), of a chip. */
  field55?: Uint8Array;
  /** What its record says besides. */
  more?: ChipPart;
}

/** A request that was made, and its fate; the journal has its debt until somebody concludes it. */
export interface Sent {
  fate: Fate;
  request: FinancialRequest;
  owed: ReversalRecord;
  voids: number | undefined;
  /** Why the journal did not take it. */
  words: Prompt | undefined;
}

/** What a chip adds to the record of an approval. */
export type ChipPart = Partial<Pick<TransactionRecord, "chip" | "sequence" | "purse" | "pan" | "expiry" | "entry" | "waived">>;

/** What the cashier sees while the host is asked; also drives the send and receive lights. */
export function onlinePhase(
  t: Terminal,
  draw: (phase: Phase, secondsLeft: number) => void,
): (phase: Phase, secondsLeft: number) => void {
  return (phase, secondsLeft) => {
    t.ui.light("send", phase === "sending");
    t.ui.light("receive", phase === "waiting" || phase === "receiving");
    draw(phase, secondsLeft);
  };
}

export function lightsOut(t: Terminal): void {
  t.ui.light("send", false);
  t.ui.light("receive", false);
}

export async function authorise(t: Terminal, host: Host, authorisation: Authorisation): Promise<Outcome> {
  const { card, more } = authorisation;
  return concludeSent(t, await sendFinancial(t, host, authorisation), { ...simplyRead(card), ...more });
}

/** Owes the reversal, sends, and waits: the first half of a request. Whoever calls it concludes it, whatever happens in between. */
export async function sendFinancial(t: Terminal, host: Host, authorisation: Authorisation): Promise<Sent> {
  const { kind, amountFen, card, pinBlock, original, organisation } = authorisation;
  const { journal } = t;
  assert(Number.isSafeInteger(amountFen) && amountFen > 0, "money is whole fen, more than none");
  assert(
    pinBlock === undefined || pinBlock.length === 8 || pinBlock.length === 16,
    "a PIN block has eight bytes, of SM4 sixteen",
  );
  const operator = t.operator ?? "";
  const request: FinancialRequest = {
    about: kind,
    trace: journal.nextTrace,
    batch: journal.batch,
    amountFen,
    card,
    pinBlock,
    operator,
    original,
    organisation,
  };
  const owed: ReversalRecord = {
    kind,
    reason: t.profile.dialect.unansweredReason,
    batch: journal.batch,
    trace: journal.nextTrace,
    amountFen,
    pan: card.pan,
    expiry: card.expiry,
    entry: card.entry,
    ...host.describe(request),
    authCode: undefined,
    operator,
    ...now(t),
    attempts: 0,
    original,
    organisation,
    sequence: card.sequence,
    field55: authorisation.field55 && toHex(authorisation.field55),
    receiving: card.receiving,
  };

  const owe = refusing(() => journal.oweReversal(owed));
  const source = new CancelSource();
  const release = t.ui.onCancelKey(() => source.cancel("cancelled"));
  let fate: Fate;
  try {
    fate = await host.exchange(request, {
      cancel: source.token,
      beforeSend: owe.run,
      onPhase: onlinePhase(t, (phase, secondsLeft) =>
        t.ui.show("online", {
          transaction: `transaction.${kind}`,
          phase,
          amountFen,
          secondsLeft,
          of: t.profile.responseTimeoutMs / 1000,
          cancellable: phase === "connecting",
        }),
      ),
    });
  } finally {
    release();
    lightsOut(t);
    pinBlock?.fill(0);
  }
  return { fate, request, owed, voids: authorisation.voids, words: owe.words() };
}

/** What the fate means for the money: the second half. */
export function concludeSent(t: Terminal, { fate, request, owed, voids, words }: Sent, chip: ChipPart = {}): Outcome {
  const concluded = conclude(t, fate, request, owed, voids, chip);
  const outcome = concluded.outcome === "not-sent" ? { ...concluded, words } : concluded;
  remember(t, owed, outcome);
  return outcome;
}

/** The host approved and the card did not (§5.7): what is owed stays owed, with what the card says now. */
export function refusedByCard(t: Terminal, { fate, owed }: Sent, field55: Uint8Array): Outcome {
  const authCode = fate.fate === "answered" ? readAnswer(fate.answer).authCode : undefined;
  const outcome = unknown(t, "card", "06", authCode, toHex(field55));
  remember(t, owed, outcome);
  return outcome;
}

/** What came to nothing is kept for reports and risk rules. The money is decided by then: a disk that refuses changes nothing. */
function remember(
  t: Terminal,
  { kind, trace, amountFen, pan, entry, operator, date, time }: ReversalRecord,
  outcome: Outcome,
): void {
  const code = codeOf(outcome);
  if (code !== undefined) rememberDecline(t, { kind, trace, amountFen, masked: maskPan(pan), entry, operator, date, time, code });
}

export function rememberDecline(t: Terminal, declined: DeclinedRecord): void {
  try {
    t.journal.decline(declined);
  } catch (error) {
    if (error instanceof AssertionError) throw error;
    t.system.log.error("a decline could not be kept for the reports", error);
  }
}

function codeOf(outcome: Outcome): string | undefined {
  if (outcome.outcome === "declined") return outcome.code;
  if (outcome.outcome === "unknown") return outcome.why === "card" ? "card" : "silent";
  return outcome.outcome === "not-sent" && outcome.why === "cancelled" ? "cancelled" : undefined;
}

/** What a fate means for the money; each case leaves the journal saying the same. */
function conclude(
  t: Terminal,
  fate: Fate,
  request: FinancialRequest,
  owed: ReversalRecord,
  voids: number | undefined,
  chip: ChipPart,
): Outcome {
  const { journal, system } = t;
  const stands = journal.owed?.trace === owed.trace && journal.owed.batch === owed.batch;
  assert(stands || fate.fate === "not-sent", "what has left is owed until its fate is known");
  switch (fate.fate) {
    case "not-sent":
      system.log.info(`${request.about} ${owed.trace}: not sent (${fate.words})`);
      // A debt of another request, which kept this one from leaving, stays.
      if (stands) journal.forgetDebt();
      return { outcome: "not-sent", why: fate.why };
    case "silent":
      system.log.warn(`${request.about} ${owed.trace}: no answer (${fate.words})`);
      return unknown(t, "silent", t.profile.dialect.unansweredReason);
    case "bad-mac":
      journal.needSignOn();
      return unknown(t, "bad-mac", "A0", readAnswer(fate.answer).authCode);
    case "wrong-packet":
      system.log.warn(`${request.about} ${owed.trace}: ${fate.words}`);
      if (t.profile.dialect.wrongPacket === "drop") {
        journal.forgetDebt();
        return { outcome: "unknown", why: "wrong-packet" };
      }
      return unknown(t, "wrong-packet", "06");
    case "answered":
      return isApproved(fate.code) ? approved(t, fate.answer, request, owed, voids, chip) : declined(t, fate.code);
  }
}

function unknown(
  t: Terminal,
  why: Extract<Outcome, { outcome: "unknown" }>["why"],
  reason: ReversalReason,
  authCode?: string,
  field55?: string,
): Outcome {
  assert(t.journal.owed !== undefined, "what is not known is owed");
  try {
    t.journal.giveReason(reason, authCode, field55);
  } catch (error) {
    if (error instanceof AssertionError) throw error;
    // The debt itself stands since before the request left; only its reason could not be bettered.
    t.system.log.error("the reversal's reason could not be stored", error);
  }
  return { outcome: "unknown", why };
}

function declined(t: Terminal, code: string): Outcome {
  assert(!isApproved(code), "what is called declined is not approved");
  t.journal.forgetDebt();
  assert(t.journal.owed === undefined, "what the host declined is owed no more");
  if (NEEDS_SIGN_ON.has(code)) t.journal.needSignOn();
  t.system.log.info(`declined ${code}: ${responseOf(code).cashier.en}`);
  return { outcome: "declined", code };
}

function approved(
  t: Terminal,
  answer: Message,
  request: FinancialRequest,
  owed: ReversalRecord,
  voids: number | undefined,
  chip: ChipPart,
): Outcome {
  const read = readAnswer(answer, hostTextDecoder(t));
  const record: TransactionRecord = {
    kind: request.about,
    state: "approved",
    batch: owed.batch,
    trace: owed.trace,
    amountFen: owed.amountFen,
    approvedFen: read.amountFen ?? owed.amountFen,
    entry: owed.entry,
    pan: owed.pan,
    expiry: read.expiry ?? owed.expiry,
    operator: owed.operator,
    ...localTimeOf(answer, now(t)),
    settlementDate: read.settlementDate,
    reference: read.reference,
    authCode: read.authCode,
    responseCode: read.code,
    ...institutionsOf(answer),
    organisation: read.organisation ?? request.organisation,
    original: request.original,
    remarks: read.remarks,
    pinEntered: request.pinBlock !== undefined,
    copiesPrinted: 0,
    ...chip,
  };
  try {
    t.journal.approve(record, { voids });
  } catch (error) {
    if (error instanceof AssertionError) throw error;
    // The host's money moved and we cannot keep the record: take it back rather than lose sight of it.
    t.system.log.error("an approval could not be stored; it will be reversed", error);
    return unknown(t, "journal", "96", record.authCode);
  }
  assert(t.journal.owed === undefined, "what the host approved is owed no more");
  return { outcome: "approved", record };
}
