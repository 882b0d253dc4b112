/** From a request to the facts its fields are made of: tracks go through the pad here, and nowhere else. */
import { DeviceError } from "../../hal/errors.ts";
import type { PinPad } from "../../hal/pinpad/pinpad.ts";
import { fromHex, toHex } from "../../platform/guest/bytes.ts";
import type { Logger } from "../../platform/guest/system.ts";
import { regionOf } from "../model/ledger.ts";
import type { Profile } from "../model/profile.ts";
import { type AdviceKind, type CardData, changeOf, type TransactionRecord } from "../model/transaction.ts";
import { assert } from "../../platform/guest/assert.ts";
import type { FinancialRequest, Request } from "./host.ts";
import {
  ascii,
  enciphersTracks,
  entryModeOf,
  type Facts,
  type AdviceMessage,
  MESSAGES,
  scriptRow,
  type MessageRow,
  type ReadCapability,
  reversalRow,
  securityOf,
  uploadRow,
} from "./messages.ts";

export interface FactsSettings {
  pinpad: PinPad | undefined;
  profile: Profile;
  capability: ReadCapability;
  serial: string;
  log: Logger;
}

/** Rejects the pad's error when it cannot encipher a track. */
export async function factsOf(request: Request, settings: FactsSettings): Promise<Facts> {
  const { profile, capability, serial } = settings;
  const basis = { profile, capability, serial };
  switch (request.about) {
    case "sign-on":
    case "sign-off":
    case "echo":
    case "settlement":
    case "upload":
      return { ...basis, ...request, row: MESSAGES[request.about] };
    case "upload-end": {
      const row = MESSAGES[request.balanced ? "upload-end-balanced" : "upload-end-unbalanced"];
      const { trace, batch, count } = request;
      return { ...basis, row, trace, batch, count };
    }
    case "parameters":
    case "parameters-end":
    case "blacklist-end":
      return { ...basis, row: MESSAGES[request.about], batch: request.batch ?? 0 };
    case "blacklist": {
      const block62 = ascii(String(request.from).padStart(3, "0"));
      assert(block62.length === 3 && request.from > 0, "an entry of a download has a number of three digits");
      return { ...basis, row: MESSAGES.blacklist, batch: request.batch ?? 0, block62 };
    }
    case "download":
      return { ...basis, row: MESSAGES[request.what], batch: request.batch ?? 0, block62: request.block };
    case "script-result": {
      const { of, batch, trace, field55, institution } = request;
      const { date, reference, authCode, amountFen } = of;
      const original = { batch: of.batch, trace: of.trace, date, reference };
      const card = { ...cardOf(of), icData: field55 };
      const about = { row: scriptRow(of.kind), batch, trace, amountFen, original, authCode, institution, card };
      return { ...basis, ...about, entryMode: entryModeOf(of.entry, false), fromRecord: true };
    }
    case "upload-chip": {
      const { of, balanced } = request;
      const { chip, batch, trace, approvedFen: amountFen } = of;
      assert(chip?.certificate !== undefined, "a certificate is told of what has one");
      const row = MESSAGES[`upload-chip${chip.certificate === "TC" ? "" : "-failed"}-${balanced ? "balanced" : "unbalanced"}`];
      const card = { ...cardOf(of), icData: fromHex(chip.field55 ?? "") };
      const told = { row, batch, trace, amountFen, card, entryMode: entryModeOf(of.entry, of.pinEntered) };
      return { ...basis, ...told, fromRecord: true, block62: ascii(certificateBlock(of)) };
    }
    case "status":
      return { ...basis, row: MESSAGES.status, batch: request.batch ?? 0, block62: request.tags };
    case "statement": {
      const block62 = ascii(request.date + String(request.block).padStart(3, "0"));
      assert(block62.length === 11, "a day has eight digits, a block three");
      return { ...basis, row: MESSAGES.statement, batch: request.batch ?? 0, block62 };
    }
    case "reversal": {
      const { kind, entryMode, batch, trace, amountFen, reason, authCode, entry, pan, expiry, original } = request.of;
      const { sequence, field55, receiving } = request.of;
      const card = { entry, pan, expiry, sequence, icData: field55 === undefined ? undefined : fromHex(field55) };
      // §2.4: what the host gave for a transaction of its own, the original's for one about another.
      const code = original?.authCode ?? authCode;
      const row = reversalRow(kind);
      const told = {
        card,
        entryMode,
        batch,
        trace,
        amountFen,
        reason,
        authCode: code,
        original,
        block62: receivingBlock(receiving),
      };
      return { ...basis, row, fromRecord: true, ...told };
    }
    case "advice":
      return { ...basis, ...factsOfRecord(request.of), row: MESSAGES[adviceKind(request.of)] };
    case "upload-record":
      return { ...basis, ...factsOfRecord(request.of), row: uploadRow(adviceKind(request.of)) };
    case "refund":
    case "completion-advice": {
      const { batch, trace, amountFen, card, operator, original, organisation, pinBlock } = request;
      assert(pinBlock === undefined, `a ${request.about} goes without a PIN`);
      const told = { ...toldFromStore(card), batch, trace, amountFen, operator, original, organisation };
      return { ...basis, ...told, row: MESSAGES[request.about], authCode: original?.authCode };
    }
    default: {
      const { batch, trace, card, pinBlock, operator } = request;
      const row: MessageRow = MESSAGES[request.about];
      const entryMode = entryModeOf(card.entry, pinBlock !== undefined);
      const facts = { ...basis, row, batch, trace, card, entryMode, pinBlock, operator, ...(await tracksOf(card, settings)) };
      if (request.about === "balance") return facts;
      const { amountFen, original, organisation } = request;
      const block62 = receivingBlock(card.receiving);
      return { ...facts, amountFen, original, organisation, authCode: original?.authCode, block62 };
    }
  }
}

/** DE62 of a load out of another card's account (§3.8). */
const receivingBlock = (pan: string | undefined): Uint8Array | undefined => (pan === undefined ? undefined : ascii(pan));

/** The message a stored record goes as. */
export function adviceKind(record: TransactionRecord): AdviceMessage {
  const { kind, chip } = record;
  const change = changeOf(record);
  if ((kind === "sale" || kind === "ecash") && chip !== undefined && change === undefined) return "chip-offline";
  const advice = change ?? kind;
  assert(isAdvice(advice), `${advice} is told after the event`);
  return advice;
}

const ADVICES: Record<AdviceKind, true> = {
  refund: true,
  "completion-advice": true,
  offline: true,
  adjustment: true,
  tip: true,
  "ecash-refund": true,
};
const isAdvice = (kind: string): kind is AdviceKind => Object.hasOwn(ADVICES, kind);

/** An adjustment or tip is about the record itself; everything else about the original it names. */
function factsOfRecord(record: TransactionRecord): Omit<Facts, "profile" | "capability" | "row"> {
  const { kind, batch, entry, pan, expiry, operator, delivery, tipFen, authority, organisation, reference } = record;
  const { chip, sequence } = record;
  const offline = adviceIsChips(record) && chip !== undefined;
  const change = changeOf(record);
  const own = kind === "offline" || change !== undefined;
  const original = own ? { batch, trace: record.trace, reference } : record.original;
  return {
    ...toldFromStore({ entry, pan, expiry, sequence }),
    ...(offline ? { card: { ...cardOf(record), icData: fromHex(chip.field55 ?? "") } } : {}),
    batch,
    trace: (change === undefined ? undefined : delivery?.trace) ?? record.trace,
    amountFen: record.amountFen,
    authCode: own ? record.authCode : original?.authCode,
    operator,
    original,
    tipFen,
    authority,
    organisation,
  };
}

/**
 * The card of a record. Tracks are not kept, so the number of a swiped card comes from the terminal itself, and DE22 says so (§3.4: keyed);
 * else a host would look for a track.
 */
function toldFromStore({ entry, pan, expiry, sequence }: Pick<CardData, "entry" | "pan" | "expiry" | "sequence">) {
  const told = striped({ entry }) ? "manual" : entry;
  return { fromRecord: true, card: { entry: told, pan, expiry, sequence }, entryMode: entryModeOf(told, false) } as const;
}

const adviceIsChips = (record: TransactionRecord): boolean =>
  record.delivery !== undefined && adviceKind(record) === "chip-offline";

const cardOf = ({
  entry,
  pan,
  expiry,
  sequence,
}: TransactionRecord): Pick<CardData, "entry" | "pan" | "expiry" | "sequence"> => ({
  entry,
  pan,
  expiry,
  sequence,
});

/** DE62 of a certificate (§3.8). */
function certificateBlock({ chip, organisation, region, approvedFen }: TransactionRecord): string {
  const foreign = regionOf({ organisation, region }) === "foreign" ? "01" : "00";
  const amount = String(approvedFen).padStart(12, "0");
  switch (chip?.certificate) {
    case "ARPC":
      return `71${foreign}05${amount}15622`;
    case "AAC":
      return `71${foreign}11${amount}15610`;
    default:
      return `61${foreign}00${amount}156`;
  }
}

/** DE22 and DE53 of a request, without asking the pad. */
export function requestSecurity(request: Request, profile: Profile): { entryMode: string; security: string | undefined } {
  if (request.about === "reversal") return { entryMode: request.of.entryMode, security: undefined };
  if (request.about === "advice" || request.about === "upload-record")
    return { entryMode: toldFromStore(request.of).entryMode, security: undefined };
  if (request.about === "refund" || request.about === "completion-advice")
    return { entryMode: toldFromStore(request.card).entryMode, security: undefined };
  if (!hasCard(request)) return { entryMode: "", security: undefined };
  const { card, pinBlock } = request;
  const { track2, track3 } = tracksToSend(card);
  const security = securityOf({ profile, pinBlock, track2, track3, tracksEnciphered: hasCipheredTracks(card, profile) });
  return { entryMode: entryModeOf(card.entry, pinBlock !== undefined), security };
}

type Tracks = Pick<Facts, "track2" | "track3" | "tracksEnciphered">;

async function tracksOf(card: CardData, { pinpad, profile, log }: FactsSettings): Promise<Tracks> {
  const clear = tracksToSend(card);
  if (card.track3 !== undefined && clear.track3 === undefined && striped(card))
    log.warn("host: track 3 is not one and stays behind");
  if (!hasCipheredTracks(card, profile)) return { ...clear, tracksEnciphered: false };
  if (pinpad === undefined) throw new DeviceError("pinpad", "unplugged", "there is no PIN pad, so no track can be enciphered");
  const enciphered = async (track: string | undefined): Promise<string | undefined> => {
    if (track === undefined) return undefined;
    const { packed, digits } = await pinpad.encryptTrack(track);
    return toHex(packed).slice(0, digits);
  };
  return { track2: await enciphered(clear.track2), track3: await enciphered(clear.track3), tracksEnciphered: true };
}

/** Rules 35c and 36c (§2): never of a keyed card, track 3 only of a stripe; and only what the fields can carry. */
function tracksToSend(card: CardData): { track2: string | undefined; track3: string | undefined } {
  return {
    track2: card.entry === "manual" ? undefined : lineForm(card.track2, 37),
    track3: striped(card) ? lineForm(card.track3, 104) : undefined,
  };
}

function hasCipheredTracks(card: CardData, profile: Profile): boolean {
  const { track2, track3 } = tracksToSend(card);
  return enciphersTracks(profile) && (track2 !== undefined || track3 !== undefined);
}

function lineForm(track: string | undefined, longest: number): string | undefined {
  const text = track?.replaceAll("=", "D");
  return text !== undefined && text.length <= longest && /^[0-9D]+$/.test(text) ? text : undefined;
}

const striped = (card: Pick<CardData, "entry">): boolean => card.entry === "swipe" || card.entry === "fallback";

function hasCard(request: Request): request is FinancialRequest | Extract<Request, { about: "balance" }> {
  return "card" in request;
}
