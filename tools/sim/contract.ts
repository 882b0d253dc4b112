/**
 * What stands at the far end of the wires, and what the desk (tools/sim/desk.ts) needs of each device. Devices share no code with
 * the drivers in hal: both follow the documents (hal/pinpad/PROTOCOL.md, hal/HID.md, ESC/POS).
 */
import type { ContactFace, FieldFace } from "../cards/contract.ts";

/** The desk's time: virtual, driven by ../sim/clock. Devices use it for all delays. */
export interface DeskClock {
  /** Monotonic virtual ms. */
  now(): number;
  wallMs(): number;
  /** Calls back after `ms`. A pending `busy` timer means that the device is at work, so the desk is not settled. */
  after(ms: number, kind: "busy" | "background", callback: () => void): { stop(): void };
}

export interface FaultSpec {
  fault: string;
  /** One line each, for the page and the API. */
  words: { zh: string; en: string };
  /** Whether it takes a count (how many times), a value, or is switched on and off. */
  takes: "switch" | "count" | "value";
}

export interface ActiveFault {
  fault: string;
  count?: number;
  value?: number;
}

/** What readers hold, as the tray's cards show it. */
export type { CardReply, ContactFace, FieldFace } from "../cards/contract.ts";

export interface DeviceContext {
  clock: DeskClock;
  /** Bytes to the terminal. */
  send(bytes: Uint8Array): void;
  /** Something a page would redraw. */
  changed(): void;
  /** Seeded random in [0,1). */
  random(): number;
  /** The cable was pulled: the desk closes the wire on the terminal's side. */
  unplug?(): void;
}

export interface SimDevice {
  /** Wire name: lcd keypad msr icc picc pinpad printer lights beeper files. */
  readonly wire: string;
  readonly faultSpecs: readonly FaultSpec[];
  /** Faults on now. */
  readonly faults: readonly ActiveFault[];
  /** False while the cable is out: the desk refuses to open the wire. Absent: always plugged in. */
  readonly plugged?: boolean;
  /** Throws Error with words when the device has no such fault. */
  setFault(fault: ActiveFault): void;
  clearFault(fault?: string): void;
  /** Bytes written by the terminal: any chunks on byte wires, one report or rectangle on message wires. */
  receive(bytes: Uint8Array): void;
  /** The terminal opened or closed the wire, or lost power. */
  attached(open: boolean): void;
  /** Small JSON for /state-like views and the page. */
  describe(): Record<string, unknown>;
}

/** Constructors: `new SimPrinter(context, settings)` etc. in ./devices/*.ts; each has the extra methods below. */
export interface SimKeypadControls {
  /** Down and up reports, each a `busy` moment apart. Throws on an unknown key name. */
  press(key: string): void;
}
export interface SimMsrControls {
  /** Tracks with or without sentinels; undefined: blank; null: damaged. */
  swipe(tracks: { track1?: string | null; track2?: string | null; track3?: string | null }): void;
}
export interface SimPinPadControls {
  /** False when it is not asking for a PIN; the API answers 409. */
  readonly asking: boolean;
  type(keys: readonly string[]): void;
  cancel(): void;
  /** Test keys put in by the maker: TMK slot → hex. */
  injectMasterKey(slot: number, keyHex: string, algorithm: "3des" | "sm4" | "des"): void;
  /** The key it shares with the chip reader, 32 hex digits. */
  pair(keyHex: string): void;
  readonly screen: { prompt: string; lines: string[]; digits: number };
}
export interface SimPrinterControls {
  /** Slips oldest first; a slip ends at a cut or when torn. */
  readonly paper: readonly { n: number; at: string; text: string[]; torn: boolean }[];
  /** Tears off and forgets. */
  tear(): void;
  newRoll(): void;
  /** PNG of the roll, `widthDots` wide. */
  picture(): Uint8Array;
  /** Picture of slip n. */
  slipPicture(n: number): Uint8Array | undefined;
}
export interface SimLcdControls {
  readonly width: number;
  readonly height: number;
  /** RGB565, row after row. */
  readonly pixels: Uint16Array;
  picture(): Uint8Array;
}
export interface SimFilesControls {
  /** What the terminal sent, oldest first. */
  readonly files: readonly { n: number; name: string; bytes: Uint8Array }[];
  /** Gives the terminal a file; it takes it when it waits for one. Throws Error while another one is under way. */
  give(name: string, bytes: Uint8Array): void;
  forget(): void;
}
export interface SimIccControls {
  /** Id of the card in the slot. */
  readonly card: string | undefined;
  /** Throws Error with words when there is one already. */
  insert(id: string, face: ContactFace): void;
  /** Throws Error with words when there is none. */
  remove(): void;
  /** The key it shares with the PIN pad, 32 hex digits. */
  pair(keyHex: string): void;
}
export interface SimPiccControls {
  /** Id of the card held at the reader. */
  readonly card: string | undefined;
  readonly field: boolean;
  readonly lit: readonly ("blue" | "yellow" | "green" | "red")[];
  /** Holds a card there: it is taken away by itself when nothing has been done with it for a while. Throws Error with words when there is one already. */
  tap(id: string, faces: readonly FieldFace[]): void;
  takeAway(): void;
}
export interface SimLightsControls {
  readonly on: { send: boolean; receive: boolean; error: boolean };
}
