/** Status upload (§2.9, §7.3): kept with the terminal. */
import { managed, refusedByRule } from "../answers.ts";
import { readParameters } from "../parameters.ts";
import { declines, Refusal, type Serve } from "../requests.ts";

export const status: Serve = (context, request) => {
  if (declines(request.forced)) return refusedByRule(context, request);
  const read = readParameters(request.fields[62]!);
  if ("fault" in read) throw new Refusal("30", `DE62 custom: ${read.fault}`, request.row);
  context.write({ record: "status", terminal: request.fields[41]!, at: context.now().iso, values: read.values });
  return managed(context, request, {}, `status of ${Object.keys(read.values).length} codes kept`);
};
