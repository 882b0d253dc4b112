import { expect, test } from "vitest";
import { openCcidSerial } from "../../hal/icc/ccid-serial.ts";
import { SimIcc } from "../../tools/sim/devices/icc.ts";
import { type IccUnderTest, iccConformance, PAIRING } from "./icc.ts";
import { rig } from "./rig.ts";

/** The simulated reader as it is, and as other models are: each with a switch on. */
function reader(model?: "no-echo" | "no-notices" | "split"): IccUnderTest {
  const { system, device, port, ended, failure } = rig("icc", (context) => new SimIcc(context));
  device.pair(PAIRING);
  if (model !== undefined) device.setFault({ fault: model });
  return {
    icc: openCcidSerial(system, port, { pairedPad: true }),
    ended,
    failure,
    pass: (ms) => system.advance(ms),
    hands: {
      insert: (card) => device.insert("card", card),
      remove: () => device.remove(),
      unplug: () => device.setFault({ fault: "unplug" }),
      plug: () => device.clearFault("unplug"),
      fault: (fault, count) => device.setFault({ fault, count }),
      silent: (on) => (on ? device.setFault({ fault: "silent" }) : device.clearFault("silent")),
      mute: (on) => (on ? device.setFault({ fault: "mute" }) : device.clearFault("mute")),
      pullAt: (value) => device.setFault({ fault: "pull-at", value }),
    },
  };
}

iccConformance("ccid-serial and the simulated reader", () => reader());
iccConformance("ccid-serial and a reader without echo", () => reader("no-echo"));
iccConformance("ccid-serial and a reader that tells no movements", () => reader("no-notices"));
iccConformance("ccid-serial and a reader that sends byte by byte", () => reader("split"));

test("a reader that shares no key with a pad says so", async () => {
  const { port, system, failure } = rig("icc", (context) => new SimIcc(context));
  const icc = openCcidSerial(system, port, { pairedPad: true });
  expect(await failure(icc.pinChannel?.challenge() ?? Promise.resolve())).toMatchObject({ code: "rejected" });
  icc.close();
  expect(openCcidSerial(system, port).pinChannel).toBeUndefined();
});
