/**
 * Money put into the purse of the card in the slot (§2.6): always online, out of its own account, another card's, or for cash; and that cash given back. The answer's
 * script writes the new balance; when it does not run through, what the host has booked is reversed.
 */
import { fieldData, type HostAnswer, type OnlineRequest, runTransaction } from "../emv/index.ts";
import { grouped, maskPan } from "../model/card.ts";
import type { CardData, Original } from "../model/transaction.ts";
import type { Pair } from "../screens/states.ts";
import type { Prompt } from "../text/words.ts";
import type { Outcome } from "./authorise.ts";
import { askWhileCardWaits, type Asked, asTold } from "./chip-ask.ts";
import { cardDataOf, openChip, readProblem } from "./chip-card.ts";
import { conclude, toCard } from "./chip-outcome.ts";
import { chipPeople, chipTerminal } from "./chip-terminal.ts";
import { confirmTransaction } from "./confirm.ts";
import { chipForgotten } from "./fallback.ts";
import { askPin } from "./pin.ts";
import { prepare } from "./prepare.ts";
import { Left, type Terminal } from "./terminal.ts";

export type LoadKind = "load" | "load-other" | "cash-load" | "cash-load-void";

export interface Load {
  kind: LoadKind;
  transaction: Prompt;
  amountFen: number;
  /** Whose account pays, where it is another card's. */
  payer?: CardData;
  /** What is taken back, and the card it was put on: no other will do. */
  about?: { original: Original; voids: number; pan: string };
}

/** 9C: the first two digits of DE3 (§3.11). */
const TYPES: Record<LoadKind, string> = { load: "60", "load-other": "62", "cash-load": "63", "cash-load-void": "17" };
/** Of whom a PIN is asked (§2.6): who pays out of an account. */
const WITH_PIN: readonly LoadKind[] = ["load", "load-other"];

/** From the card in the slot to what became of it. Leaves only before a request has gone. */
export async function loadPurse(t: Terminal, { kind, transaction, amountFen, payer, about }: Load): Promise<Outcome> {
  // Before the card begins: it counts under the trace its request will have.
  const host = await prepare(t);
  t.ui.show("chip", { transaction, amountFen });
  const opened = await openChip(t);
  if ("problem" in opened) throw new Left("problem", opened.problem);
  let card: CardData | undefined;
  let pinEntered = false;
  let last: Asked | undefined;

  const people = {
    ...chipPeople(t),
    card: async (shown: Parameters<typeof cardDataOf>[0]) => {
      chipForgotten(t);
      card = cardDataOf(shown);
      if (about !== undefined && about.pan !== card.pan) throw new Left("problem", t.ui.say("problem.card-other"));
      if (payer?.pan === card.pan) throw new Left("problem", t.ui.say("problem.same-card"));
      await confirmTransaction(t, { kind, transaction, card, amountFen, rows: payerRows(payer) });
      t.ui.show("chip", { transaction, amountFen });
      return true;
    },
    // The PIN is asked when the purse has been seen, whatever the card's own list says of it.
    onlinePin: () => (kind === "load" ? ("entered" as const) : ("bypassed" as const)),
  };
  const authorise = async (request: OnlineRequest): Promise<HostAnswer | undefined> => {
    if (card === undefined) return undefined;
    const pinBlock = WITH_PIN.includes(kind)
      ? await askPin(t, payer ?? card, amountFen, { always: true, inSlot: true })
      : undefined;
    pinEntered = pinBlock !== undefined;
    const field55 = fieldData("reversal-with-counter", request.tags).bytes;
    const asked = { ...(payer === undefined ? card : paidBy(payer, card)), icData: request.field55 };
    const { original, voids } = about ?? {};
    last = await askWhileCardWaits(t, host, transaction, { kind, amountFen, card: asked, pinBlock, field55, original, voids });
    t.ui.show("chip", { transaction, amountFen });
    return toCard(last.sent);
  };
  const details = { amountFen, type: TYPES[kind], sequence: t.journal.nextTrace, ecash: false, forceOnline: true };
  const ending = await runTransaction(opened.channel, { ...chipTerminal(t), people }, details, authorise);
  t.system.log.info(`load: ${ending.result}, ${ending.reason}: ${ending.words}`);
  if (card === undefined) throw new Left("problem", readProblem(t, ending));
  if (ending.result === "not-accepted" && last === undefined) throw new Left("problem", t.ui.say("problem.no-purse"));
  const { pan, expiry, entry } = card;
  const purse = { balanceFen: ending.purse.afterFen, from: payer && maskPan(payer.pan) };
  const paid = { kind, amountFen, card, pinEntered, reversal: "reversal-with-counter" } as const;
  return asTold(conclude(t, { ...paid, more: { pan, expiry, entry, purse } }, last?.sent, ending), last?.told === true);
}

/** DE2, 35 and 52 are the payer's; DE23, 55 and 62 the card's that is loaded (§2.6). */
const paidBy = (payer: CardData, { pan, sequence }: CardData): CardData => ({ ...payer, receiving: pan, sequence });

function payerRows(payer: CardData | undefined): Pair[] | undefined {
  return payer === undefined ? undefined : [{ label: "pair.payer", value: grouped(maskPan(payer.pan)) }];
}
