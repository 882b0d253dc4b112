import { openHidMsr } from "../../hal/msr/hid-msr.ts";
import { SimMsr } from "../../tools/sim/devices/msr.ts";
import { msrConformance } from "./msr.ts";
import { rig } from "./rig.ts";

msrConformance("hid-msr and the simulated reader", () => {
  const { system, device, port } = rig("msr", (context) => new SimMsr(context));
  return {
    msr: openHidMsr(system, port),
    pass: (ms) => system.advance(ms),
    hands: {
      swipe: (tracks) => device.swipe(tracks),
      swipedTwice: () => device.setFault({ fault: "two-swipes", count: 1 }),
      cutShort: () => device.setFault({ fault: "short-report", count: 1 }),
      unplug: () => device.setFault({ fault: "unplug" }),
      plug: () => device.clearFault("unplug"),
    },
  };
});
