/** A payment the chip approved by itself, told afterwards (§2.5, 60.1 = 36). Money out of the card's purse has left the account long before. */
import { amountOf, serveMoney } from "../money.ts";

export const chipOffline = serveMoney("chip-offline", {
  asks: "account",
  chip: "offline",
  authCode: () => "",
  moves: (request, chip) => (chip?.ecash === true ? 0 : amountOf(request)),
});
