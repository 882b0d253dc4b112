/** Completion of a pre-authorisation (§2.3, §5.6): up to 115 % of the hold, which it lets go. The advice is the same without a PIN. */
import type { Booked } from "../book.ts";
import { amountOf, availableFen, type Money, serveMoney } from "../money.ts";
import { holdOf, type Objection } from "../originals.ts";
import type { CardRequest } from "../requests.ts";

const MOST_PERCENT = 115;

function withinHold(request: CardRequest, hold: Booked | undefined): Objection | undefined {
  if (hold === undefined || amountOf(request) * 100 <= hold.heldFen * MOST_PERCENT) return undefined;
  return { code: "61", words: `DE4 is ${amountOf(request)} fen, over ${MOST_PERCENT} % of the ${hold.heldFen} held` };
}

const money: Money = {
  asks: "account",
  original: (request, context) => holdOf(request, context.book, context.now().iso),
  objection: withinHold,
  availableFen: (request, hold, book) => availableFen(request, hold, book) + (hold?.heldFen ?? 0),
};

export const completion = serveMoney("completion", money);

export const completionAdvice = serveMoney("completion-advice", money);
