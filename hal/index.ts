/** Opens the devices of a board profile. Drivers are a table (./drivers.ts): a new one is a row there and a file in its device's folder. */
import type { System } from "../platform/guest/system.ts";
import type { Beeper } from "./beeper/beeper.ts";
import type { Board } from "./boards/board.ts";
import type { Display } from "./display/display.ts";
import type { Keypad } from "./keypad/keypad.ts";
import type { Lights } from "./lights/lights.ts";
import type { Link, LinkSettings } from "./link/link.ts";
import type { Msr } from "./msr/msr.ts";
import type { PinPad } from "./pinpad/pinpad.ts";
import type { Printer } from "./printer/printer.ts";

/** The debug channel of an engineering board: JSON lines both ways. Absent on a production board. */
export interface Debug {
  send(line: Record<string, unknown>): void;
  onRequest: ((request: Record<string, unknown>) => void) | undefined;
}

/** What a terminal of this board has. A device that could not be opened is undefined and listed in `failures`. */
export interface Devices {
  board: Board;
  display: Display | undefined;
  keypad: Keypad | undefined;
  msr: Msr | undefined;
  pinpad: PinPad | undefined;
  printer: Printer | undefined;
  /** The link's address comes from the parameters, so it is opened with them. */
  link: ((settings: LinkSettings) => Link) | undefined;
  beeper: Beeper | undefined;
  lights: Lights | undefined;
  debug: Debug | undefined;
  failures: { device: string; words: string }[];
}

export type OpenDevices = (system: System, board: Board) => Devices;
