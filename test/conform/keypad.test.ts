import { openHidKeypad } from "../../hal/keypad/hid-keypad.ts";
import { SimKeypad } from "../../tools/sim/devices/keypad.ts";
import { keypadConformance } from "./keypad.ts";
import { rig } from "./rig.ts";

keypadConformance("hid-keypad and the simulated keypad", () => {
  const { system, device, port } = rig("keypad", (context) => new SimKeypad(context));
  return {
    keypad: openHidKeypad(system, port),
    pass: (ms) => system.advance(ms),
    hands: {
      press: (key) => device.press(key),
      set: (fault, on) => (on ? device.setFault({ fault }) : device.clearFault(fault)),
      unplug: () => device.setFault({ fault: "unplug" }),
      plug: () => device.clearFault("unplug"),
    },
  };
});
