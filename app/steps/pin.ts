/** The cardholder's PIN, typed on the PIN pad. What comes back is a block only the host can open. */
import { CancelSource } from "../../platform/guest/cancel.ts";
import type { PinPadError, Prompt as PadPrompt } from "../../hal/pinpad/pinpad.ts";
import { maskPan } from "../model/card.ts";
import type { CardData } from "../model/transaction.ts";
import { whenOut } from "./card-out.ts";
import { Left, type Terminal } from "./terminal.ts";

/** The pad's own limit (PROTOCOL.md). */
export const PIN_TIMEOUT_MS = 60_000;

/** Words for a person about what the pad refused. */
export function pinPadWords(t: Terminal, error: PinPadError): string {
  switch (error.code) {
    case "rate-limited":
      return t.ui.say("problem.pinpad-wait", { seconds: error.waitSeconds ?? 30 });
    case "key-missing":
    case "kcv-mismatch":
      return t.ui.say("problem.pinpad-key-missing");
    case "tampered":
      return t.ui.say("problem.pinpad-tampered");
    default:
      return t.ui.say("problem.no-pinpad");
  }
}

/** Whether an error came from the pad. */
export const isPinPadError = (error: unknown): error is PinPadError =>
  error instanceof Error && (error as { device?: string }).device === "pinpad";

export interface PinOptions {
  /** A card without a PIN will not do (§5.6, balance). */
  always?: boolean;
  /** The card stays in the slot meanwhile; taken out, it ends the asking. */
  inSlot?: boolean;
}

/** DE52, or undefined when the cardholder only pressed Enter. Leaves when the pad cannot ask, on Cancel and time-out. */
export async function askPin(
  t: Terminal,
  card: CardData,
  amountFen: number | undefined,
  { always = false, inSlot = false }: PinOptions = {},
): Promise<Uint8Array | undefined> {
  const pinpad = t.devices.pinpad;
  if (pinpad === undefined) throw new Left("problem", t.ui.say("problem.no-pinpad"));

  const masked = maskPan(card.pan);
  const show = (digits: number) => t.ui.show("pin", { amountFen, digits, masked, must: always });
  const source = new CancelSource();
  const release = t.ui.onCancelKey(() => source.cancel("cancelled at the terminal"));
  const unwatch = inSlot ? whenOut(t, () => source.cancel("the card is out")) : () => {};
  show(0);
  try {
    const result = await pinpad.enterPin(
      { pan: card.pan, amountFen, minDigits: 4, maxDigits: 12, allowEmpty: !always, timeoutMs: PIN_TIMEOUT_MS, onDigits: show },
      source.token,
    );
    if (result.outcome === "entered") return result.block;
    if (result.outcome === "empty") return undefined;
    if (inSlot && t.devices.icc?.present === false) throw new Left("problem", t.ui.say("problem.chip-removed"));
    throw new Left(result.outcome, result.outcome === "timeout" ? t.ui.say("problem.timeout") : undefined);
  } catch (error) {
    if (isPinPadError(error)) throw new Left("problem", pinPadWords(t, error));
    throw error;
  } finally {
    unwatch();
    release();
  }
}

/** The pad's words are for the cardholder; a pad that does not answer now costs nothing. */
export async function padShows(t: Terminal, prompt: PadPrompt): Promise<void> {
  try {
    await t.devices.pinpad?.show(prompt);
  } catch (error) {
    t.system.log.warn(`pin pad: ${String(error)}`);
  }
}
