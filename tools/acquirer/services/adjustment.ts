/**
 * Adjustment of an offline sale (§2.5): DE4 is the new total. Without DE37 the original may never have been told; then the adjustment is
 * the sale.
 */
import { serveMoney } from "../money.ts";
import { ofThisBatch, read61, standing } from "../originals.ts";

export const adjustment = serveMoney("adjustment", {
  asks: "account",
  original(request, { book }) {
    const { batch, trace } = read61(request.fields[61]);
    const untold =
      request.fields[37] === undefined && book.resolve({ terminal: request.key.terminal, batch, trace }) === undefined;
    return untold ? { original: undefined } : ofThisBatch(request, book, ["offline", "adjustment"]);
  },
  objection: (_request, original) => (original === undefined ? undefined : standing(original, ["approved"])),
  authCode: (request) => request.fields[38] ?? "",
});
