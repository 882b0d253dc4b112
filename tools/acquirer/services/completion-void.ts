/** Void of a completion (§2.3): the money goes back and the hold is there again. */
import { serveMoney } from "../money.ts";
import { ofThisBatch } from "../originals.ts";
import { wholeAndStanding } from "./void.ts";

export const completionVoid = serveMoney("completion-void", {
  asks: "account",
  original: (request, { book }) => ofThisBatch(request, book, ["completion"]),
  objection: wholeAndStanding,
});
