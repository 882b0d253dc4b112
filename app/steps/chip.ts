/**
 * A payment by the chip in the slot (M6, §5.7). The kernel asks, people and the host answer; the journal's rule stays: what could reverse the request
 * is durable before it leaves, and what the card says after the host has approved decides whether it stands.
 */
import { assert } from "../../platform/guest/assert.ts";
import type { Host } from "../acquirer/host.ts";
import { chipType } from "../acquirer/messages.ts";
import { fieldData, type HostAnswer, type OnlineRequest, runTransaction } from "../emv/index.ts";
import { maskPan } from "../model/card.ts";
import type { CardData, Original } from "../model/transaction.ts";
import type { Pair } from "../screens/states.ts";
import type { Prompt } from "../text/words.ts";
import type { Outcome } from "./authorise.ts";
import { askWhileCardWaits, type Asked, asTold } from "./chip-ask.ts";
import { cardDataOf, openChip, readProblem } from "./chip-card.ts";
import { conclude, toCard } from "./chip-outcome.ts";
import { accountsAlone, chipPeople, chipTerminal } from "./chip-terminal.ts";
import { confirmTransaction } from "./confirm.ts";
import { chipForgotten } from "./fallback.ts";
import { offlinePins } from "./offline-pin.ts";
import { showOutcome } from "./outcome.ts";
import { askPin } from "./pin.ts";
import { prepare } from "./prepare.ts";
import { Left, type Terminal } from "./terminal.ts";

export interface ChipPayment {
  kind: "sale" | "preauth" | "preauth-add";
  transaction: Prompt;
  amountFen: number;
  /** Only a purse will do (电子现金). */
  purse?: boolean;
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
  let last: Asked | undefined;
  // A hold is the host's to give.
  const forceOnline = kind !== "sale" || !accountsAlone(t);

  const people = {
    ...chipPeople(t),
    ...offlinePins(t, { amountFen, masked: () => maskPan(card?.pan ?? "") }),
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
      pinBlock = await askPin(t, card, amountFen, { inSlot: true });
      t.ui.show("chip", { transaction, amountFen });
      return pinBlock === undefined ? ("bypassed" as const) : ("entered" as const);
    },
  };
  const authorise = async (request: OnlineRequest): Promise<HostAnswer | undefined> => {
    assert(host !== undefined && card !== undefined, "the host is asked when everything else was");
    const field55 = fieldData("reversal", request.tags).bytes;
    const asked = { ...card, icData: request.field55 };
    const payment = { kind, amountFen, card: asked, pinBlock, field55, original: about?.original };
    last = await askWhileCardWaits(t, host, transaction, payment);
    t.ui.show("chip", { transaction, amountFen });
    return toCard(last.sent) ?? (forceOnline ? "05" : undefined);
  };
  const details = {
    amountFen,
    type: chipType(kind),
    sequence: t.journal.nextTrace,
    ecash: false,
    forceOnline,
    log: kind === "sale" ? purchases(t) : [],
  };
  const ending = await runTransaction(
    opened.channel,
    { ...chipTerminal(t), alwaysManageRisk: forceOnline, people },
    details,
    authorise,
  );
  t.system.log.info(`chip: ${ending.result}, ${ending.reason}: ${ending.words}`);
  if (card === undefined) throw new Left("problem", readProblem(t, ending));
  const outcome = conclude(t, { kind, amountFen, card, pinEntered: pinBlock !== undefined }, last?.sent, ending);
  return asTold(outcome, last?.told === true);
}

/** Purchases of this batch, for the floor limit of a sale that was split (§6.8 of the chip). */
function purchases({ journal }: Terminal): { pan: string; amountFen: number }[] {
  return journal
    .list()
    .filter(({ kind, state, entry }) => kind === "sale" && entry === "contact" && (state === "approved" || state === "pending"))
    .map(({ pan, approvedFen }) => ({ pan, amountFen: approvedFen }));
}
