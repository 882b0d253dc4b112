/** Adjustment of an offline sale (§2.5): DE4 is the new total. */
import { serveMoney } from "../money.ts";
import { changed, standing } from "../originals.ts";

export const adjustment = serveMoney("adjustment", {
  asks: "account",
  original: (request, { book }) => changed(request, book, ["offline", "adjustment", "tip"]),
  objection: (_request, original) => (original === undefined ? undefined : standing(original, ["approved"])),
  authCode: (request) => request.fields[38] ?? "",
});
