/** End of a batch upload (§2.8, §5.5): the batch is closed, and the next one open. */
import { ACQUIRER_ID, managed, refusedByRule } from "../answers.ts";
import { nextBatch } from "../book.ts";
import { declines, type Serve, sessionRequest } from "../requests.ts";
import { settlementOf } from "./uploads.ts";

const BALANCED = "207";

export const uploadEnd: Serve = (context, plain) => {
  if (declines(plain.forced)) return refusedByRule(context, plain);
  const request = sessionRequest(context, plain);
  const settlement = settlementOf(context, request);
  const { terminal, batch, balanced, uploaded } = settlement;
  const told = Number(request.fields[48]);
  const known = { 32: ACQUIRER_ID, 48: String(uploaded % 10_000).padStart(4, "0") };
  if (settlement.closed) return managed(context, request, known, `batch ${batch} was closed before`);
  context.write({ record: "closed", terminal, batch, at: context.now().iso, told });
  const even = balanced.domestic && balanced.foreign;
  const words = [`batch ${batch} closed, ${nextBatch(batch)} open`];
  if ((request.custom.management === BALANCED) !== even)
    words.push(`it ended with ${request.custom.management}, but was ${even ? "balanced" : "not balanced"}`);
  if (told !== uploaded) words.push(`the terminal counted ${told} records, the host ${uploaded}`);
  for (const problem of settlement.problems) words.push(`${problem.what} ${problem.trace}: ${problem.words}`);
  return managed(context, request, known, words.join("; "));
};
