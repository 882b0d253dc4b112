/**
 * The host is asked while the card waits with its cryptogram. A wrong PIN (55) may be typed again meanwhile: each try is a message with a trace of its own over the
 * same cryptogram (§3.13, §5.2), and the card hears the last answer alone.
 */
import type { Host } from "../acquirer/host.ts";
import { isApproved } from "../acquirer/responses.ts";
import type { Prompt } from "../text/words.ts";
import { type Authorisation, concludeSent, type Outcome, type Sent, sendFinancial } from "./authorise.ts";
import { withPinAgain } from "./pin-tries.ts";
import type { Terminal } from "./terminal.ts";

export interface Asked {
  /** The last of them; whoever asked concludes it. */
  sent: Sent;
  /** The cashier has read that it was declined. */
  told: boolean;
}

export async function askWhileCardWaits(
  t: Terminal,
  host: Host,
  transaction: Prompt,
  authorisation: Authorisation,
): Promise<Asked> {
  const { card, amountFen } = authorisation;
  let before: Sent | undefined;
  const last = await withPinAgain(t, { transaction, card, amountFen, inSlot: true }, authorisation.pinBlock, async (pinBlock) => {
    // It was declined and owes nothing.
    if (before !== undefined) concludeSent(t, before);
    const sent = await sendFinancial(t, host, { ...authorisation, pinBlock });
    before = sent;
    return { sent, outcome: "asked", ...declined(sent) };
  });
  return { sent: last.sent, told: "told" in last && last.told === true };
}

function declined({ fate }: Sent): { outcome: "declined"; code: string } | undefined {
  return fate.fate === "answered" && !isApproved(fate.code) ? { outcome: "declined", code: fate.code } : undefined;
}

/** A decline that the cashier has read is not shown to him twice. */
export function asTold(outcome: Outcome, told: boolean): Outcome {
  return outcome.outcome === "declined" && told ? { ...outcome, told } : outcome;
}
