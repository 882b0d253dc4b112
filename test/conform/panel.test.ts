import { openHidBeeper } from "../../hal/beeper/hid-beeper.ts";
import { openHidLights } from "../../hal/lights/hid-lights.ts";
import { SimBeeper } from "../../tools/sim/devices/beeper.ts";
import { SimLights } from "../../tools/sim/devices/lights.ts";
import { beeperConformance, lightsConformance } from "./panel.ts";
import { rig } from "./rig.ts";

lightsConformance("hid-lights and the simulated lamps", () => {
  const { system, device, port } = rig("lights", (context) => new SimLights(context));
  return {
    lights: openHidLights(system, port),
    pass: (ms) => system.advance(ms),
    hands: { on: () => device.on, unplug: () => device.setFault({ fault: "unplug" }), plug: () => device.clearFault("unplug") },
  };
});

beeperConformance("hid-beeper and the simulated buzzer", () => {
  const { system, device, port } = rig("beeper", (context) => new SimBeeper(context));
  return {
    beeper: openHidBeeper(system, port),
    pass: (ms) => system.advance(ms),
    hands: { notes: () => device.notes, unplug: () => device.setFault({ fault: "unplug" }) },
  };
});
