/** I6: what is printed is what is recorded, and a second print says that it is one. */
import { type Books, type Complain, keyOf, six, yuan } from "../books.ts";

/**
 * Nobody may ever hold two papers of one payment that both look like the first: of those that say how much was paid, whole or broken off, one
 * at most is unmarked. Where the printer asked for help too, since no one can say how much of that slip came out.
 */
export function slipTruth({ slips }: Books, complain: Complain): void {
  const originals = new Set<string>();
  for (const { voucher, batch, copy, duplicate, amountFen, voided } of slips) {
    if (duplicate || voucher === undefined || amountFen === undefined) continue;
    const name = `${batch ?? ""}/${voucher} ${copy} ${amountFen}${voided ? " voided" : ""}`;
    if (originals.has(name)) complain(`two ${copy} copies of ${batch}/${voucher}, neither marked as a reprint`);
    originals.add(name);
  }
}

/** Money and reference of each slip of the open batch against its record. */
export function slipsAreRecords(books: Books, complain: Complain): void {
  const records = new Map(books.journal.transactions.map((record) => [keyOf(record), record]));
  for (const { voucher, batch, reference, amountFen } of books.slips) {
    if (voucher === undefined || amountFen === undefined || six(batch) !== six(books.journal.batch)) continue;
    const record = records.get(keyOf({ batch, trace: voucher }));
    if (record === undefined) {
      complain(`a slip of ${batch}/${voucher} says ${yuan(amountFen)}; the terminal has no such record`);
      continue;
    }
    if (record.delivery === undefined && Math.abs(amountFen) !== record.approvedFen)
      complain(`the slip of ${batch}/${voucher} says ${yuan(amountFen)}, the record ${yuan(record.approvedFen)}`);
    if (reference !== undefined && record.reference !== undefined && record.reference !== reference)
      complain(`the slip of ${batch}/${voucher} says reference ${reference}, the record ${record.reference}`);
  }
}
