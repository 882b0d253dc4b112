/**
 * A host that comes back from an older copy of its ledger (reliability §3 B14): it no longer knows what it had approved. The terminal cannot mend that; it
 * must come back, close its batch, keep its own books and paper true, and never let a difference pass in silence.
 */
import { totalsOf } from "../invariants/totals.ts";
import { REGIONS } from "../slips.ts";
import type { Violation } from "../closing.ts";
import type { World } from "../world.ts";
import type { Cell, Stage } from "./cell.ts";

/** What compares the terminal with what the host has lost cannot hold: fates, refusals, sums. */
const NEEDS_THE_HOST: ReadonlySet<string> = new Set(["I1", "I3", "I5"]);
/** Of I5: that both ends close the batch. */
const CLOSES = /still open|has not closed|has .* transactions already/;
/** Of I8: the batch that a sign-on's answer names is the one to use (§4.1), and that of a closed batch may be open again. No number is given twice all the same. */
const TURNED_BACK = /went from|carried .* after/;

export function loseRecords(world: World, records: number): void {
  world.desk.acquirer?.forget(records);
}

export const LOST: NonNullable<Cell["lost"]> = {
  heeds({ what, words }: Violation) {
    if (what === "I8") return !TURNED_BACK.test(words);
    return !NEEDS_THE_HOST.has(what) || (what === "I5" && CLOSES.test(words));
  },
  instead: silentDifferences,
};

/** Sums that differ and are called balanced. */
function silentDifferences({ world }: Stage): string[] {
  const found: string[] = [];
  const { transactions = [], settlements = [] } = world.desk.acquirer?.ledger({ clear: true }) ?? {};
  for (const { batch, balanced, totals } of settlements.filter((each) => each.closed)) {
    for (const region of REGIONS) {
      const { debitFen, creditFen } = totalsOf(transactions, batch, region);
      const told = totals.terminal[region];
      const differs = told.debitFen !== debitFen || told.creditFen !== creditFen;
      if (differs && balanced[region]) found.push(`I5: batch ${batch} ${region} differs and is called balanced`);
    }
  }
  return found;
}
