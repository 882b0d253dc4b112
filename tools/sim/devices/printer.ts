/** A thermal receipt printer that speaks ESC/POS (spec peripherals §3). */
import type { DeviceContext, FaultSpec, SimPrinterControls } from "../contract.ts";
import { Device, UNPLUG } from "./device.ts";

export interface PrinterSettings {
  /** 384 (58 mm, default) or 576 (80 mm). */
  widthDots?: 384 | 576;
}

export class SimPrinter extends Device implements SimPrinterControls {
  readonly wire = "printer";
  readonly faultSpecs: readonly FaultSpec[] = [UNPLUG];
  readonly widthDots: number;
  readonly paper: readonly { n: number; at: string; text: string[]; torn: boolean }[] = [];

  constructor(context: DeviceContext, settings: PrinterSettings = {}) {
    super(context);
    this.widthDots = settings.widthDots ?? 384;
  }

  receive(_bytes: Uint8Array): void {}
  attached(_open: boolean): void {}
  tear(): void {}
  newRoll(): void {}
  picture(): Uint8Array {
    return new Uint8Array(0);
  }
  slipPicture(_n: number): Uint8Array | undefined {
    return undefined;
  }
  describe(): Record<string, unknown> {
    return { widthDots: this.widthDots };
  }
}
