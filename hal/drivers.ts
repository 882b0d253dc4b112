/** The drivers of each device class. A new driver is a row here and a file in its device's folder. */
import * as v from "valibot";
import type { System } from "../platform/guest/system.ts";
import { openHidBeeper } from "./beeper/hid-beeper.ts";
import type { Beeper } from "./beeper/beeper.ts";
import type { DeviceClass, PortSpec } from "./boards/board.ts";
import { fields, oneOf, type Settings, wholeNumber } from "./boards/fields.ts";
import { openJsonLines } from "./debug/json-lines.ts";
import { openFramebuffer } from "./display/framebuffer.ts";
import type { Display } from "./display/display.ts";
import { openFileLine } from "./files/file-line.ts";
import type { Files } from "./files/files.ts";
import { openCcidSerial } from "./icc/ccid-serial.ts";
import type { Icc } from "./icc/icc.ts";
import type { Debug } from "./index.ts";
import { MOST_CODE, openEvdevKeypad } from "./keypad/evdev-keypad.ts";
import { openHidKeypad } from "./keypad/hid-keypad.ts";
import { KEYS, type Keypad } from "./keypad/keypad.ts";
import { openHidLights } from "./lights/hid-lights.ts";
import type { Lights } from "./lights/lights.ts";
import { DEFAULT_MAX_FRAME_BYTES, openEthernet } from "./link/ethernet.ts";
import type { Link, LinkSettings } from "./link/link.ts";
import { openHidMsr } from "./msr/hid-msr.ts";
import type { Msr } from "./msr/msr.ts";
import { openCcidPicc } from "./picc/ccid-picc.ts";
import type { Picc } from "./picc/picc.ts";
import type { PinPad } from "./pinpad/pinpad.ts";
import { openTpp } from "./pinpad/tpp.ts";
import { openEscpos } from "./printer/escpos.ts";
import { MODELS } from "./printer/models.ts";
import type { Printer } from "./printer/printer.ts";

export interface Driver<Device> {
  /** Kinds of port it can work on. */
  readonly ports: readonly PortSpec["kind"][];
  /** What its `settings` in a board may say. */
  readonly settings: v.GenericSchema<Settings>;
  /** Throws PortError or DeviceError when the device cannot be opened. `spec` is the board's entry for the port. */
  open(system: System, port: string, settings: Settings, spec: PortSpec): Device;
}

export interface DeviceOf {
  display: Display;
  keypad: Keypad;
  msr: Msr;
  icc: Icc;
  picc: Picc;
  pinpad: PinPad;
  printer: Printer;
  link: (settings: LinkSettings) => Link;
  beeper: Beeper;
  lights: Lights;
  files: Files;
  debug: Debug;
}

type Drivers = { readonly [C in DeviceClass]: Readonly<Record<string, Driver<DeviceOf[C]>>> };

const NO_SETTINGS = fields({});
const yesOrNo = v.optional(v.boolean("true or false"));
const keyCodes = v.record(oneOf(KEYS), wholeNumber(1, MOST_CODE), "an object with the code of each key");
const percent = v.optional(wholeNumber(0, 100));

export const DRIVERS: Drivers = {
  display: {
    framebuffer: {
      ports: ["framebuffer", "sim"],
      settings: fields({ width: wholeNumber(64, 4_096), height: wholeNumber(32, 4_096) }),
      open: openFramebuffer,
    },
  },
  keypad: {
    "hid-keypad": { ports: ["hid", "sim"], settings: NO_SETTINGS, open: openHidKeypad },
    "evdev-keypad": { ports: ["evdev", "sim"], settings: keyCodes, open: openEvdevKeypad },
  },
  msr: { "hid-msr": { ports: ["hid", "sim"], settings: NO_SETTINGS, open: openHidMsr } },
  icc: {
    "ccid-serial": {
      ports: ["serial", "sim"],
      settings: fields({ sam: yesOrNo, pairedPad: yesOrNo }),
      open: (system, port, { sam, pairedPad }) =>
        openCcidSerial(system, port, { sam: sam === true, pairedPad: pairedPad === true }),
    },
  },
  picc: { "ccid-picc": { ports: ["serial", "sim"], settings: NO_SETTINGS, open: openCcidPicc } },
  pinpad: {
    tpp: {
      ports: ["serial", "sim"],
      settings: fields({ cardPins: yesOrNo }),
      open: (system, port, { cardPins }) => openTpp(system, port, { cardPins: cardPins === true }),
    },
  },
  printer: {
    escpos: {
      ports: ["serial", "sim"],
      settings: fields({ model: oneOf(Object.keys(MODELS)) }),
      open: (system, port, settings) => openEscpos(system, port, String(settings.model)),
    },
  },
  link: {
    ethernet: {
      ports: ["tcp", "tls", "sim"],
      settings: fields({ maxFrameBytes: v.optional(wholeNumber(256, 65_535)) }),
      open: (system, port, settings, spec) =>
        openEthernet(system, port, spec.kind, Number(settings.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES)),
    },
  },
  beeper: {
    "hid-beeper": {
      ports: ["hid", "sim"],
      settings: fields({ volumePercent: percent }),
      open: (system, port, settings) => openHidBeeper(system, port, Number(settings.volumePercent ?? 100)),
    },
  },
  lights: { "hid-lights": { ports: ["hid", "sim"], settings: NO_SETTINGS, open: openHidLights } },
  files: { "file-line": { ports: ["serial", "tcp", "sim"], settings: NO_SETTINGS, open: openFileLine } },
  debug: { "json-lines": { ports: ["serial", "tcp", "sim"], settings: NO_SETTINGS, open: openJsonLines } },
};
