/** I5: journal, host and slip of a batch add up to the same; a difference is settled record by record, never in silence. */
import type { LedgerEntry } from "../../../tools/acquirer/contract.ts";
import { type Books, type Complain, keyOf, six, STANDS } from "../books.ts";
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

/** Told after the event, and never taken back by the terminal. */
const ADVICES: ReadonlySet<string> = new Set([
  "offline",
  "chip-offline",
  "refund",
  "completion-advice",
  "ecash-refund",
  ...CHANGE,
]);
const ANSWERS: ReadonlySet<string> = new Set(["0210", "0230"]);

/**
 * Advices that the host refused while none of its answers came through: the terminal cannot know, counts them, and they go up record by record
 * (§5.5). By the place of their first message.
 */
function refusedUnheard({ ledger, messages }: Books): ReadonlySet<string> {
  const placeOf = ({ fields }: Books["messages"][number]): string =>
    keyOf({ batch: String(fields["60"] ?? "").slice(2, 8), trace: fields["11"] });
  const heard = new Set(messages.filter(({ dir, mti }) => dir === "in" && ANSWERS.has(mti)).map(placeOf));
  const refused = ledger.filter(({ kind, state }) => ADVICES.has(kind) && state === "declined").map(keyOf);
  return new Set(refused.filter((place) => !heard.has(place)));
}

/** The ledger as if the host had taken these, as the terminal must believe. */
function asBelieved(ledger: readonly LedgerEntry[], unheard: ReadonlySet<string>): LedgerEntry[] {
  const changed = new Map<string, number>();
  for (const { kind, amountFen, original, ...entry } of ledger)
    if (CHANGE.has(kind) && original !== undefined && unheard.has(keyOf(entry))) changed.set(keyOf(original), amountFen);
  return ledger.map((entry) => {
    const taken = unheard.has(keyOf(entry)) ? { ...entry, state: "approved" as const, approvedFen: entry.amountFen } : entry;
    const totalFen = changed.get(keyOf(entry)) ?? entry.totalFen;
    return totalFen === undefined ? taken : { ...taken, totalFen };
  });
}

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
export function closedBatches(books: Books, complain: Complain): void {
  const { ledger, settlements, paper } = books;
  const slips = paper.filter(isSettlementSlip);
  const unheard = refusedUnheard(books);
  const believed = asBelieved(ledger, unheard);
  for (const { batch, totals, balanced, problems, closed } of settlements) {
    if (!closed) continue;
    for (const { what, trace, words } of problems)
      if (!unheard.has(keyOf({ batch, trace }))) complain(`batch ${batch}, says the host: ${what} ${trace}: ${words}`);
    const own = slips.filter(({ text }) => text.some((line) => line.includes("BATCH") && line.includes(batch)));
    for (const region of REGIONS) {
      const entries = say(totalsOf(ledger, batch, region));
      if (say(totals.host[region]) !== entries)
        complain(`batch ${batch} ${region}: the host's ${say(totals.host[region])}, its entries ${entries}`);
      const terminal = say(totals.terminal[region]);
      // It may have learned of the refusal by another message, a change of the same sale say.
      if (terminal !== entries && terminal !== say(totalsOf(believed, batch, region)))
        complain(`batch ${batch} ${region}: the terminal said ${terminal}, the host's entries are ${entries}`);
      if (balanced[region] !== (terminal === entries))
        complain(`batch ${batch} ${region} ${balanced[region] ? "balanced and may not" : "did not balance"}`);
      for (const slip of own) {
        const told = readTotals(slip, region);
        if (told !== undefined && say(told) !== terminal)
          complain(`batch ${batch} ${region}: the slip says ${say(told)}, the terminal said ${terminal}`);
      }
    }
  }
}
