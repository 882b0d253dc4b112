/** Refund of a payment out of the purse (§2.5, 60.1 = 27): back to the account, up to what was paid. DE62 names the terminal of the payment. */
import type { Booked } from "../book.ts";
import type { Context } from "../context.ts";
import { amountOf, serveMoney } from "../money.ts";
import { type Found, type Objection, read61, standing } from "../originals.ts";
import type { CardRequest } from "../requests.ts";

function original(request: CardRequest, { book }: Context): Found {
  const { batch, trace } = read61(request.fields[61]);
  const found = book.resolve({ terminal: request.fields[62]!, batch, trace });
  if (
    found === undefined ||
    found.kind !== "chip-offline" ||
    found.pan !== request.card.pan ||
    found.merchant !== request.session.merchant
  )
    return {
      code: "25",
      words: `no chip-offline of this card with trace ${trace} in batch ${batch} of terminal ${request.fields[62]}`,
    };
  return { original: found };
}

function withinPaid(request: CardRequest, paid: Booked | undefined): Objection | undefined {
  if (paid === undefined) return undefined;
  const leftFen = paid.totalFen - paid.refundedFen;
  const over =
    amountOf(request) > leftFen ? { code: "61", words: `DE4 is ${amountOf(request)} fen, ${leftFen} are left` } : undefined;
  return standing(paid, ["approved", "refunded"]) ?? over;
}

export const ecashRefund = serveMoney("ecash-refund", { asks: "account", original, objection: withinPaid });
