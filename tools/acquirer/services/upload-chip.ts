/** Batch upload of what a chip decided (§2.8, §3.8): certificates of payments (203, 205) and failed ones (204, 206). */
import { factsOf } from "../chip/chip.ts";
import { chipDataFaults, readChipData } from "../chip/data.ts";
import type { Context } from "../context.ts";
import { amountOf } from "../money.ts";
import type { SessionRequest } from "../requests.ts";
import type { UploadRecord } from "../settlements.ts";
import { fromHex } from "../text.ts";
import { serveUpload } from "./uploads.ts";

export const uploadChip = serveUpload(true, (request, context) => {
  const { fields } = request;
  const by = fields[62]!.startsWith("61") ? "chip" : "chip-failed";
  const foreign = fields[62]!.slice(2, 4) === "01";
  const record = { by, trace: fields[11]!, pan: fields[2]!, amountFen: amountOf(request), foreign } as const;
  return [{ ...record, ...certificateOf(request, context) }];
});

/** Nothing of a card whose chip nobody here knows. */
function certificateOf({ fields }: SessionRequest, { chips }: Context): Pick<UploadRecord, "certificate" | "fault"> {
  const [pan, de55] = [fields[2]!, fields[55]!];
  if (chips?.masters(pan, "3des") === undefined) return {};
  try {
    const data = readChipData(fromHex(de55));
    const faults = chipDataFaults(data, "upload");
    const facts = factsOf(data, pan, fields[23], chips);
    if (faults.length > 0 || facts === undefined) return { fault: faults.join("; ") };
    const { kind, cryptogram, right } = facts;
    return { certificate: { kind, cryptogram, ...(right === undefined ? {} : { right }) } };
  } catch (error) {
    return { fault: (error as Error).message };
  }
}
