/** Sale void (§2.2, §5.6): the whole of a sale of the same terminal and batch, once. */
import type { Booked } from "../book.ts";
import { amountOf, serveMoney } from "../money.ts";
import { type Objection, ofThisBatch, standing } from "../originals.ts";
import type { CardRequest } from "../requests.ts";

/** A void is of the full amount, and only of what still stands whole. */
export function wholeAndStanding(request: CardRequest, original: Booked | undefined): Objection | undefined {
  if (original === undefined) return undefined;
  const objection = standing(original, ["approved"]);
  if (objection !== undefined) return objection;
  return amountOf(request) === original.totalFen
    ? undefined
    : { code: "64", words: `DE4 is ${amountOf(request)} fen, the ${original.kind} is of ${original.totalFen}` };
}

/** An offline sale that was uploaded is voided like a sale; so is one that came as its adjustment. */
export const voidSale = serveMoney("void", {
  asks: "account",
  original: (request, { book }) => ofThisBatch(request, book, ["sale", "offline", "adjustment"]),
  objection: wholeAndStanding,
});
