/** Opens the devices of a board profile. Drivers are a table (./drivers.ts): a new one is a row there and a file in its device's folder. */
import type { System } from "../platform/guest/system.ts";
import type { Beeper } from "./beeper/beeper.ts";
import type { Board, DeviceClass, DeviceSpec } from "./boards/board.ts";
import type { Display } from "./display/display.ts";
import { type DeviceOf, DRIVERS } from "./drivers.ts";
import type { Files } from "./files/files.ts";
import type { Icc } from "./icc/icc.ts";
import type { Keypad } from "./keypad/keypad.ts";
import type { Lights } from "./lights/lights.ts";
import type { Link, LinkSettings } from "./link/link.ts";
import type { Msr } from "./msr/msr.ts";
import type { Picc } from "./picc/picc.ts";
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
  /** Contact chip reader · contactless reader. */
  icc: Icc | undefined;
  picc: Picc | undefined;
  pinpad: PinPad | undefined;
  printer: Printer | undefined;
  /** The link's address comes from the parameters, so it is opened with them. */
  link: ((settings: LinkSettings) => Link) | undefined;
  beeper: Beeper | undefined;
  lights: Lights | undefined;
  /** Where reports and backups go. */
  files: Files | undefined;
  debug: Debug | undefined;
  failures: { device: string; words: string }[];
  /** Tries those in `failures` again; resolves which are there now. What works is left alone. */
  reopen(): string[];
}

export type OpenDevices = (system: System, board: Board) => Devices;

/** `board` has been through readBoard. Never throws: what cannot be opened is in `failures`. */
export const openDevices: OpenDevices = (system, board) => {
  let failures: Devices["failures"] = [];
  const open = <C extends DeviceClass>(device: C): DeviceOf[C] | undefined => {
    const spec = board.devices[device];
    if (spec === undefined) return undefined;
    try {
      return openDevice(system, board, device, spec);
    } catch (error) {
      failures.push({ device, words: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  };
  const devices: Devices = {
    board,
    display: open("display"),
    keypad: open("keypad"),
    msr: open("msr"),
    icc: open("icc"),
    picc: open("picc"),
    pinpad: open("pinpad"),
    printer: open("printer"),
    link: open("link"),
    beeper: open("beeper"),
    lights: open("lights"),
    files: open("files"),
    debug: open("debug"),
    get failures() {
      return failures;
    },
    reopen() {
      const away = failures.map(({ device }) => device as DeviceClass);
      failures = [];
      return away.filter((device) => put(device));
    },
  };
  const places: { [C in DeviceClass]: DeviceOf[C] | undefined } = devices;
  const put = <C extends DeviceClass>(device: C): boolean => {
    places[device] = open(device);
    return places[device] !== undefined;
  };
  return devices;
};

function openDevice<C extends DeviceClass>(system: System, board: Board, device: C, spec: DeviceSpec): DeviceOf[C] {
  const driver = DRIVERS[device][spec.driver];
  const port = board.ports[spec.port];
  if (driver === undefined) throw new Error(`no driver "${spec.driver}" for ${device}`);
  if (port === undefined) throw new Error(`no port "${spec.port}" on board ${board.name}`);
  return driver.open(system, spec.port, spec.settings ?? {}, port);
}
