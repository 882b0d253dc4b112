/** A balance by the chip in the slot (M14): the card asks its issuer with a cryptogram, as for a payment of nothing. */
import { chipAnswerOf } from "../acquirer/answers.ts";
import type { Fate, Host } from "../acquirer/host.ts";
import { isApproved } from "../acquirer/responses.ts";
import { type HostAnswer, runTransaction } from "../emv/index.ts";
import type { CardData } from "../model/transaction.ts";
import { cardDataOf, openChip, readProblem } from "./chip-card.ts";
import { chipPeople, chipTerminal } from "./chip-terminal.ts";
import { chipForgotten } from "./fallback.ts";
import { type Balance, inquire } from "./inquire.ts";
import { askPin } from "./pin.ts";
import { withPinAgain } from "./pin-tries.ts";
import { prepare } from "./prepare.ts";
import { Left, type Terminal } from "./terminal.ts";

const transaction = "transaction.balance" as const;
/** 9C of an enquiry (§11.3 of the chip). */
const ENQUIRY = "31";

export async function balanceByChip(t: Terminal): Promise<Balance> {
  t.ui.show("chip", { transaction });
  const opened = await openChip(t);
  if ("problem" in opened) throw new Left("problem", opened.problem);
  let asked: { card: CardData; host: Host; pinBlock: Uint8Array | undefined } | undefined;
  let told: Balance | undefined;
  const people = {
    ...chipPeople(t),
    card: async (shown: Parameters<typeof cardDataOf>[0]) => {
      chipForgotten(t);
      const card = cardDataOf(shown);
      const host = await prepare(t, { kept: false });
      // A balance is told for a PIN and nothing less (§5.6), whatever the card's own list says.
      asked = { card, host, pinBlock: await askPin(t, card, undefined, { always: true, inSlot: true }) };
      t.ui.show("chip", { transaction });
      return true;
    },
    onlinePin: () => "entered" as const,
  };
  const ending = await runTransaction(
    opened.channel,
    { ...chipTerminal(t), people },
    { amountFen: 0, type: ENQUIRY, sequence: t.journal.nextTrace, ecash: false, forceOnline: true },
    async ({ field55 }): Promise<HostAnswer | undefined> => {
      if (asked === undefined) return undefined;
      let fate: Fate | undefined;
      const { card, host, pinBlock } = asked;
      const heard: Host = {
        describe: (request) => host.describe(request),
        lineState: host.lineState,
        exchange: async (request, options) => (fate = await host.exchange(request, options)),
      };
      const tries = { transaction, card, amountFen: undefined, always: true, inSlot: true };
      told = await withPinAgain(t, tries, pinBlock, (block) => inquire(t, heard, { ...card, icData: field55 }, block));
      return toCard(fate);
    },
  );
  t.system.log.info(`chip: ${ending.result}, ${ending.reason}: ${ending.words}`);
  if (told === undefined) throw new Left("problem", readProblem(t, ending));
  return told;
}

/** Nothing moved, so nothing depends on what the card makes of it. */
function toCard(fate: Fate | undefined): HostAnswer | undefined {
  if (fate?.fate !== "answered") return undefined;
  const field55 = chipAnswerOf(fate.answer);
  return { code: isApproved(fate.code) ? "00" : fate.code, ...(field55 === undefined ? {} : { field55 }) };
}
