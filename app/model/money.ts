/** 10000 → "100.00". Throws RangeError unless it is a safe integer of fen. */
export function yuan(amountFen: number): string {
  if (!Number.isSafeInteger(amountFen)) throw new RangeError(`not an amount of fen: ${amountFen}`);
  const sign = amountFen < 0 ? "-" : "";
  const digits = String(Math.abs(amountFen)).padStart(3, "0");
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** 123456789 → "1,234,567.89", for screens. */
export function groupedYuan(amountFen: number): string {
  return yuan(amountFen).replace(/\B(?=(\d{3})+\.)/g, ",");
}

/** Largest amount that fits DE4 (12 digits). */
export const MAX_AMOUNT_FEN = 999_999_999_999;
