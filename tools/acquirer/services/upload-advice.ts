/** Batch upload of a stored 0220 (§2.8): its own fields, its own trace. */
import { amountOf } from "../money.ts";
import { serveUpload } from "./uploads.ts";

export const uploadAdvice = serveUpload(true, (request) => {
  const { fields, row } = request;
  return [{ by: "advice", trace: fields[11]!, pan: fields[2]!, amountFen: amountOf(request), kind: row.kind! }];
});
