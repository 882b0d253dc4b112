import { openTpp } from "../../hal/pinpad/tpp.ts";
import { SimPinPad } from "../../tools/sim/devices/pinpad.ts";
import { PAIRING, pinPadConformance } from "./pinpad.ts";
import { rig } from "./rig.ts";

pinPadConformance("tpp and the simulated pad", () => {
  const { system, device, port, ended, failure } = rig("pinpad", (context) => new SimPinPad(context));
  device.injectMasterKey(1, "0123456789ABCDEFFEDCBA9876543210", "3des");
  device.pair(PAIRING);
  return {
    pad: openTpp(system, port, { cardPins: true }),
    ended,
    failure,
    pass: (ms) => system.advance(ms),
    hands: {
      type: (keys) => device.type(keys),
      cancel: () => device.cancel(),
      asking: () => device.asking,
      digits: () => device.screen.digits,
      prompt: () => device.screen.prompt,
      unplug: () => device.setFault({ fault: "unplug" }),
      plug: () => device.clearFault("unplug"),
      fault: (fault, count) => device.setFault({ fault, count }),
      silent: (on) => (on ? device.setFault({ fault: "silent" }) : device.clearFault("silent")),
      tamper: () => device.setFault({ fault: "tamper" }),
    },
  };
});
