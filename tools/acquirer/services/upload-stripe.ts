/** Batch upload of records eight at a time (§2.8, §3.6). */
import type { UploadRecord } from "../settlements.ts";
import { serveUpload } from "./uploads.ts";

const RECORD_DIGITS = 40;

/** Kind of card 2, trace 6, number 20 with zeros before it, amount 12. */
function recordOf(digits: string): UploadRecord {
  return {
    by: "stripe",
    foreign: digits.startsWith("01"),
    trace: digits.slice(2, 8),
    pan: digits.slice(8, 28).replace(/^0+/, ""),
    amountFen: Number(digits.slice(28)),
  };
}

export const uploadStripe = serveUpload(false, ({ fields }) => {
  const digits = fields[48]!.slice(2);
  return Array.from({ length: digits.length / RECORD_DIGITS }, (_, i) =>
    recordOf(digits.slice(i * RECORD_DIGITS, (i + 1) * RECORD_DIGITS)),
  );
});
