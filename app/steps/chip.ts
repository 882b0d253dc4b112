/**
 * A payment by the chip in the slot (M6, §5.7). The kernel asks, people and the host answer; the journal's rule stays: what could reverse the request
 * is durable before it leaves, and what the card says after the host has approved decides whether it stands.
 */
import { assert } from "../../platform/guest/assert.ts";
import { chipAnswerOf } from "../acquirer/answers.ts";
import type { Host } from "../acquirer/host.ts";
import { isApproved } from "../acquirer/responses.ts";
import { fieldData, type HostAnswer, type OnlineRequest, type Outcome as Ending, runTransaction } from "../emv/index.ts";
import type { CardData, Original, TransactionRecord } from "../model/transaction.ts";
import type { Pair } from "../screens/states.ts";
import type { Prompt } from "../text/words.ts";
import { concludeSent, type Outcome, refusedByCard, type Sent, sendFinancial } from "./authorise.ts";
import { cardDataOf, openChip, readProblem } from "./chip-card.ts";
import { chipPeople, chipTerminal } from "./chip-terminal.ts";
import { confirmTransaction } from "./confirm.ts";
import { chipForgotten } from "./fallback.ts";
import { approvedAlone, chipRecordOf, keepCertificate, refusedAlone } from "./offline-approval.ts";
import { showOutcome } from "./outcome.ts";
import { askPin } from "./pin.ts";
import { prepare } from "./prepare.ts";
import { keepScriptResult } from "./script-results.ts";
import { Left, now, type Terminal } from "./terminal.ts";

export interface ChipPayment {
  kind: "sale" | "preauth" | "preauth-add";
  transaction: Prompt;
  amountFen: number;
  /** The hold that is added to, what of it stands beside the question, and its card: no other will do. */
  about?: { original: Original; rows: Pair[]; pan: string };
}

/** From the card in the slot to the cashier's last screen. Leaves only before a request has gone. */
export async function payByChip(t: Terminal, payment: ChipPayment): Promise<void> {
  const outcome = await transact(t, payment);
  await showOutcome(t, payment.transaction, payment.amountFen, outcome);
}

async function transact(t: Terminal, { kind, transaction, amountFen, about }: ChipPayment): Promise<Outcome> {
  t.ui.show("chip", { transaction, amountFen });
  const opened = await openChip(t);
  if ("problem" in opened) throw new Left("problem", opened.problem);
  let host: Host | undefined;
  let card: CardData | undefined;
  let pinBlock: Uint8Array | undefined;
  let sent: Sent | undefined;

  const people = {
    ...chipPeople(t),
    card: async (shown: Parameters<typeof cardDataOf>[0]) => {
      chipForgotten(t);
      card = cardDataOf(shown);
      if (about !== undefined && about.pan !== card.pan) throw new Left("problem", t.ui.say("problem.card-other"));
      await confirmTransaction(t, { kind, transaction, card, amountFen, rows: about?.rows });
      host = await prepare(t);
      t.ui.show("chip", { transaction, amountFen });
      return true;
    },
    onlinePin: async () => {
      assert(card !== undefined, "a PIN is asked for a card that was shown");
      pinBlock = await askPin(t, card, amountFen);
      t.ui.show("chip", { transaction, amountFen });
      return pinBlock === undefined ? ("bypassed" as const) : ("entered" as const);
    },
  };
  const authorise = async (request: OnlineRequest): Promise<HostAnswer | undefined> => {
    assert(host !== undefined && card !== undefined, "the host is asked when everything else was");
    const field55 = fieldData("reversal", request.tags).bytes;
    const asked = { ...card, icData: request.field55 };
    sent = await sendFinancial(t, host, { kind, amountFen, card: asked, pinBlock, field55, original: about?.original });
    t.ui.show("chip", { transaction, amountFen });
    return toCard(sent);
  };
  const details = {
    amountFen,
    sequence: t.journal.nextTrace,
    ecash: false,
    // A hold is the host's to give.
    forceOnline: kind !== "sale",
    log: kind === "sale" ? purchases(t) : [],
  };
  const ending = await runTransaction(opened.channel, { ...chipTerminal(t), people }, details, authorise);
  t.system.log.info(`chip: ${ending.result}, ${ending.reason}: ${ending.words}`);
  if (card === undefined) throw new Left("problem", readProblem(t, ending));
  return conclude(t, { kind, amountFen, card, pinEntered: pinBlock !== undefined }, sent, ending);
}

/** What the card is told of the host's answer; undefined: there is none, and it may decide alone. */
function toCard({ fate }: Sent): HostAnswer | undefined {
  // What left may be at the host and is reversed; a card that approved it alone would have it paid twice.
  if (fate.fate === "not-sent") return fate.why === "no-line" ? undefined : "05";
  if (fate.fate !== "answered") return "05";
  const field55 = chipAnswerOf(fate.answer);
  return { code: isApproved(fate.code) ? "00" : fate.code, ...(field55 === undefined ? {} : { field55 }) };
}

interface Paid {
  kind: ChipPayment["kind"];
  amountFen: number;
  card: CardData;
  pinEntered: boolean;
}

/** What host and card together mean for the money; the journal says the same. */
function conclude(t: Terminal, paid: Paid, sent: Sent | undefined, ending: Ending): Outcome {
  const outcome = outcomeOf(t, paid, sent, ending);
  const results = ending.data.DF31;
  if (sent?.fate.fate === "answered" && results !== undefined && results.length > 0)
    keepScriptResult(t, scriptedRecord(t, sent, outcome), fieldData("script-result", ending.data).bytes);
  return outcome;
}

function outcomeOf(t: Terminal, paid: Paid, sent: Sent | undefined, ending: Ending): Outcome {
  const { card } = paid;
  const asked = sent !== undefined && sent.fate.fate !== "not-sent";
  if (sent !== undefined && asked) {
    const approved = sent.fate.fate === "answered" && isApproved(sent.fate.code);
    if (approved && ending.result !== "approved-online") return refusedByCard(t, sent, fieldData("reversal", ending.data).bytes);
    return concludeSent(t, sent, { sequence: card.sequence, chip: chipRecordOf(ending, "request") });
  }
  const unsent = sent && concludeSent(t, sent);
  if (ending.result === "approved-offline" && paid.kind === "sale") return approvedAlone(t, paid, ending);
  if (unsent !== undefined && ending.reason !== "card-lost") {
    keepCertificate(t, paid, ending);
    return unsent;
  }
  if (ending.result !== "declined-offline") throw new Left("problem", readProblem(t, ending));
  return refusedAlone(t, paid, ending);
}

/** What the notice says of the transaction, also of one that was declined or is reversed. */
function scriptedRecord(t: Terminal, { owed, fate }: Sent, outcome: Outcome): TransactionRecord {
  if (outcome.outcome === "approved") return outcome.record;
  const reference = fate.fate === "answered" ? fate.answer.fields.get(37) : undefined;
  return {
    ...owed,
    state: "reversed",
    approvedFen: 0,
    settlementDate: undefined,
    reference: typeof reference === "string" ? reference : undefined,
    responseCode: fate.fate === "answered" ? fate.code : "",
    issuer: undefined,
    acquirer: undefined,
    organisation: undefined,
    remarks: [],
    pinEntered: false,
    copiesPrinted: 0,
    ...now(t),
  };
}

/** Purchases of this batch, for the floor limit of a sale that was split (§6.8 of the chip). */
function purchases({ journal }: Terminal): { pan: string; amountFen: number }[] {
  return journal
    .list()
    .filter(({ kind, state, entry }) => kind === "sale" && entry === "contact" && (state === "approved" || state === "pending"))
    .map(({ pan, approvedFen }) => ({ pan, amountFen: approvedFen }));
}
