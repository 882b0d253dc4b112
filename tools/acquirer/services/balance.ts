/** Balance (§2.2): DE54 as §3.10 has it. Nothing moves, nothing is reversed. */
import type { Book } from "../book.ts";
import { availableFen, serveMoney } from "../money.ts";
import type { CardRequest } from "../requests.ts";

/** Account type of DE54. */
const ACCOUNT_TYPES = { debit: "10", credit: "30", unknown: "00" } as const;
const AVAILABLE = "02";
const YUAN = "156";

function balances(request: CardRequest, book: Book): Record<string, string> {
  const account = book.accounts.get(request.card.pan)?.account;
  const fen = availableFen(request, undefined, book);
  const sign = fen < 0 ? "D" : "C";
  const type = ACCOUNT_TYPES[account?.kind ?? "unknown"];
  return { 54: type + AVAILABLE + YUAN + sign + String(Math.abs(fen)).padStart(12, "0") };
}

export const balance = serveMoney("balance", { asks: "full", answer: balances });
