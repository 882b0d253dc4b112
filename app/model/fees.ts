/** What the acquirer keeps (M19, M38): a rate of each transaction, at most the cap. Pure, exact in fen. */
import { moved, type Reported } from "./analysis.ts";

export interface FeeRate {
  /** Of 10,000: 60 is 0.6 %. */
  rate: number;
  /** The most for one transaction. */
  capFen?: number;
}

export interface Fees {
  debitCount: number;
  debitFen: number;
  creditCount: number;
  creditFen: number;
  /** Kept of what was taken, and given back with voids and refunds. */
  feeFen: number;
  returnedFen: number;
}

/** Rounded half up to the fen. In two parts, so that no product leaves the exact integers. */
export function feeOf(amountFen: number, { rate, capFen }: FeeRate): number {
  const whole = Math.floor(amountFen / 10_000) * rate;
  const rest = Math.floor(((amountFen % 10_000) * rate + 5_000) / 10_000);
  const fee = whole + rest;
  return capFen === undefined ? fee : Math.min(fee, capFen);
}

/** Cash pays no fee. A void or refund brings back the fee of its own amount. */
export function feesOf(records: readonly Reported[], rate: FeeRate): Fees {
  const fees = noFees();
  for (const record of records) {
    if (record.kind === "cash") continue;
    const { debitFen, creditFen } = moved(record);
    if (debitFen > 0) {
      fees.debitCount++;
      fees.debitFen += debitFen;
      fees.feeFen += feeOf(debitFen, rate);
    }
    if (creditFen > 0) {
      fees.creditCount++;
      fees.creditFen += creditFen;
      fees.returnedFen += feeOf(creditFen, rate);
    }
  }
  return fees;
}

export const noFees = (): Fees => ({ debitCount: 0, debitFen: 0, creditCount: 0, creditFen: 0, feeFen: 0, returnedFen: 0 });

export const sumOfFees = (a: Fees, b: Fees): Fees => ({
  debitCount: a.debitCount + b.debitCount,
  debitFen: a.debitFen + b.debitFen,
  creditCount: a.creditCount + b.creditCount,
  creditFen: a.creditFen + b.creditFen,
  feeFen: a.feeFen + b.feeFen,
  returnedFen: a.returnedFen + b.returnedFen,
});

/** What reaches the merchant's account. */
export const netOf = ({ debitFen, creditFen, feeFen, returnedFen }: Fees): number => debitFen - creditFen - feeFen + returnedFen;
