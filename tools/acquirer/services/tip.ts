/** Tip on a sale (§2.5): DE4 is the total with the tip, DE48 the tip, absent when there is none (any more). */
import { type Book, type Booked, keyOf } from "../book.ts";
import type { Context } from "../context.ts";
import { amountOf, serveMoney } from "../money.ts";
import { changed, type Objection, standing } from "../originals.ts";
import type { CardRequest } from "../requests.ts";

/** What the sale is without a tip: as it was last adjusted; an adjustment of a tipped sale has the tip in it, and says so. */
function saleFen(original: Booked, book: Book): number {
  const adjusted = book
    .ofBatch(original.terminal, original.batch)
    .findLast(
      (each) =>
        each.kind === "adjustment" && each.state === "approved" && each.original && keyOf(each.original) === keyOf(original),
    );
  const { approvedFen, tipFen = 0 } = adjusted ?? original;
  return approvedFen - tipFen;
}

function addsUp(request: CardRequest, original: Booked | undefined, { book }: Context): Objection | undefined {
  if (original === undefined) return undefined;
  const objection = standing(original, ["approved"]);
  if (objection !== undefined) return objection;
  const tipFen = Number(request.fields[48] ?? 0);
  const fen = saleFen(original, book);
  return amountOf(request) === fen + tipFen
    ? undefined
    : { code: "64", words: `DE4 is ${amountOf(request)} fen, the sale ${fen} and DE48 ${tipFen}` };
}

export const tip = serveMoney("tip", {
  asks: "account",
  original: (request, { book }) => changed(request, book, ["sale", "offline", "adjustment", "tip"]),
  objection: addsUp,
  authCode: (request) => request.fields[38] ?? "",
});
