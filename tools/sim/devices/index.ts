/** The desk's devices: the far end of every `sim` wire. */
import type { DeviceContext } from "../contract.ts";
import { SimBeeper } from "./beeper.ts";
import { SimFiles } from "./files.ts";
import { type IccSettings, SimIcc } from "./icc.ts";
import { SimKeypad } from "./keypad.ts";
import { type LcdSettings, SimLcd } from "./lcd.ts";
import { SimLights } from "./lights.ts";
import { SimMsr } from "./msr.ts";
import { SimPicc } from "./picc.ts";
import { type PinPadSettings, SimPinPad } from "./pinpad.ts";
import { type PrinterSettings, SimPrinter } from "./printer.ts";

export interface DevicesOptions {
  lcd?: LcdSettings;
  icc?: IccSettings;
  pinpad?: PinPadSettings;
  printer?: PrinterSettings;
}

export interface Devices {
  keypad: SimKeypad;
  lcd: SimLcd;
  msr: SimMsr;
  icc: SimIcc;
  picc: SimPicc;
  pinpad: SimPinPad;
  printer: SimPrinter;
  lights: SimLights;
  beeper: SimBeeper;
  files: SimFiles;
}

/** `makeContext` is called once for each wire, by the wire's name. */
export function createDevices(makeContext: (wire: string) => DeviceContext, options: DevicesOptions = {}): Devices {
  return {
    keypad: new SimKeypad(makeContext("keypad")),
    lcd: new SimLcd(makeContext("lcd"), options.lcd),
    msr: new SimMsr(makeContext("msr")),
    icc: new SimIcc(makeContext("icc"), options.icc),
    picc: new SimPicc(makeContext("picc")),
    pinpad: new SimPinPad(makeContext("pinpad"), options.pinpad),
    printer: new SimPrinter(makeContext("printer"), options.printer),
    lights: new SimLights(makeContext("lights")),
    beeper: new SimBeeper(makeContext("beeper")),
    files: new SimFiles(makeContext("files")),
  };
}

export { SimBeeper, SimFiles, SimIcc, SimKeypad, SimLcd, SimLights, SimMsr, SimPicc, SimPinPad, SimPrinter };
export type { IccSettings, LcdSettings, PinPadSettings, PrinterSettings };
