/** What the messages of a batch upload share (§2.8, §5.5). */
import { ACQUIRER_ID, managed, refusedByRule } from "../answers.ts";
import type { Context } from "../context.ts";
import { digestOf } from "../money.ts";
import { declines, Refusal, type Reply, type Request, type SessionRequest, type Serve, sessionRequest } from "../requests.ts";
import type { UploadRecord } from "../settlements.ts";

/**
 * Fields that make two messages the same. A message that was not answered may come again under another trace when the trace is not a
 * record's own.
 */
function digestOfUpload({ fields, frame }: Request, own11: boolean): string {
  const { 11: trace, ...rest } = fields;
  return digestOf(JSON.stringify([frame.mti, own11 ? trace : "", rest]));
}

/** `own11`: DE11 is the record's trace, not the message's. */
export const serveUpload =
  (own11: boolean, recordsOf: (request: SessionRequest, context: Context) => UploadRecord[]): Serve =>
  (context, plain) => {
    if (declines(plain.forced)) return refusedByRule(context, plain);
    const request = sessionRequest(context, plain);
    const { terminal } = request.session;
    const { batch } = request.custom;
    const settlement = settlementOf(context, request);
    const digest = digestOfUpload(request, own11);
    const answer = (words: string): Reply => managed(context, request, { 32: ACQUIRER_ID }, words);
    if (settlement.digests.has(digest)) return answer("the same upload again: it counts once");
    if (settlement.closed) throw new Refusal("12", `batch ${batch} is closed; its upload has ended`, request.row);
    const records = recordsOf(request, context);
    const before = settlement.problems.length;
    context.write({ record: "uploaded", terminal, batch, digest, records });
    const problems = settlement.problems.slice(before).map(({ what, trace, words }) => `${trace} ${what}: ${words}`);
    const words = problems.length === 0 ? "as in the ledger" : problems.join("; ");
    return answer(`${records.length} uploaded, ${words}`);
  };

export function settlementOf(context: Context, { session, custom, row }: SessionRequest) {
  const settlement = context.book.settlements.find(session.terminal, custom.batch);
  if (settlement === undefined)
    throw new Refusal("12", `batch ${custom.batch} is not being settled; an upload comes after 0500`, row);
  return settlement;
}
