/** A PIN pad whose entries can be given up: a test that ended in the middle of one would leave the pad busy for the next. */
import type { PinPad, PinResult } from "../../hal/pinpad/pinpad.ts";
import { CancelSource } from "../../platform/guest/cancel.ts";
import type { Cancel } from "../../platform/guest/system.ts";
import { NotPossible } from "./runner.ts";

export interface Entries {
  pad: PinPad;
  /** Resolves when the pad asks nobody any more, and is as it was: with its master key and nothing else. */
  giveUp(): Promise<void>;
}

/** `cardPins`: the pad knows CARD PIN; else the tests of it are skipped. */
export function withEntries(pad: PinPad, cardPins: boolean): Entries {
  const under = new Set<Promise<unknown>>();
  const source = new CancelSource();
  const given = source.token;
  const kept = <Request>(enter: (request: Request, cancel?: Cancel) => Promise<PinResult>) => {
    return (request: Request, cancel?: Cancel): Promise<PinResult> => {
      const own = new CancelSource(cancel);
      given.onCancel((reason) => own.cancel(reason));
      const entry = enter(request, own.token);
      under.add(entry.catch(() => undefined));
      return entry;
    };
  };
  pad.enterPin = kept(pad.enterPin.bind(pad));
  pad.enterCardPin = cardPins
    ? kept(pad.enterCardPin.bind(pad))
    : () => Promise.reject(new NotPossible("only for pads that give PINs to cards (--card-pins)"));
  return {
    pad,
    async giveUp() {
      source.cancel();
      await Promise.all(under);
      // A pad that cannot be reached now will be told of it by the next test.
      await pad.eraseWorkingKeys().catch(() => undefined);
    },
  };
}
