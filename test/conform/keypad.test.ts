import { openEvdevKeypad } from "../../hal/keypad/evdev-keypad.ts";
import { openHidKeypad } from "../../hal/keypad/hid-keypad.ts";
import { SimKeypad } from "../../tools/sim/devices/keypad.ts";
import { LinuxInput } from "../fakes/linux-input.ts";
import { type KeypadUnderTest, keypadConformance } from "./keypad.ts";
import { rig } from "./rig.ts";

const handsOf = (device: SimKeypad): KeypadUnderTest["hands"] => ({
  press: (key) => device.press(key),
  set: (fault, on) => (on ? device.setFault({ fault }) : device.clearFault(fault)),
  unplug: () => device.setFault({ fault: "unplug" }),
  plug: () => device.clearFault("unplug"),
});

keypadConformance("hid-keypad and the simulated keypad", () => {
  const { system, device, port } = rig("keypad", (context) => new SimKeypad(context));
  return { keypad: openHidKeypad(system, port), pass: (ms) => system.advance(ms), hands: handsOf(device) };
});

keypadConformance("evdev-keypad and the simulated keypad as Linux hands it on", () => {
  const { system, device, port } = rig("keypad", (context) => {
    const linux = new LinuxInput(context.send);
    return new SimKeypad({ ...context, send: (report) => linux.report(report) });
  });
  const keypad = openEvdevKeypad(system, port, { "00": 240 });
  return { keypad, pass: (ms) => system.advance(ms), hands: handsOf(device) };
});
