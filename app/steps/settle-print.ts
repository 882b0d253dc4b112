/** The papers of a settlement (§6.4, §6.5): its slip, and the list of its transactions. A printer that cannot does not stop anything. */
import type { ArchivedSettlement } from "../journal/journal.ts";
import { detailsSlip } from "../slips/details.ts";
import { settlementSlip } from "../slips/totals.ts";
import { type Printed, printSlip } from "./print.ts";
import { now, type Terminal } from "./terminal.ts";

export interface PaperOptions {
  /** May be on paper already: says so. */
  duplicate?: boolean;
}

export function printSettlement(t: Terminal, archive: ArchivedSettlement, options: PaperOptions = {}): Promise<Printed> {
  const { batch, totals, result, failed, records } = archive;
  return printSlip(
    t,
    settlementSlip({ batch, totals, result, failed, records, ...options, ...stampOf(t, archive), ...onPaper(t) }),
    "report",
  );
}

export function printDetails(t: Terminal, archive: ArchivedSettlement, options: PaperOptions = {}): Promise<Printed> {
  const { batch, records } = archive;
  return printSlip(t, detailsSlip({ batch, records, ...options, ...stampOf(t, archive), ...onPaper(t) }), "report");
}

/** When it was closed, not when it is printed again. */
const stampOf = (t: Terminal, { closedBy }: ArchivedSettlement) => closedBy ?? { operator: t.operator ?? "", ...now(t) };

/** What every paper of this terminal needs. */
export const onPaper = ({ profile, settings }: Terminal) => ({ profile, language: settings.language });
