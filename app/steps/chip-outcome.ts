/**
 * What host and card together mean for the money of a chip's transaction; the journal says the same (§5.7). The approval stands when both have said yes. Whoever
 * runs a chip transaction that goes to the host ends with `conclude`.
 */
import { chipAnswerOf } from "../acquirer/answers.ts";
import { isApproved } from "../acquirer/responses.ts";
import { fieldData, type HostAnswer, type Outcome as Ending } from "../emv/index.ts";
import type { CardData, TransactionKind, TransactionRecord } from "../model/transaction.ts";
import { type ChipPart, concludeSent, type Outcome, refusedByCard, type Sent } from "./authorise.ts";
import { readProblem } from "./chip-card.ts";
import { approvedAlone, chipRecordOf, keepCertificate, refusedAlone } from "./offline-approval.ts";
import { keepScriptResult } from "./script-results.ts";
import { Left, now, type Terminal } from "./terminal.ts";

export interface ChipPaid {
  kind: TransactionKind;
  amountFen: number;
  card: CardData;
  pinEntered: boolean;
  /** The list of §3.11 its 0400 carries. Default C. */
  reversal?: "reversal" | "reversal-with-counter";
  /** What its record says besides. */
  more?: ChipPart;
}

/** What the card is told of the host's answer; undefined: there is none, and it may decide alone. */
export function toCard({ fate }: Sent): HostAnswer | undefined {
  // What left may be at the host and is reversed; a card that approved it alone would have it paid twice.
  if (fate.fate === "not-sent") return fate.why === "no-line" ? undefined : "05";
  if (fate.fate !== "answered") return "05";
  const field55 = chipAnswerOf(fate.answer);
  return { code: isApproved(fate.code) ? "00" : fate.code, ...(field55 === undefined ? {} : { field55 }) };
}

/** Leaves when the card has ended it before anything was decided. */
export function conclude(t: Terminal, paid: ChipPaid, sent: Sent | undefined, ending: Ending): Outcome {
  const outcome = outcomeOf(t, paid, sent, ending);
  const results = ending.data.DF31;
  if (sent?.fate.fate === "answered" && results !== undefined && results.length > 0) {
    const institution = sent.fate.answer.fields.get(32);
    const told = typeof institution === "string" ? institution : undefined;
    keepScriptResult(t, scriptedRecord(t, sent, outcome), fieldData("script-result", ending.data).bytes, told);
  }
  return outcome;
}

function outcomeOf(t: Terminal, paid: ChipPaid, sent: Sent | undefined, ending: Ending): Outcome {
  const { card, reversal = "reversal", more } = paid;
  if (sent !== undefined && sent.fate.fate !== "not-sent") {
    const approved = sent.fate.fate === "answered" && isApproved(sent.fate.code);
    if (approved && ending.result !== "approved-online") return refusedByCard(t, sent, fieldData(reversal, ending.data).bytes);
    return concludeSent(t, sent, { sequence: card.sequence, chip: chipRecordOf(ending, "request"), ...more });
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
