/** Before a contactless card comes: which applications may be used for this amount, and what their readers ask (§9.1). */
import { bit } from "./bits.ts";
import {
  type Application,
  asTerminal,
  asTransaction,
  type Terminal,
  type TerminalLike,
  type Transaction,
  type TransactionLike,
} from "./terminal.ts";

export interface PreProcessed {
  application: Application;
  allowed: boolean;
  /** Why it is not: the amount is at or over DF20, or zero where that cannot be. */
  why: "limit" | "zero-amount" | undefined;
  /** 9F66 for this transaction. */
  ttq: Uint8Array;
  /** Over the CVM limit (DF21). */
  cvmRequired: boolean;
  /** The cryptogram has to go online. */
  onlineRequired: boolean;
}

/** One unit of RMB in fen. */
const ONE_UNIT = 100;

/** @example preProcess({ applications: [{ aid: "A000000333010101", contactless: { cvmLimitFen: 100000 } }] }, 30000)[0].ttq */
export function preProcess(terminal: TerminalLike, transaction: TransactionLike): PreProcessed[] {
  const known = asTerminal(terminal);
  const asked = asTransaction(transaction, known);
  return known.applications.map((application) => judge(application, known, asked));
}

function judge(application: Application, terminal: Terminal, { amountFen }: Transaction): PreProcessed {
  const limits = application.contactless;
  const floor = limits.floorLimitFen ?? application.floorLimitFen;
  const offlineOnly = terminal.reach === "offline-only" || bit(application.ttq, 1, 4);
  const overFloor = limits.floorRule === ">=" ? amountFen >= floor : amountFen > floor;
  const zero = amountFen === 0;
  const cvmRequired = limits.cvmLimitFen !== undefined && amountFen >= limits.cvmLimitFen;
  const onlineRequired = overFloor || (limits.statusCheck === true && amountFen === ONE_UNIT) || (zero && !offlineOnly);
  const why =
    zero && (offlineOnly || limits.zeroNotAllowed === true)
      ? "zero-amount"
      : limits.limitFen !== undefined && amountFen >= limits.limitFen
        ? "limit"
        : undefined;
  const ttq = new Uint8Array(4);
  ttq.set(application.ttq.subarray(0, 4));
  ttq[1] = ((ttq[1] ?? 0) & 0x3f) | (onlineRequired ? 0x80 : 0) | (cvmRequired ? 0x40 : 0);
  return { application, allowed: why === undefined, why, ttq, cvmRequired, onlineRequired };
}
