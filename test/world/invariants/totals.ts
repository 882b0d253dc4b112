/** I5: journal, host and slip of a batch add up to the same; a difference is settled record by record, never in silence. */
import type { LedgerEntry } from "../../../tools/acquirer/contract.ts";
import { type Books, type Complain, six, STANDS } from "../books.ts";
import { isSettlementSlip, readTotals, type Region, REGIONS, type Totals } from "../slips.ts";

const DEBIT: ReadonlySet<string> = new Set([
  "sale",
  "completion",
  "completion-advice",
  "offline",
  "chip-offline",
  "cash-load-void",
]);
const CREDIT: ReadonlySet<string> = new Set(["void", "refund", "completion-void", "ecash-refund", "cash-load"]);

const CHANGE: ReadonlySet<string> = new Set(["adjustment", "tip"]);

const say = ({ debitCount, debitFen, creditCount, creditFen }: Totals): string =>
  `${debitCount} × debit ${debitFen}, ${creditCount} × credit ${creditFen}`;

/** What a batch adds up to, from the host's single entries. */
export function totalsOf(ledger: readonly LedgerEntry[], batch: string, region: Region): Totals {
  const sum = { debitFen: 0, debitCount: 0, creditFen: 0, creditCount: 0 };
  for (const { kind, batch: its, state, foreign = false, totalFen, approvedFen, original } of ledger) {
    if (six(its) !== six(batch) || !STANDS.has(state) || foreign !== (region === "foreign")) continue;
    // Changed before it ever came, an offline sale comes as its change.
    if (DEBIT.has(kind) || (CHANGE.has(kind) && original === undefined)) {
      sum.debitCount++;
      sum.debitFen += totalFen ?? approvedFen;
    } else if (CREDIT.has(kind)) {
      sum.creditCount++;
      sum.creditFen += approvedFen;
    }
  }
  return sum;
}

/** Every batch the host has closed. */
export function closedBatches({ ledger, settlements, paper }: Books, complain: Complain): void {
  const slips = paper.filter(isSettlementSlip);
  for (const { batch, totals, balanced, problems, closed } of settlements) {
    if (!closed) continue;
    for (const { what, trace, words } of problems) complain(`batch ${batch}, says the host: ${what} ${trace}: ${words}`);
    const own = slips.filter(({ text }) => text.some((line) => line.includes("BATCH") && line.includes(batch)));
    for (const region of REGIONS) {
      const entries = say(totalsOf(ledger, batch, region));
      if (say(totals.host[region]) !== entries)
        complain(`batch ${batch} ${region}: the host's ${say(totals.host[region])}, its entries ${entries}`);
      if (say(totals.terminal[region]) !== entries)
        complain(
          `batch ${batch} ${region}: the terminal said ${say(totals.terminal[region])}, the host's entries are ${entries}`,
        );
      if (!balanced[region]) complain(`batch ${batch} ${region} did not balance`);
      for (const slip of own) {
        const told = readTotals(slip, region);
        if (told !== undefined && say(told) !== entries)
          complain(`batch ${batch} ${region}: the slip says ${say(told)}, the host's entries are ${entries}`);
      }
    }
  }
}
