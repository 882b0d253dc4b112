/** I6: what is printed is what is recorded, and a second print says that it is one. */
import type { LedgerEntry } from "../../../tools/acquirer/contract.ts";
import { type Books, type Complain, keyOf, type Recorded, six, yuan } from "../books.ts";
import type { SlipFacts } from "../slips.ts";

export function slipTruth(books: Books, complain: Complain): void {
  const originals = new Map<string, number>();
  for (const slip of books.slips) {
    const { voucher, copy, duplicate, amountFen, voided } = slip;
    // A slip that broke off tells nothing.
    if (voucher === undefined || amountFen === undefined) continue;
    if (!duplicate) {
      const name = `${slip.batch ?? ""}/${voucher} ${copy} ${amountFen}${voided ? " voided" : ""}`;
      const times = (originals.get(name) ?? 0) + 1;
      originals.set(name, times);
      if (times === 2) complain(`two ${copy} copies of ${slip.batch}/${voucher}, neither marked as a reprint`);
    }
  }
}

export type Judge = (slip: SlipFacts, record: Recorded | undefined, entry: LedgerEntry | undefined) => string | undefined;

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
