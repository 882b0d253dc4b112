/** Tip on a sale (§2.5): DE4 is the total with the tip, DE48 the tip, absent when there is none (any more). */
import type { Booked } from "../book.ts";
import { amountOf, serveMoney } from "../money.ts";
import { type Objection, ofThisBatch, standing } from "../originals.ts";
import type { CardRequest } from "../requests.ts";

function addsUp(request: CardRequest, original: Booked | undefined): Objection | undefined {
  if (original === undefined) return undefined;
  const objection = standing(original, ["approved"]);
  if (objection !== undefined) return objection;
  const tipFen = Number(request.fields[48] ?? 0);
  return amountOf(request) === original.approvedFen + tipFen
    ? undefined
    : { code: "64", words: `DE4 is ${amountOf(request)} fen, the sale ${original.approvedFen} and DE48 ${tipFen}` };
}

export const tip = serveMoney("tip", {
  asks: "account",
  original: (request, { book }) => ofThisBatch(request, book, ["sale", "offline", "adjustment"]),
  objection: addsUp,
  authCode: (request) => request.fields[38] ?? "",
});
