/** Add-on to a pre-authorisation (§2.3): the hold grows and keeps its code. */
import { availableFen, serveMoney } from "../money.ts";
import { holdOf } from "../originals.ts";

export const preauthAdd = serveMoney("preauth-add", {
  asks: "full",
  availableFen,
  original: (request, context) => holdOf(request, context.book, context.now().iso),
  authCode: (request, hold) => hold?.authCode ?? request.fields[38]!,
});
