/** I6: what is printed is what is recorded, and a second print says that it is one. */
import { type Books, type Complain, keyOf, six, yuan } from "../books.ts";
import type { SlipFacts } from "../slips.ts";

/**
 * When the printer asks for help in a slip, the whole slip is printed anew: nobody can say where the first one broke off. So between two that are
 * the same the printer must have asked, once for each time. A reprint says so below the amount: a piece of one may end before that.
 */
export function slipTruth({ screens, slips }: Books, complain: Complain): void {
  const helped = screens.flatMap(({ slip }) => slip ?? []);
  const originals = new Map<string, SlipFacts>();
  for (const slip of slips) {
    const { n, voucher, batch, copy, duplicate, amountFen, voided, lines } = slip;
    if (duplicate || voucher === undefined || amountFen === undefined) continue;
    const name = `${batch ?? ""}/${voucher} ${copy} ${amountFen}${voided ? " voided" : ""}`;
    const before = originals.get(name);
    const isPiece = before !== undefined && lines < before.lines && helped.includes(n);
    if (before !== undefined && before.lines >= lines && !isPiece && !helped.some((at) => at >= before.n && at < n))
      complain(`two ${copy} copies of ${batch}/${voucher}, neither marked as a reprint`);
    originals.set(name, slip);
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
