import { ACQUIRER_ID, managed, refusedByRule } from "../answers.ts";
import { declines, type Serve } from "../requests.ts";

export const signOff: Serve = (context, request) => {
  if (declines(request.forced)) return refusedByRule(context, request);
  context.write({ record: "signed-off", terminal: request.fields[41]! });
  return managed(context, request, { 32: ACQUIRER_ID }, "signed off");
};
