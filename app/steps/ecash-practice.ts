/**
 * Electronic cash in training (M31): the card in the slot is read and shown, and nothing is asked of it that could charge or load it; the training host and the
 * training journal say the rest.
 */
import { maskPan } from "../model/card.ts";
import type { CardData } from "../model/transaction.ts";
import { authorise, type Outcome } from "./authorise.ts";
import { readChipCard } from "./chip-card.ts";
import { confirmTransaction } from "./confirm.ts";
import type { Load } from "./ecash-load.ts";
import type { PursePayment } from "./ecash.ts";
import { postAlone } from "./offline-approval.ts";
import { askPin } from "./pin.ts";
import { prepare } from "./prepare.ts";
import { Left, type Terminal } from "./terminal.ts";

export async function practisePurse(t: Terminal, { transaction, amountFen, way }: PursePayment): Promise<Outcome> {
  const card = await cardInSlot(t, transaction);
  if (way === "normal") await confirmTransaction(t, { kind: "ecash", transaction, card, amountFen });
  return postAlone(t, { amountFen, card, pinEntered: false }, { kind: "ecash", chip: { certificate: "TC", data: {} } });
}

export async function practiseLoad(t: Terminal, { kind, transaction, amountFen, payer, about }: Load): Promise<Outcome> {
  const card = await cardInSlot(t, transaction);
  if (about !== undefined && about.pan !== card.pan) throw new Left("problem", t.ui.say("problem.card-other"));
  await confirmTransaction(t, { kind, transaction, card, amountFen });
  const host = await prepare(t);
  const account = kind === "load" || kind === "load-other" ? (payer ?? card) : undefined;
  const pinBlock = account && (await askPin(t, account, amountFen, { always: true }));
  const asked = payer === undefined ? card : { ...payer, receiving: card.pan, sequence: card.sequence };
  const more = { pan: card.pan, expiry: card.expiry, entry: card.entry, purse: { from: payer && maskPan(payer.pan) } };
  const { original, voids } = about ?? {};
  return authorise(t, host, { kind, amountFen, card: asked, pinBlock, original, voids, more });
}

async function cardInSlot(t: Terminal, transaction: PursePayment["transaction"]): Promise<CardData> {
  t.ui.show("chip", { transaction });
  const read = await readChipCard(t);
  if ("problem" in read) throw new Left("problem", read.problem);
  return read.card;
}
