/** A card in the slot: switched on, as the kernel talks to it, and read for its number alone (simplified flow). */
import type { IccError } from "../../hal/icc/icc.ts";
import { type CardChannel, type Outcome, type Requests, runTransaction } from "../emv/index.ts";
import { toHex } from "../../platform/guest/bytes.ts";
import type { CardData, TransactionRecord } from "../model/transaction.ts";
import { parseTrack2 } from "../model/card.ts";
import { chipPeople, chipTerminal } from "./chip-terminal.ts";
import { chipFailed, chipForgotten } from "./fallback.ts";
import { powerOff } from "./remove-card.ts";
import { Left, type Terminal } from "./terminal.ts";

export const isIccError = (error: unknown): error is IccError =>
  error instanceof Error && (error as { device?: string }).device === "icc";

/** The kernel's way to the card: what ends the talk is no card any more. */
export async function openChip(t: Terminal): Promise<{ channel: CardChannel } | { problem: string }> {
  const { icc } = t.devices;
  if (icc === undefined) return { problem: t.ui.say("problem.chip-reader") };
  try {
    await icc.powerOn();
  } catch (error) {
    if (!isIccError(error)) throw error;
    t.system.log.warn(`chip: ${error.code}`);
    return { problem: problemOf(t, error) };
  }
  return {
    channel: {
      transmit: async (command) => {
        try {
          return await icc.transmit(command);
        } catch (error) {
          if (!isIccError(error)) throw error;
          t.system.log.warn(`chip: ${error.code}`);
          return undefined;
        }
      },
    },
  };
}

/** A card that was pulled out has not failed; one that is mute may lie the wrong way round. */
function problemOf(t: Terminal, { code }: IccError): string {
  switch (code) {
    case "card-mute":
      chipFailed(t, "mute");
      return t.ui.say("problem.chip-mute");
    case "bad-atr":
    case "protocol":
      chipFailed(t, "unreadable");
      return t.ui.say("problem.chip-unreadable");
    case "no-card":
    case "card-removed":
      return t.ui.say("problem.chip-removed");
    default:
      return t.ui.say("problem.chip-reader");
  }
}

/** Number, expiry and track of the card in the slot, for what needs no more of it than these (§3.11 F). Asks which application, where there are several. */
export async function readChipCard(t: Terminal): Promise<{ card: CardData } | { problem: string }> {
  const opened = await openChip(t);
  if ("problem" in opened) return opened;
  let shown: Requests["card"] | undefined;
  const people = {
    ...chipPeople(t),
    card: (card: Requests["card"]) => {
      shown = card;
      return false;
    },
  };
  const outcome = await runTransaction(opened.channel, { ...chipTerminal(t), people }, { amountFen: 0, ecash: false });
  await powerOff(t);
  if (shown === undefined) return { problem: readProblem(t, outcome) };
  chipForgotten(t);
  return { card: withAid(cardDataOf(shown), outcome.data["84"]) };
}

/** Words for a card that could not be read; leave for the stripe is noted where §5.7 gives it. */
export function readProblem(t: Terminal, { result, reason, fallback, words }: Outcome): string {
  t.system.log.warn(`chip: ${result}, ${reason}: ${words}`);
  if (result === "cancelled") throw new Left("cancelled");
  if (reason === "card-lost") {
    if (t.devices.icc?.present !== true) return t.ui.say("problem.chip-removed");
    if (fallback) chipFailed(t, "unreadable");
    return t.ui.say(fallback ? "problem.chip-unreadable" : "problem.chip-ended");
  }
  if (fallback) {
    chipFailed(t, "unreadable");
    return t.ui.say("problem.chip-unreadable");
  }
  if (result === "card-blocked") return t.ui.say("problem.chip-blocked");
  return t.ui.say(result === "not-accepted" ? "problem.chip-not-accepted" : "problem.chip-ended");
}

export function withAid(card: CardData, aid: Uint8Array | undefined): CardData {
  return aid === undefined ? card : { ...card, aid: toHex(aid) };
}

/** What stands on the slip of a card whose number was read and nothing else (§6.3). */
export function simplyRead({ sequence, aid }: CardData): Pick<TransactionRecord, "sequence" | "chip"> {
  if (sequence === undefined) return {};
  return aid === undefined ? { sequence } : { sequence, chip: { data: { "84": aid, "5F34": sequence.slice(-2) } } };
}

/** A chip's own words as the rest of the terminal knows a card. */
export function cardDataOf(
  { pan, sequence, expiry, track2 }: Omit<Requests["card"], "purse">,
  entry: Extract<CardData["entry"], "contact" | "contactless"> = "contact",
): CardData {
  const parsed = track2 === undefined ? undefined : parseTrack2(track2);
  return {
    entry,
    pan,
    expiry,
    serviceCode: parsed?.serviceCode,
    track2: parsed?.track2,
    track3: undefined,
    holder: undefined,
    ...(sequence === undefined ? {} : { sequence: sequence.padStart(3, "0") }),
  };
}
