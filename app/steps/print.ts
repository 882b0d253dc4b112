/** Slips onto paper, and helping the printer (M22). The transaction stands whatever the printer does. */
import { PrinterError, type PrinterErrorCode, type PrintItem } from "../../hal/printer/printer.ts";
import { printedAgain } from "../slips/again.ts";
import { centered, inLanguage } from "../slips/parts.ts";
import { saleSlip } from "../slips/sale.ts";
import { isSigned } from "../slips/transaction.ts";
import type { Slip, SlipCopy, SlipLine } from "../slips/slip.ts";
import { MARKS, type SlipLanguage } from "../slips/words.ts";
import type { ScreenStates } from "../screens/states.ts";
import type { TransactionRecord } from "../model/transaction.ts";
import { confirm, nextKey } from "./ask.ts";
import { dwell } from "./tell.ts";
import { Left, type Terminal } from "./terminal.ts";

const TEAR_MS = 6_000;

const itemOf = (line: SlipLine): PrintItem => {
  if ("text" in line) {
    const { size = "normal", ...rest } = line;
    return { ...rest, wide: size === "large", tall: size !== "normal" };
  }
  if ("left" in line) {
    const { size = "normal", ...rest } = line;
    return { ...rest, tall: size === "tall" };
  }
  return line;
};

export const itemsOf = (slip: Slip): PrintItem[] => [...slip.lines.map(itemOf), { cut: "partial" }];

/** At both ends, so that no piece of it can be taken for a real one. */
function trainingSlip(slip: Slip, language: SlipLanguage): Slip {
  const mark = centered(inLanguage(MARKS.training, language));
  return { ...slip, lines: [mark, ...slip.lines, mark] };
}

export type Printed = "printed" | "later";

export interface SlipOptions {
  /** It was on paper before, or may be: says so. */
  duplicate?: boolean;
  /** Another screen stands there while it comes out. */
  quiet?: boolean;
}

/**
 * Prints a slip whole; on trouble shows what to do and starts it again. What broke off may be all of it but the last feed, and nobody can say:
 * the whole one that follows says that it was printed again. "later" when the cashier leaves it for later or there is no printer.
 */
export async function printSlip(
  t: Terminal,
  slip: Slip,
  copy: ScreenStates["printing"]["copy"],
  { duplicate = false, quiet = false }: SlipOptions = {},
): Promise<Printed> {
  const printer = t.devices.printer;
  if (printer === undefined) return "later";
  const { language } = t.settings;
  const first = t.training === undefined ? slip : trainingSlip(slip, language);
  let mayBeOnPaper = duplicate;
  for (let again = false; ; again = true) {
    if (!quiet || again) t.ui.show("printing", { copy, again });
    try {
      await printer.print(itemsOf(mayBeOnPaper ? printedAgain(first, language) : first));
      t.ui.light("error", false);
      return "printed";
    } catch (error) {
      if (!(error instanceof PrinterError)) throw error;
      mayBeOnPaper ||= !error.untouched;
      t.system.log.warn(`printer: ${error.code} at ${slip.name}`);
      if (!(await helped(t, error.code))) return "later";
    }
  }
}

/** Whether the cashier says that the printer can go on. */
async function helped(t: Terminal, problem: PrinterErrorCode): Promise<boolean> {
  t.ui.light("error", true);
  t.ui.attention();
  t.ui.show("printer", { problem });
  for (;;) {
    try {
      if ((await nextKey(t)) === "enter") return true;
    } catch (error) {
      if (!(error instanceof Left)) throw error;
      if (error.why === "cancelled") return false;
      // Nobody came: keep asking for help, the slip waits.
      t.ui.show("printer", { problem });
    }
  }
}

export const copiesOf = (t: Terminal): SlipCopy[] =>
  t.profile.receipt.copies === 3 ? ["merchant", "bank", "cardholder"] : ["merchant", "cardholder"];

export interface CopyOptions {
  /** A reprint says so on paper. */
  duplicate?: boolean;
  /** Of a closed batch: its copies are counted no more. */
  booked?: boolean;
  /** Copies that are on paper already. */
  from?: number;
  /** The first copy prints behind the screen that stands there; this runs when it is out. */
  behindFirst?: () => Promise<void>;
}

/** The copies of a transaction's slip, tearing in between. Each copy on paper is remembered at once. */
export async function printCopies(t: Terminal, record: TransactionRecord, options: CopyOptions = {}): Promise<Printed> {
  const { duplicate = false, booked = false, from = 0, behindFirst } = options;
  const copies = copiesOf(t);
  for (let n = from; n < copies.length; n++) {
    const copy = copies[n] as SlipCopy;
    const slip = saleSlip({ record, copy, profile: t.profile, language: t.settings.language });
    const quiet = n === from && behindFirst !== undefined;
    const printed = await printSlip(t, slip, copy, { duplicate, quiet });
    if (printed === "printed" && !booked && record.copiesPrinted <= n) t.journal.markPrinted(record.trace, n + 1);
    if (quiet) await behindFirst();
    if (printed === "later") return "later";
    const next = copies[n + 1];
    if (next === undefined) break;
    t.ui.show("tear", { next, unsigned: !isSigned(record) });
    await dwell(t, TEAR_MS);
  }
  return "printed";
}

/** A terminal without a printer asks before it takes money (M1). Leaves on Cancel. */
export async function printerOrConsent(t: Terminal): Promise<void> {
  if (t.devices.printer !== undefined) return;
  t.ui.show("notice", { title: t.ui.say("check.printer"), rows: [{ value: t.ui.say("notice.no-printer-ask") }], tone: "warn" });
  await confirm(t);
}
