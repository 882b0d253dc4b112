/**
 * Card blacklist over the line (§2.9, 390): DE62 asks with the number of the first entry wanted; the answer is a flag (0 none, 1 last block, 2 more
 * follow), the number of its last entry, and entries of two digits of length and so many digits of a card number or its beginning.
 */
import { managed, refusedByRule } from "../answers.ts";
import { declines, type Serve } from "../requests.ts";

const ENTRIES = 20;
const MOST = 999;

const three = (n: number): string => String(n).padStart(3, "0");

/** Throws Error saying which entry cannot be. */
export function checkBlacklist(entries: readonly string[]): void {
  const wrong = entries.find((entry) => !/^\d{4,19}$/.test(entry));
  if (wrong !== undefined) throw new Error(`blacklist: ${JSON.stringify(wrong)} must be 4 to 19 digits`);
  if (entries.length > MOST) throw new Error(`blacklist: ${entries.length} entries, ${MOST} can be numbered`);
}

export const blacklist: Serve = (context, request) => {
  if (declines(request.forced)) return refusedByRule(context, request);
  const { blacklist: all } = context.book;
  const from = Number(request.fields[62]);
  const block = all.slice(from - 1, from - 1 + ENTRIES);
  const last = from - 1 + block.length;
  const flag = block.length === 0 ? "0" : last < all.length ? "2" : "1";
  const told = block.map((entry) => String(entry.length).padStart(2, "0") + entry).join("");
  return managed(context, request, { 62: flag + three(last) + told }, `blacklist: ${block.length} of ${all.length}, to ${last}`);
};
