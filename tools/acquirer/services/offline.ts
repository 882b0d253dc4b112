/** Offline sale (§2.5): authorised by voice or by the terminal, told afterwards. It is booked whatever the balance is. */
import type { Context } from "../context.ts";
import { amountOf, serveMoney } from "../money.ts";
import type { Objection } from "../originals.ts";
import type { CardRequest } from "../requests.ts";

/** A sale that was adjusted before it was told stands under its adjustment; booking it too would charge twice. */
function adjustedBefore({ key }: CardRequest, { book }: Context): Objection | undefined {
  const change = book.resolve(key);
  return change === undefined
    ? undefined
    : { code: "94", words: `its adjustment, trace ${change.trace}, came before it and stands in its place` };
}

export const offline = serveMoney("offline", {
  asks: "account",
  objection(request, _original, context) {
    const tipFen = Number(request.fields[48] ?? 0);
    if (tipFen > amountOf(request)) return { code: "13", words: `DE48 tip ${tipFen} fen is more than DE4` };
    return adjustedBefore(request, context);
  },
  authCode: (request) => request.fields[38] ?? "",
});
