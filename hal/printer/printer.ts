import type { Cancel } from "../../platform/guest/system.ts";
import { DeviceError } from "../errors.ts";

export type PrinterErrorCode = "paper-out" | "cover-open" | "jam" | "overheat" | "unplugged" | "timeout" | "fault";
/** `untouched`: nothing of the job has left, so no piece of it can be on paper. */
export class PrinterError extends DeviceError<PrinterErrorCode> {
  untouched = false;
}

export type Align = "left" | "center" | "right";
/** One thing on the paper. Text wraps at the paper's width; a Chinese character takes two columns. */
export type PrintItem =
  | { text: string; align?: Align; bold?: boolean; wide?: boolean; tall?: boolean }
  | { left: string; right: string; bold?: boolean; tall?: boolean }
  | { rule: "-" | "=" | "." }
  | { feed: number }
  | { qr: string; moduleDots?: number }
  /** 1 bit a dot, rows padded to whole bytes, most significant bit left. */
  | { raster: Uint8Array; widthDots: number; align?: Align }
  | { cut: "full" | "partial" };

export interface PrinterStatus {
  online: boolean;
  problem: PrinterErrorCode | undefined;
  nearEnd: boolean;
}

/** Receipt printer (UnifiedPOS POSPrinter). */
export interface Printer {
  /** Columns of font A: 32 (58 mm) or 48 (80 mm). */
  readonly columns: number;
  readonly widthDots: number;
  /**
   * Prints all items; resolves when the printer says that the last is on paper. Rejects PrinterError; unless it is untouched, nobody can
   * say how much is on paper, and the caller prints the whole job again from its start after help.
   */
  print(items: readonly PrintItem[], cancel?: Cancel): Promise<void>;
  /** Asks the printer now. Rejects PrinterError "unplugged" or "timeout". */
  status(): Promise<PrinterStatus>;
  /** Last status seen, without asking. */
  readonly lastStatus: PrinterStatus | undefined;
  /** Called when automatic status says that something changed. */
  onStatus: ((status: PrinterStatus) => void) | undefined;
  close(): void;
}
