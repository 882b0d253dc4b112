/** A balance by a card in the field (M14): its cryptogram over nothing, and always a PIN (§5.6). */
import { type OnlineRequest, runTransaction } from "../emv/index.ts";
import { cardDataOf } from "./chip-card.ts";
import { type Balance, inquire } from "./inquire.ts";
import { withPin } from "./pin-tries.ts";
import { prepare } from "./prepare.ts";
import { againAfter, openTap, type TapAgain } from "./tap-card.ts";
import { tapTerminal } from "./tap-terminal.ts";
import type { Terminal } from "./terminal.ts";

const transaction = "transaction.balance" as const;
/** 9C of an enquiry (§11.3 of the chip). */
const ENQUIRY = "31";

export async function balanceByTap(t: Terminal): Promise<Balance | TapAgain> {
  const opened = await openTap(t, { transaction });
  if ("again" in opened) return opened;
  let told: Balance | undefined;
  try {
    const terminal = tapTerminal(t, 0);
    const people = { ...terminal.people, ...opened.people, onlinePin: () => "entered" as const };
    const details = { amountFen: 0, type: ENQUIRY, interface: "contactless", sequence: t.journal.nextTrace } as const;
    const ending = await runTransaction(opened.channel, { ...terminal, people }, details, async (request) => {
      told = await ask(t, request);
      return told.outcome === "told" ? "00" : "05";
    });
    return told ?? againAfter(t, ending);
  } finally {
    opened.done();
  }
}

async function ask(t: Terminal, request: OnlineRequest): Promise<Balance> {
  const card = { ...cardDataOf(request, "contactless"), icData: request.field55 };
  const host = await prepare(t, { kept: false });
  return withPin(t, { transaction, card, amountFen: undefined, always: true }, (pinBlock) => inquire(t, host, card, pinBlock));
}
