/** Batch upload of what a chip decided (§2.8, §3.8): certificates of payments (203, 205) and failed ones (204, 206). */
import { amountOf } from "../money.ts";
import { serveUpload } from "./uploads.ts";

export const uploadChip = serveUpload(true, (request) => {
  const { fields } = request;
  const by = fields[62]!.startsWith("61") ? "chip" : "chip-failed";
  const foreign = fields[62]!.slice(2, 4) === "01";
  return [{ by, trace: fields[11]!, pan: fields[2]!, amountFen: amountOf(request), foreign }];
});
