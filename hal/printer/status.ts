/** Sorts the bytes a printer sends by their fixed bits (spec peripherals §3) and reads what they say. */
import type { PrinterModel } from "./models.ts";
import type { PrinterErrorCode, PrinterStatus } from "./printer.ts";

const AUTO_BYTES = 4;
/** The four bytes of automatic status follow each other closely; a lone first byte is noise. */
const AUTO_GAP_MS = 100;

export interface StatusEvents {
  /** Answer to DLE EOT; which n it is for, only the one who asked knows. */
  realTime(byte: number): void;
  /** Answer to GS r 1. */
  paper(byte: number): void;
  automatic(bytes: readonly number[]): void;
}

export class StatusReader {
  readonly #events: StatusEvents;
  readonly #now: () => number;
  #auto: number[] = [];
  #autoAtMs = 0;

  constructor(now: () => number, events: StatusEvents) {
    this.#now = now;
    this.#events = events;
  }

  take(bytes: Uint8Array): void {
    for (const byte of bytes) this.#byte(byte);
  }

  #byte(byte: number): void {
    if (this.#now() - this.#autoAtMs > AUTO_GAP_MS) this.#auto = [];
    // 0xx1xx10, also between two bytes of an automatic status.
    if ((byte & 0x93) === 0x12) this.#events.realTime(byte);
    else if ((byte & 0x93) === 0x10) this.#automatic([byte]);
    else if ((byte & 0x90) !== 0) return;
    else if (this.#auto.length > 0) this.#automatic([...this.#auto, byte]);
    else this.#events.paper(byte);
  }

  #automatic(bytes: number[]): void {
    this.#auto = bytes;
    this.#autoAtMs = this.#now();
    if (bytes.length < AUTO_BYTES) return;
    this.#auto = [];
    this.#events.automatic(bytes);
  }
}

interface Conditions {
  coverOpen: boolean;
  paperEnd: boolean;
  cutter: boolean;
  recoversItself: boolean;
  otherError: boolean;
}

/** What a person must do first comes first. */
function problemOf(conditions: Conditions): PrinterErrorCode | undefined {
  if (conditions.coverOpen) return "cover-open";
  if (conditions.paperEnd) return "paper-out";
  if (conditions.cutter) return "jam";
  if (conditions.recoversItself) return "overheat";
  return conditions.otherError ? "fault" : undefined;
}

const has = (byte: number, mask: number): boolean => (byte & mask) !== 0;

/** The answers to DLE EOT 1 to 4; undefined where none came. */
export function realTimeStatus(answers: readonly (number | undefined)[], { bits }: PrinterModel): PrinterStatus {
  const [printer, cause, error, roll] = [0, 1, 2, 3].map((at) => answers[at] ?? 0) as [number, number, number, number];
  const problem = problemOf({
    coverOpen: has(cause, bits.coverOpen),
    paperEnd: has(cause, bits.stoppedByPaper) || has(roll, bits.paperEnd),
    cutter: has(error, bits.cutter),
    recoversItself: has(error, bits.recoversItself),
    otherError: has(error, bits.unrecoverable | bits.recoverable),
  });
  return { online: !has(printer, bits.offline), problem, nearEnd: has(roll, bits.nearEnd) };
}

/** The four bytes of automatic status. */
export function automaticStatus(bytes: readonly number[], { bits: { auto } }: PrinterModel): PrinterStatus {
  const [printer, error, roll] = [0, 1, 2].map((at) => bytes[at] ?? 0) as [number, number, number];
  const problem = problemOf({
    coverOpen: has(printer, auto.coverOpen),
    paperEnd: has(roll, auto.paperEnd),
    cutter: has(error, auto.cutter),
    recoversItself: has(error, auto.recoversItself),
    otherError: has(error, auto.unrecoverable | auto.recoverable),
  });
  return { online: !has(printer, auto.offline), problem, nearEnd: has(roll, auto.nearEnd) };
}
