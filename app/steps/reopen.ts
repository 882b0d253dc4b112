/** Devices that were away at the start: tried again while nobody works, and before a self-check. */
import { serveDebug } from "./debug.ts";
import { loadFonts } from "../screens/fonts.ts";
import { createRenderer } from "../screens/render.ts";
import type { Prompt } from "../text/words.ts";
import type { Terminal } from "./terminal.ts";

const NAMES: Partial<Record<string, Prompt>> = {
  display: "check.display",
  keypad: "check.keypad",
  msr: "check.msr",
  icc: "check.ic",
  picc: "check.contactless",
  pinpad: "check.pinpad",
  printer: "check.printer",
  link: "check.network",
  lights: "check.lights",
  beeper: "check.beeper",
  files: "check.files",
};

/** Names of those that are back, for people. */
export function reopenDevices(t: Terminal): string[] {
  const back = t.devices.reopen();
  if (back.length === 0) return [];
  const { display } = t.devices;
  t.ui.plug(back.includes("display") && display !== undefined ? createRenderer(display, loadFonts(t.system)) : undefined);
  if (back.includes("debug")) serveDebug(t);
  for (const device of back) t.system.log.info(`${device}: there now`);
  return back.flatMap((device) => NAMES[device] ?? []).map((name) => t.ui.say(name));
}
