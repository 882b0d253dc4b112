/**
 * A payment out of the purse of the card in the slot (M7, §8): without the host, told to it later. fast: nothing is asked and only the purse will do. normal: number and
 * amount are agreed to, and where the purse does not pay, the account does, online and with its PIN.
 */
import { assert } from "../../platform/guest/assert.ts";
import type { Host } from "../acquirer/host.ts";
import {
  type CardChannel,
  EmvError,
  fieldData,
  type HostAnswer,
  type OnlineRequest,
  type Outcome as Ending,
  readPurse,
  runTransaction,
  type Torn,
} from "../emv/index.ts";
import { groupedYuan } from "../model/money.ts";
import { maskPan } from "../model/card.ts";
import type { CardData } from "../model/transaction.ts";
import type { Prompt } from "../text/words.ts";
import type { Outcome } from "./authorise.ts";
import { askWhileCardWaits, type Asked, asTold } from "./chip-ask.ts";
import { cardDataOf, openChip, readProblem } from "./chip-card.ts";
import { conclude, toCard } from "./chip-outcome.ts";
import { chipPeople, chipTerminal } from "./chip-terminal.ts";
import { confirmTransaction } from "./confirm.ts";
import { chipForgotten } from "./fallback.ts";
import { offlinePins } from "./offline-pin.ts";
import { askPin } from "./pin.ts";
import { prepare } from "./prepare.ts";
import { forgetTorn, keepTorn, posted, tornPurse } from "./purse-torn.ts";
import { checkRisk } from "./risk.ts";
import { Left, type Terminal } from "./terminal.ts";

export interface PursePayment {
  transaction: Prompt;
  amountFen: number;
  way: "fast" | "normal";
}

/** 9F35 of a terminal that cannot go online: the purse pays while it holds the amount, or nobody does. */
const OFFLINE_ONLY = "23";

/** Leaves only before anything was decided. */
export async function payByPurse(t: Terminal, { transaction, amountFen, way }: PursePayment): Promise<Outcome> {
  t.ui.show("chip", { transaction, amountFen });
  const opened = await openChip(t);
  if ("problem" in opened) throw new Left("problem", opened.problem);
  let card: CardData | undefined;
  let pinBlock: Uint8Array | undefined;
  let last: Asked | undefined;
  let charged = false;
  let taken = false;

  const people = {
    ...chipPeople(t),
    ...(way === "normal" ? offlinePins(t, { amountFen, masked: () => maskPan(card?.pan ?? "") }) : {}),
    card: async (shown: Parameters<typeof cardDataOf>[0] & { purse: boolean }) => {
      chipForgotten(t);
      card = cardDataOf(shown);
      taken = shown.purse;
      if (!taken && way === "fast") return false;
      if (way === "normal") await confirmTransaction(t, { kind: "ecash", transaction, card, amountFen });
      else await checkRisk(t, { kind: "ecash", card, amountFen });
      t.ui.show("chip", { transaction, amountFen });
      return true;
    },
    charging: (torn: Parameters<typeof keepTorn>[1]) => {
      keepTorn(t, torn);
      charged = true;
    },
    onlinePin: async () => {
      assert(card !== undefined, "a PIN is asked for a card that was shown");
      if (way === "fast") return "no-pad" as const;
      pinBlock = await askPin(t, card, amountFen, { inSlot: true });
      t.ui.show("chip", { transaction, amountFen });
      return pinBlock === undefined ? ("bypassed" as const) : ("entered" as const);
    },
  };
  const authorise = async (request: OnlineRequest): Promise<HostAnswer | undefined> => {
    assert(card !== undefined && way === "normal", "only a normal payment asks the host");
    const host: Host = await prepare(t);
    const field55 = fieldData("reversal", request.tags).bytes;
    const payment = { kind: "sale", amountFen, card: { ...card, icData: request.field55 }, pinBlock, field55 } as const;
    last = await askWhileCardWaits(t, host, transaction, payment);
    t.ui.show("chip", { transaction, amountFen });
    return toCard(last.sent);
  };
  const terminal = { ...chipTerminal(t), ...(way === "fast" ? { type: OFFLINE_ONLY } : {}), people };
  const details = { amountFen, sequence: t.journal.nextTrace, ecash: true, torn: openTorn(t) };
  const ending = await runTransaction(opened.channel, terminal, details, authorise);
  t.system.log.info(`purse: ${ending.result}, ${ending.reason}: ${ending.words}`);
  if (card === undefined) throw new Left("problem", readProblem(t, ending));
  if (!taken && way === "fast") return refusedByPurse(t, opened.channel);
  leaveWhenTorn(t, ending);
  const outcome = conclude(t, { kind: "sale", amountFen, card, pinEntered: pinBlock !== undefined }, last?.sent, ending);
  // Only now: until its record is durable, the purse is all that knows of it.
  if (charged) forgetTorn(t);
  if (outcome.outcome === "refused-by-card") return { ...outcome, purseFen: shortPurse(ending, amountFen) };
  return asTold(outcome, last?.told === true);
}

/** What the last payment left, unless its record was posted before the power went. */
function openTorn(t: Terminal): Torn | undefined {
  const torn = tornPurse(t);
  if (torn === undefined || !posted(t, torn)) return torn;
  forgetTorn(t);
  return undefined;
}

/** Cut off now: what it was stays, for the next time. Cut off the last time, and paid: said once; what is to be done about it is the cashier's to say. */
function leaveWhenTorn(t: Terminal, { torn, reason }: Ending): void {
  if (torn !== undefined) throw new Left("problem", t.ui.say("problem.purse-torn"));
  if (reason !== "torn") return;
  const amount = groupedYuan(tornPurse(t)?.amountFen ?? 0);
  forgetTorn(t);
  throw new Left("problem", t.ui.say("problem.purse-paid", { amount }));
}

/** A card that answers for its account has no purse, or one that does not pay this: what it holds says which. */
async function refusedByPurse(t: Terminal, channel: CardChannel): Promise<Outcome> {
  let balanceFen: number | undefined;
  try {
    ({ balanceFen } = await readPurse(channel, chipTerminal(t), chipPeople(t)));
  } catch (error) {
    // Pulled out meanwhile: nothing was paid, and it is not worth a word of its own.
    if (!(error instanceof EmvError)) throw error;
  }
  if (balanceFen === undefined) throw new Left("problem", t.ui.say("problem.no-purse"));
  return { outcome: "refused-by-card", purseFen: balanceFen };
}

/** What the purse holds, when it was too little. */
function shortPurse({ purse: { beforeFen } }: Ending, amountFen: number): number | undefined {
  return beforeFen !== undefined && beforeFen < amountFen ? beforeFen : undefined;
}
