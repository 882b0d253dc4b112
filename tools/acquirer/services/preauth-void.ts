/** Void of a pre-authorisation (§2.3): the whole hold, add-ons and all, is let go. */
import { amountOf, serveMoney } from "../money.ts";
import { holdOf } from "../originals.ts";

export const preauthVoid = serveMoney("preauth-void", {
  asks: "account",
  original: (request, context) => holdOf(request, context.book, context.now().iso),
  objection: (request, hold) =>
    hold === undefined || amountOf(request) === hold.heldFen
      ? undefined
      : { code: "64", words: `DE4 is ${amountOf(request)} fen, ${hold.heldFen} are held` },
});
