/**
 * A payment by a card in the field (M8, §5.7, §5.8): one tap gives its cryptogram and the card may go; the host decides. What the answer says to the
 * card (91, scripts) reaches no card any more, so it is not looked at.
 */
import { fromHex, toHex } from "../../platform/guest/bytes.ts";
import { chipType } from "../acquirer/messages.ts";
import { fieldData, type OnlineRequest, type Outcome as Ending, runTransaction, type Torn } from "../emv/index.ts";
import { issuedAbroad, type Verification, verificationFor } from "../model/quick-pass.ts";
import type { TransactionKind } from "../model/transaction.ts";
import { authorise, type ChipPart, type Outcome } from "./authorise.ts";
import type { ChipPayment } from "./chip.ts";
import { cardDataOf } from "./chip-card.ts";
import { warnTransaction } from "./confirm.ts";
import { approvedAlone, refusedAlone, slipDataOf } from "./offline-approval.ts";
import { withPin } from "./pin-tries.ts";
import { prepare } from "./prepare.ts";
import { quickPassOf } from "./quick-pass.ts";
import { checkListed } from "./risk.ts";
import { againAfter, openTap, type TapAgain, tappedCard } from "./tap-card.ts";
import { tapTerminal } from "./tap-terminal.ts";
import { forgetTornTap, keepTornTap, leftOpen, nothingTorn, tornTap } from "./tap-torn.ts";
import { Left, type Terminal } from "./terminal.ts";

/** What came of it; or what to do instead, when nothing has. Leaves only before a request has gone. */
export async function payByTap(t: Terminal, payment: ChipPayment): Promise<Outcome | TapAgain> {
  const { kind, transaction, amountFen, purse } = payment;
  const opened = await openTap(t, { transaction, amountFen });
  if ("again" in opened) return opened;
  let outcome: Outcome | undefined;
  try {
    const terminal = tapTerminal(t, amountFen, { purse });
    const torn = kind === "sale" ? tornTap(t) : undefined;
    const people = {
      ...terminal.people,
      ...opened.people,
      onlinePin: () => "entered" as const,
      // Its purse is charged by what is read next.
      card: ({ pan }: { pan: string }) => {
        nothingTorn(t, torn, { pan, amountFen });
        checkListed(t, { kind: "ecash", card: { pan, entry: "contactless" }, amountFen });
        return true;
      },
      charging: (now: Torn) => keepTornTap(t, now),
    };
    const details = { amountFen, type: chipType(kind), interface: "contactless", sequence: t.journal.nextTrace, torn } as const;
    const ending = await runTransaction(opened.channel, { ...terminal, people }, details, async (request) => {
      nothingTorn(t, torn, { pan: request.pan, amountFen });
      outcome = await online(t, payment, request);
      return outcome.outcome === "approved" ? "00" : "05";
    });
    t.system.log.info(`tap: ${ending.result}, ${ending.reason}: ${ending.words}`);
    return outcome ?? offline(t, payment, ending);
  } finally {
    opened.done();
  }
}

/** Cardholder and host, once the card is gone. A wrong PIN may be tried again over the same cryptogram (§5.2). */
async function online(t: Terminal, payment: ChipPayment, request: OnlineRequest): Promise<Outcome> {
  const { kind, transaction, amountFen, about } = payment;
  const card = cardDataOf(request, "contactless");
  if (about !== undefined && about.pan !== card.pan) throw new Left("problem", t.ui.say("problem.card-other"));
  await warnTransaction(t, { kind, transaction, card, amountFen, rows: about?.rows });
  const host = await prepare(t);
  const verified = verificationOf(t, kind, amountFen, request);
  return withPin(t, { transaction, card, amountFen, asked: verified.pin }, (pinBlock) => {
    const told = signedBy(request, verified, pinBlock);
    const asked = { ...card, icData: fieldData("request", told).bytes };
    const field55 = fieldData("reversal", told).bytes;
    return authorise(t, host, {
      kind,
      amountFen,
      card: asked,
      pinBlock,
      field55,
      original: about?.original,
      more: partOf(told, request, verified),
    });
  });
}

function verificationOf(
  t: Terminal,
  kind: TransactionKind,
  amountFen: number,
  { pan, tags, aside = {} }: OnlineRequest,
): Verification {
  const hex = (tag: string): string[] => (aside[tag] === undefined ? [] : [toHex(aside[tag])]);
  const foreign = issuedAbroad({ currencies: [...hex("9F51"), ...hex("DF71")], country: hex("5F28")[0] });
  const aid = tags["84"] === undefined ? "" : toHex(tags["84"]);
  const { rules, tables } = quickPassOf(t);
  return verificationFor({ kind, amountFen, pan, aid, qualifiers: aside["9F6C"], foreign }, rules, tables);
}

/** 9F34 says how the cardholder was verified in the end, which §5.8 decides after the reader has. */
function signedBy({ tags }: OnlineRequest, { pin }: Verification, pinBlock: Uint8Array | undefined): Record<string, Uint8Array> {
  const ONLINE_PIN = "020000";
  const NOTHING = "1F0002";
  const reader = tags["9F34"];
  const readerAskedPin = reader?.[0] === fromHex(ONLINE_PIN)[0];
  if (pinBlock !== undefined) return { ...tags, "9F34": fromHex(ONLINE_PIN) };
  return readerAskedPin && !pin ? { ...tags, "9F34": fromHex(NOTHING) } : tags;
}

/** As the issuer was asked: what was found since, the TVR above all, is not what the card has signed. A tap gives no certificate. */
function partOf(told: Record<string, Uint8Array>, { aside }: OnlineRequest, { waived }: Verification): ChipPart {
  const chip = { data: slipDataOf({ ...aside, ...told }), field55: toHex(fieldData("request", told).bytes) };
  return waived === undefined ? { chip } : { chip, waived };
}

/** Without the host: the purse paid, the card said no, or nothing has happened. */
function offline(t: Terminal, { kind, amountFen }: ChipPayment, ending: Ending): Outcome | TapAgain {
  // Back again, and its log does not say: nobody may charge it a second time without looking.
  if (ending.result === "declined-offline" && ending.reason === "torn")
    throw new Left("problem", t.ui.say(leftOpen(t) ?? "problem.tap-torn"));
  const card = tappedCard(ending);
  const decided = card && { kind, amountFen, card, pinEntered: false };
  const data = { ...ending.data, "95": NOTHING_FOUND };
  if (decided !== undefined && ending.result === "approved-offline") {
    const outcome = approvedAlone(t, decided, { ...ending, data });
    // Only now: until its record is durable, this is all that knows of it.
    forgetTornTap(t);
    return outcome;
  }
  if (decided === undefined || ending.result !== "declined-offline") return againAfter(t, ending);
  t.ui.field("error");
  const outcome = refusedAlone(t, decided, { ...ending, data });
  // Nobody has to be told what the refusal says itself.
  if (ending.charged) forgetTornTap(t);
  return outcome;
}

/** The TVR when the card made its cryptogram: with GPO, before anything was looked at. */
const NOTHING_FOUND = new Uint8Array(5);
