import { openCcidPicc } from "../../hal/picc/ccid-picc.ts";
import { SimPicc } from "../../tools/sim/devices/picc.ts";
import { type PiccUnderTest, piccConformance } from "./picc.ts";
import { rig } from "./rig.ts";

function reader(model?: "no-echo" | "no-notices"): PiccUnderTest {
  const { system, device, port, ended, failure } = rig("picc", (context) => new SimPicc(context));
  if (model !== undefined) device.setFault({ fault: model });
  return {
    picc: openCcidPicc(system, port),
    ended,
    failure,
    pass: (ms) => system.advance(ms),
    hands: {
      tap: (...faces) => device.tap("card", faces),
      takeAway: () => device.takeAway(),
      unplug: () => device.setFault({ fault: "unplug" }),
      plug: () => device.clearFault("unplug"),
      fault: (fault, count) => device.setFault({ fault, count }),
      mute: (on) => (on ? device.setFault({ fault: "mute" }) : device.clearFault("mute")),
      tearAt: (value) => device.setFault({ fault: "tear-at", value }),
      field: () => device.field,
      lit: () => device.lit,
      noLights: () => device.setFault({ fault: "no-lights" }),
    },
  };
}

piccConformance("ccid-picc and the simulated reader", () => reader());
piccConformance("ccid-picc and a reader without echo", () => reader("no-echo"));
piccConformance("ccid-picc and a reader that tells no movements", () => reader("no-notices"));
