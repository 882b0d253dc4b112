/**
 * A PIN the card itself checks (§6.7 of the chip). It is typed on the pad and reaches the card enciphered under the card's key, or sealed for the reader the pad is
 * paired with: what passes through here nobody here can open (hal/pinpad/PROTOCOL.md, "PINs for the card").
 */
import { CancelSource } from "../../platform/guest/cancel.ts";
import type { PinPad, PinResult, PinWrap } from "../../hal/pinpad/pinpad.ts";
import type { OfflinePinAnswer, OfflinePinRequest, People } from "../emv/index.ts";
import { whenOut } from "./card-out.ts";
import { isIccError } from "./chip-card.ts";
import { isPinPadError, PIN_TIMEOUT_MS, pinPadWords } from "./pin.ts";
import { Left, type Terminal } from "./terminal.ts";

export interface OfflinePin {
  amountFen: number | undefined;
  /** Of the card that was shown, masked. */
  masked: () => string;
}

/** VERIFY came to nothing the kernel knows: the method has failed, and the next command shows whether the card is still there. */
const NOT_VERIFIED = 0x6f00;

/** Answers the kernel wherever it asks for such a PIN in one transaction. */
export function offlinePins(t: Terminal, about: OfflinePin): Pick<People, "offlinePin" | "message"> {
  let wrong = false;
  return {
    message: (id) => {
      wrong = id === "incorrect-pin" || (wrong && id === "last-pin-try");
    },
    offlinePin: async (request) => {
      const { pinpad } = t.devices;
      if (pinpad === undefined) return "no-pad";
      if (wrong) t.ui.bad();
      try {
        const wrap = await wrapOf(t, request);
        return wrap === undefined
          ? "no-pad"
          : await answered(t, wrap, await asked(t, pinpad, { ...about, wrap, wrong, request }));
      } catch (error) {
        return failed(t, error);
      }
    },
  };
}

/** Undefined: this board has no way from its pad to the card for it. */
async function wrapOf({ devices: { icc } }: Terminal, { encipher }: OfflinePinRequest): Promise<PinWrap | undefined> {
  if (encipher !== undefined) return { kind: "enciphered", ...encipher };
  const challenge = await icc?.pinChannel?.challenge();
  return challenge && { kind: "sealed", challenge };
}

type Asking = OfflinePin & { wrap: PinWrap; wrong: boolean; request: OfflinePinRequest };

async function asked(t: Terminal, pinpad: PinPad, { amountFen, masked, wrap, wrong, request }: Asking): Promise<PinResult> {
  const { triesLeft } = request;
  const last = triesLeft === 1;
  const note = noteOf(t, wrong, triesLeft);
  const show = (digits: number) => t.ui.show("pin", { amountFen, digits, masked: masked(), note });
  const source = new CancelSource();
  const release = t.ui.onCancelKey(() => source.cancel("cancelled at the terminal"));
  const unwatch = whenOut(t, () => source.cancel("the card is out"));
  show(0);
  try {
    return await pinpad.enterCardPin(
      {
        amountFen,
        minDigits: 4,
        maxDigits: 12,
        allowEmpty: true,
        timeoutMs: PIN_TIMEOUT_MS,
        prompt: last ? "last-try" : wrong ? "wrong-pin" : "enter-pin",
        wrap,
        onDigits: show,
      },
      source.token,
    );
  } finally {
    unwatch();
    release();
  }
}

function noteOf(t: Terminal, wrong: boolean, triesLeft: number | undefined): string {
  if (triesLeft === 1) return t.ui.say(wrong ? "pin.wrong-last" : "pin.last");
  if (triesLeft === undefined) return t.ui.say(wrong ? "pin.wrong" : "pin.card-checks");
  return t.ui.say(wrong ? "pin.wrong-left" : "pin.left", { left: triesLeft });
}

async function answered(t: Terminal, wrap: PinWrap, result: PinResult): Promise<OfflinePinAnswer> {
  switch (result.outcome) {
    case "empty":
      return "bypassed";
    case "cancelled":
      // The next command finds that the card is gone, and says so.
      return t.devices.icc?.present === false ? { verified: NOT_VERIFIED } : "cancelled";
    case "timeout":
      throw new Left("timeout", t.ui.say("problem.timeout"));
    case "entered":
      if (wrap.kind === "enciphered") return { block: result.block };
      return { verified: (await t.devices.icc?.pinChannel?.verify(result.block)) ?? NOT_VERIFIED };
  }
}

/** A pad that must rest is worth a wait; one that cannot, or a reader that does not open what it sealed, is no pad, and the card's next rule counts. */
function failed(t: Terminal, error: unknown): OfflinePinAnswer {
  if (isPinPadError(error)) {
    if (error.code === "rate-limited") throw new Left("problem", pinPadWords(t, error));
    t.system.log.warn(`offline PIN: ${error.message}`);
    return "no-pad";
  }
  if (!isIccError(error)) throw error;
  t.system.log.warn(`offline PIN: ${error.message}`);
  return error.code === "rejected" ? "no-pad" : { verified: NOT_VERIFIED };
}
