/** Parameter download (§2.9, §7.3): what AcquirerHost.setParameters was given, over what the host knows of the merchant. */
import { managed, refusedByRule } from "../answers.ts";
import { packParameters } from "../parameters.ts";
import { declines, type Serve } from "../requests.ts";

export const parameters: Serve = (context, request) => {
  if (declines(request.forced)) return refusedByRule(context, request);
  const values = context.parameters;
  const words = `parameters ${Object.keys(values).sort().join(" ")} handed out`;
  return managed(context, request, { 62: packParameters(values) }, words);
};
