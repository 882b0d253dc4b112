/** The papers of a settlement (§6.4, §6.5): its slip, and the list of its transactions. A printer that cannot does not stop anything. */
import type { ArchivedSettlement } from "../journal/journal.ts";
import { detailsSlip } from "../slips/details.ts";
import { settlementSlip } from "../slips/totals.ts";
import { type Printed, printSlip, type SlipOptions } from "./print.ts";
import { now, type Terminal } from "./terminal.ts";

export function printSettlement(t: Terminal, archive: ArchivedSettlement, options: SlipOptions = {}): Promise<Printed> {
  const { batch, totals, result, failed, records } = archive;
  return printSlip(
    t,
    settlementSlip({ batch, totals, result, failed, records, ...stampOf(t, archive), ...onPaper(t) }),
    "report",
    options,
  );
}

export function printDetails(t: Terminal, archive: ArchivedSettlement, options: SlipOptions = {}): Promise<Printed> {
  const { batch, records } = archive;
  return printSlip(t, detailsSlip({ batch, records, ...stampOf(t, archive), ...onPaper(t) }), "report", options);
}

/** When it was closed, not when it is printed again. */
const stampOf = (t: Terminal, { closedBy }: ArchivedSettlement) => closedBy ?? { operator: t.operator ?? "", ...now(t) };

/** What every paper of this terminal needs. */
export const onPaper = ({ profile, settings }: Terminal) => ({ profile, language: settings.language });
