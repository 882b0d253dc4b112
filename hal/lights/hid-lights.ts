/** Panel lights (hal/HID.md): one report with the on mask and the blink mask. */
import type { System } from "../../platform/guest/system.ts";
import { attach } from "../attach.ts";
import { LIGHTS, type Light, type Lights } from "./lights.ts";

/** Send and receive blink by themselves while they are on. */
const BLINKING: readonly Light[] = ["send", "receive"];

const bit = (light: Light): number => 1 << LIGHTS.indexOf(light);
const BLINK_MASK = BLINKING.reduce((mask, light) => mask | bit(light), 0);

export function openHidLights(system: System, portName: string): Lights {
  let on = 0;
  const show = () => {
    try {
      attachment?.port?.write(Uint8Array.of(on, on & BLINK_MASK));
    } catch (error) {
      system.log.warn(`lights: not shown: ${String(error)}`);
    }
  };
  let attachment: ReturnType<typeof attach> | undefined;
  attachment = attach(
    system,
    portName,
    { messages: true },
    () => show(),
    (why) => system.log.warn(`lights: gone: ${why}`),
  );
  // The panel may still show what stood there before the terminal restarted.
  show();
  return {
    set(light, lit) {
      const next = lit ? on | bit(light) : on & ~bit(light);
      if (next === on) return;
      on = next;
      show();
    },
    close() {
      attachment?.close();
    },
  };
}
