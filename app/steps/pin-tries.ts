/**
 * A wrong PIN (answer 55, §3.13, §5.2): the cardholder may try again in the same transaction. Each try is a message of its own with a new trace;
 * the one before was declined and owes nothing.
 */
import { responseOf } from "../acquirer/responses.ts";
import type { CardData } from "../model/transaction.ts";
import type { Prompt } from "../text/words.ts";
import { askPin, padShows, type PinOptions } from "./pin.ts";
import { dwellFor, LONG_DWELL_MS } from "./tell.ts";
import { Left, type Terminal } from "./terminal.ts";

const WRONG_PIN = "55";
/** PINs one transaction may send. The issuer may stop it earlier, with 38 or 75. */
const MOST_PINS = 3;

export interface PinTries extends PinOptions {
  transaction: Prompt;
  card: CardData;
  amountFen: number | undefined;
  /** False: this transaction goes without a PIN. Default true. */
  asked?: boolean;
}

type Told = { outcome: string; code?: string; told?: true };

/**
 * Asks for the PIN and sends, as often as the answers and the cashier allow; resolves what came of the last one. Leaves only before the first
 * message has gone.
 */
export async function withPin<O extends Told>(
  t: Terminal,
  { transaction, card, amountFen, asked = true, ...options }: PinTries,
  send: (pinBlock: Uint8Array | undefined) => Promise<O>,
): Promise<O> {
  const first = asked ? await askPin(t, card, amountFen, options) : undefined;
  return withPinAgain(t, { transaction, card, amountFen, ...options }, first, send);
}

/** The same where the first PIN was asked for already: a chip waits with its cryptogram while another is typed. */
export async function withPinAgain<O extends Told>(
  t: Terminal,
  { transaction, card, amountFen, ...options }: Omit<PinTries, "asked">,
  first: Uint8Array | undefined,
  send: (pinBlock: Uint8Array | undefined) => Promise<O>,
): Promise<O> {
  // The block is wiped when it has gone.
  const typed = first !== undefined;
  let outcome = await send(first);
  for (let left = MOST_PINS - 1; typed && left > 0 && wrong(outcome); left--) {
    const next = await pinAgain(t, { transaction, left, inSlot: options.inSlot === true }, () =>
      askPin(t, card, amountFen, { ...options, always: true }),
    );
    if (next === undefined) return { ...outcome, told: true };
    outcome = await send(next);
  }
  return outcome;
}

const wrong = ({ outcome, code }: Told): boolean => outcome === "declined" && code === WRONG_PIN;

/** The next block; undefined when it stays declined. A pad that must rest says how long (R8), and is asked again. */
async function pinAgain(
  t: Terminal,
  { transaction, left, inSlot }: { transaction: Prompt; left: number; inSlot: boolean },
  ask: () => Promise<Uint8Array | undefined>,
): Promise<Uint8Array | undefined> {
  let advice = t.ui.say("declined.pin-left", { left });
  for (;;) {
    if (!(await offered(t, transaction, advice))) return undefined;
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Left)) throw error;
      // Without its card there is nothing to try again.
      if (inSlot && t.devices.icc?.present === false) return undefined;
      if (error.why !== "problem" || error.words === undefined) return undefined;
      advice = error.words;
    }
  }
}

/** Whether the cashier wants another PIN: Clear. Enter, Cancel, or nobody for a while: it stays declined. */
async function offered(t: Terminal, transaction: Prompt, advice: string): Promise<boolean> {
  const words = responseOf(WRONG_PIN).cashier[t.settings.language];
  t.ui.show("declined", { transaction, code: WRONG_PIN, words, advice, again: true });
  t.ui.bad();
  await padShows(t, "declined");
  return (await dwellFor(t, LONG_DWELL_MS, ["enter", "cancel", "clear"])) === "clear";
}
