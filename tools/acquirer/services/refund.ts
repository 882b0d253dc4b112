/** Refund (§2.2): up to what was paid, over any number of refunds, of any batch and day. */
import type { Booked } from "../book.ts";
import { amountOf, serveMoney } from "../money.ts";
import { type Objection, ofThisMerchant, standing } from "../originals.ts";
import type { CardRequest } from "../requests.ts";

function withinPaid(request: CardRequest, original: Booked | undefined): Objection | undefined {
  if (original === undefined) return undefined;
  const objection = standing(original, ["approved", "refunded"]);
  if (objection !== undefined) return objection;
  const fen = amountOf(request);
  if (fen > original.totalFen) return { code: "64", words: `DE4 is ${fen} fen, only ${original.totalFen} were paid` };
  const leftFen = original.totalFen - original.refundedFen;
  return fen > leftFen
    ? { code: "61", words: `DE4 is ${fen} fen, ${original.refundedFen} of ${original.totalFen} were refunded before` }
    : undefined;
}

/** An adjustment by itself is an offline sale that was never told before. */
const PAYMENTS = ["sale", "completion", "completion-advice", "offline", "adjustment"] as const;

export const refund = serveMoney("refund", {
  asks: "account",
  original: (request, { book }) => ofThisMerchant(request, book, PAYMENTS),
  objection: withinPaid,
});
