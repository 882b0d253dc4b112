/**
 * Parameters and tables of payments without PIN and signature (§5.8): 394 as tag 6, length 3, value; 396 and 398 in blocks like the blacklist, each entry two
 * digits of the card number's length and its first six.
 */
import { managed, refusedByRule } from "../answers.ts";
import type { BinRow, ContactlessTables } from "../contract.ts";
import { declines, type Serve } from "../requests.ts";

/** Digits of each value; undefined: no such tag. */
const SIZES: Readonly<Record<string, number>> = {
  FF805D: 1,
  FF803A: 3,
  FF803C: 3,
  FF8058: 12,
  FF8059: 12,
  FF8054: 1,
  FF8055: 1,
  FF8056: 1,
  FF8057: 1,
  FF805A: 1,
};
const DEFAULTS: Readonly<Record<string, string>> = {
  FF805D: "0",
  FF803A: "010",
  FF803C: "060",
  FF8058: "000000100000",
  FF8059: "000000100000",
  FF8054: "1",
  FF8055: "0",
  FF8056: "1",
  FF8057: "0",
  FF805A: "1",
};
const ENTRIES = 40;
const MOST = 999;

/** Throws Error saying which value cannot be. */
export function checkContactless({ parameters = {}, noPin = [], excluded = [] }: ContactlessTables): void {
  for (const [tag, value] of Object.entries(parameters)) {
    const size = SIZES[tag];
    if (size === undefined)
      throw new Error(`contactless: there is no ${JSON.stringify(tag)}; §5.8 has ${Object.keys(SIZES).join(" ")}`);
    if (!/^\d+$/.test(value) || value.length !== size)
      throw new Error(`contactless: ${tag} ${JSON.stringify(value)} must have ${size} digits`);
  }
  for (const rows of [noPin, excluded]) {
    if (rows.length > MOST) throw new Error(`contactless: ${rows.length} entries, ${MOST} can be numbered`);
    const wrong = rows.find(({ length, bin }) => !/^\d{6}$/.test(bin) || !Number.isInteger(length) || length < 13 || length > 19);
    if (wrong !== undefined) throw new Error(`contactless: ${JSON.stringify(wrong)} must be a length of 13 to 19 and six digits`);
  }
}

export const contactless: Serve = (context, request) => {
  if (declines(request.forced)) return refusedByRule(context, request);
  const values = { ...DEFAULTS, ...context.book.contactless.parameters };
  const told = Object.entries(values).map(([tag, value]) => tag + String(value.length).padStart(3, "0") + value);
  return managed(context, request, { 62: told.join("") }, `parameters of contactless payments, ${told.length}`);
};

const table =
  (which: "noPin" | "excluded"): Serve =>
  (context, request) => {
    if (declines(request.forced)) return refusedByRule(context, request);
    const all: readonly BinRow[] = context.book.contactless[which] ?? [];
    const from = Number(request.fields[62]) - 1;
    const block = all.slice(from, from + ENTRIES);
    const last = from + block.length;
    const flag = block.length === 0 ? "0" : last < all.length ? "2" : "1";
    const told = block.map(({ length, bin }) => String(length) + bin).join("");
    return managed(
      context,
      request,
      { 62: flag + String(last).padStart(3, "0") + told },
      `${block.length} of ${all.length} numbers, to ${last}`,
    );
  };

export const noPinTable = table("noPin");
export const excludedTable = table("excluded");
