/**
 * What a card decides by itself, in the slot, in the field or out of its purse (Y1, Y3; Z1, Z3): an approval is durable before anybody reads it and told
 * to the host with what comes next (§2.5, §5.4); a refusal is no record, but its certificate is told with the settlement (§2.8, §5.7).
 */
import { toHex } from "../../platform/guest/bytes.ts";
import { fieldData, type Outcome as Ending, tvrNames } from "../emv/index.ts";
import { maskPan } from "../model/card.ts";
import type { CardData, ChipRecord, PurseRecord, TransactionRecord } from "../model/transaction.ts";
import { type Outcome, rememberDecline } from "./authorise.ts";
import { keepRefusal } from "./chip-refusals.ts";
import { now, type Terminal } from "./terminal.ts";

export interface DecidedAlone {
  kind: TransactionRecord["kind"];
  amountFen: number;
  card: CardData;
  pinEntered: boolean;
  /** Field 55 as the request would have had it, of a tap: what the kernel knows at the end is of later (TVR). */
  request55?: Uint8Array;
}

/** The chip approved alone: posted with its certificate, as electronic cash when its purse has paid. Throws JournalError, keeping nothing. */
export function approvedAlone(t: Terminal, decided: DecidedAlone, ending: Ending): Outcome {
  return postAlone(t, decided, {
    kind: ending.ecash ? "ecash" : "sale",
    authCode: ecashCode(ending),
    chip: chipRecordOf(ending, "offline", decided.request55),
    ...(ending.ecash ? { purse: purseOf(ending) } : {}),
  });
}

type Told = Pick<TransactionRecord, "kind" | "chip"> & Partial<Pick<TransactionRecord, "authCode" | "purse">>;

/** Durable, and to be told to the host. Throws JournalError, keeping nothing. */
export function postAlone(t: Terminal, decided: Omit<DecidedAlone, "kind">, told: Told): Outcome {
  const record: TransactionRecord = {
    ...basis(t, decided),
    state: "pending",
    trace: t.journal.nextTrace,
    approvedFen: decided.amountFen,
    responseCode: "00",
    delivery: { state: "pending", attempts: 0 },
    ...told,
  };
  t.journal.post(record);
  return { outcome: "approved", record };
}

/** The chip, or the terminal by its rules, said no, and no host was heard: nothing moved, unless the purse had paid by then. */
export function refusedAlone(t: Terminal, decided: DecidedAlone, ending: Ending): Outcome {
  const { kind, amountFen, card } = decided;
  const place = { kind, trace: t.journal.nextTrace, amountFen, entry: card.entry, operator: t.operator ?? "", ...now(t) };
  rememberDecline(t, { ...place, masked: maskPan(card.pan), code: "card" });
  keepCertificate(t, decided, ending);
  return { outcome: "refused-by-card", ...(ending.charged ? { charged: true } : {}) };
}

/** The cryptogram of a refusal (AAC), where there is one; also when there was no line to ask by. */
export function keepCertificate(t: Terminal, decided: DecidedAlone, { data, ...ending }: Ending): void {
  const refused = data["9F26"] !== undefined && ((data["9F27"]?.[0] ?? 0xff) & 0xc0) === 0;
  if (ending.result !== "declined-offline" || !refused) return;
  const chip: ChipRecord = { ...chipRecordOf({ ...ending, data }, "request", decided.request55), certificate: "AAC" };
  const { kind, amountFen } = decided;
  const code = data["8A"] === undefined ? "Z1" : String.fromCharCode(...data["8A"]);
  const trace = t.journal.nextTrace;
  keepRefusal(t, { ...basis(t, decided), kind, state: "refused", trace, approvedFen: amountFen, responseCode: code, chip });
}

function basis(t: Terminal, { amountFen, card, pinEntered }: Omit<DecidedAlone, "kind">) {
  return {
    batch: t.journal.batch,
    amountFen,
    entry: card.entry,
    pan: card.pan,
    expiry: card.expiry,
    operator: t.operator ?? "",
    ...now(t),
    settlementDate: undefined,
    reference: undefined,
    authCode: undefined,
    issuer: undefined,
    acquirer: undefined,
    organisation: undefined,
    remarks: [],
    pinEntered,
    copiesPrinted: 0,
    sequence: card.sequence,
  };
}

/** §6.3, in its order; tags the card may not have are left out. */
const SLIP_TAGS = ["9F26", "95", "9B", "84", "9F36", "5F34", "9F37", "82", "9F10", "9F33", "50", "9F12"] as const;

/** What a record keeps of its chip: for the upload, and for the slip. */
export function chipRecordOf(ending: Ending, list: "request" | "offline", field55?: Uint8Array): ChipRecord {
  const { data } = ending;
  const wrongIssuer = tvrNames(data["95"] ?? new Uint8Array(5)).includes("issuer-authentication-failed");
  return {
    certificate: wrongIssuer ? "ARPC" : "TC",
    field55: toHex(field55 ?? fieldData(list, data).bytes),
    data: slipDataOf(data),
  };
}

/** What of a chip's data stands on the slip, hex digits by tag. */
export function slipDataOf(data: Ending["data"]): ChipRecord["data"] {
  return Object.fromEntries(SLIP_TAGS.flatMap((tag) => (data[tag] === undefined ? [] : [[tag, toHex(data[tag])] as const])));
}

/** What the purse holds when it is over, as far as the card told. */
export const purseOf = ({ purse }: Ending): PurseRecord => (purse.afterFen === undefined ? {} : { balanceFen: purse.afterFen });

/** 9F74, text on the card: ECCnnn (§8). */
function ecashCode({ ecash, data }: Ending): string | undefined {
  const code = ecash ? data["9F74"] : undefined;
  return code === undefined ? undefined : String.fromCharCode(...code.filter((byte) => byte >= 0x20 && byte < 0x7f));
}
