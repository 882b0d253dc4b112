/** What a desk is put together from. The real parts are in ./real-parts.ts; a test may bring its own. */
import type { Machine, MachineOptions } from "../../platform/node/machine.ts";
import type { Account, AcquirerHost, AcquirerOptions } from "../acquirer/contract.ts";
import type { CardEntry, OpenChip } from "../cards/contract.ts";
import type {
  DeviceContext,
  SimDevice,
  SimFilesControls,
  SimIccControls,
  SimKeypadControls,
  SimLcdControls,
  SimLightsControls,
  SimMsrControls,
  SimPiccControls,
  SimPinPadControls,
  SimPrinterControls,
} from "./contract.ts";
import type { DeskProfile } from "./profile.ts";

export interface Devices {
  keypad: SimDevice & SimKeypadControls;
  lcd: SimDevice & SimLcdControls;
  msr: SimDevice & SimMsrControls;
  icc: SimDevice & SimIccControls;
  picc: SimDevice & SimPiccControls;
  pinpad: SimDevice & SimPinPadControls;
  printer: SimDevice & SimPrinterControls;
  lights: SimDevice & SimLightsControls;
  beeper: SimDevice;
  files: SimDevice & SimFilesControls;
}
export type DeviceName = keyof Devices;
export const DEVICE_NAMES: readonly DeviceName[] = [
  "keypad",
  "lcd",
  "msr",
  "icc",
  "picc",
  "pinpad",
  "printer",
  "lights",
  "beeper",
  "files",
];

export interface DeviceSettings {
  /** Settings of the same device on the board. */
  board: Record<string, string | number | boolean>;
  /** Where the device may keep what it remembers without power; undefined: in memory. */
  dataDir: string | undefined;
}

/** A serial port that another program, or the firmware's real driver, can open. */
export interface Pty {
  readonly path: string;
  write(bytes: Uint8Array): void;
  onData: ((bytes: Uint8Array) => void) | undefined;
  close(): void;
}

/** Reads host messages and changes them; made of the acquirer's own codec and MAC code, not of the firmware's. */
export interface HostMessage {
  mti: string;
  tpdu: string;
  header: string;
  fields: Record<string, string>;
  mac: "ok" | "bad" | "none";
  /** What is wrong with it, in words. */
  problem?: string;
}

export interface HostReader {
  /** Frame with its length. Throws Error with words when it is not a message. */
  decode(frame: Uint8Array): HostMessage;
  /** The host handed out keys with this answer: they count from now on. */
  learn(frame: Uint8Array): void;
  /** Bodies without length. */
  wrongMac(body: Uint8Array): Uint8Array | undefined;
  wrongTrace(body: Uint8Array): Uint8Array | undefined;
}

export interface Parts {
  machine(options: MachineOptions): Machine;
  devices(context: (name: DeviceName) => DeviceContext, settings: (name: DeviceName) => DeviceSettings): Devices;
  acquirer(options: AcquirerOptions): AcquirerHost;
  reader(profile: DeskProfile): HostReader;
  tray(): CardEntry[];
  openChip: OpenChip;
  /** Accounts of the tray's cards, known to the built-in acquirer from the start. */
  accounts(): Account[];
  pty(): Promise<Pty>;
}
