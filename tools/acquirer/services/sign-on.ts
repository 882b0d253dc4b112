/** Sign-on (§2.1, §4.2): working keys under the master key, and the batch to use. */
import { ACQUIRER_ID, managed, refusedByRule } from "../answers.ts";
import { comesAfter, nextBatch } from "../book.ts";
import type { Context } from "../context.ts";
import { keyBlock, type SignOnCode } from "../keys.ts";
import { declines, Refusal, type Request, type Serve } from "../requests.ts";
import { toHex } from "../text.ts";

export const signOn: Serve = (context, request) => {
  const { fields, custom, row, forced } = request;
  if (declines(forced)) return refusedByRule(context, request);
  const registration = context.registration(fields[41])!;
  const code = custom.management as SignOnCode;
  const keys = context.keysFor(code, registration);
  if (keys === undefined)
    throw new Refusal("40", `sign-on ${code} needs keys of another length than this host's profile has`, row);
  const batch = openBatch(context, request);
  context.write({ record: "signed-on", terminal: fields[41]!, merchant: fields[42]!, code, batch });
  const block = `hex:${toHex(keyBlock(registration.material.master, keys))}`;
  return managed(context, request, { 32: ACQUIRER_ID, 60: `00${batch}${code}`, 62: block }, `signed on, batch ${batch}`);
};

/**
 * A terminal new to the host keeps its own batch. A known one is told the host's, and a new one when its trace went back behind what it
 * used in the open batch: it lost its store, and its next sale would be taken for an old one.
 */
function openBatch({ book }: Context, { fields, custom }: Request): string {
  const open = book.terminals.get(fields[41]!)?.batch;
  if (open === undefined) return custom.batch === "000000" ? "000001" : custom.batch;
  const last = book.lastTrace(fields[41]!, open);
  return last === undefined || comesAfter(fields[11]!, last) ? open : nextBatch(open);
}
