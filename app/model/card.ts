import type { CardData } from "./transaction.ts";

/** First six and last four, stars between: "622999*********0019" (§6.1). */
export function maskPan(pan: string): string {
  if (pan.length < 13) return "*".repeat(pan.length);
  return pan.slice(0, 6) + "*".repeat(pan.length - 10) + pan.slice(-4);
}

/** While a number is typed: stars, and its newest digit clear (R5). "6229" → "***9". */
export function maskTyping(digits: string): string {
  return digits.length === 0 ? "" : "*".repeat(digits.length - 1) + digits.slice(-1);
}

/**
 * YYMM of an expiry as typed, MMYY as on the card or YYMM; undefined when there is no such month. Years of living cards are past 12, so no
 * four digits mean both.
 */
export function expiryTyped(digits: string): string | undefined {
  const [first, second] = [digits.slice(0, 2), digits.slice(2)];
  const isMonth = (two: string): boolean => /^(0[1-9]|1[0-2])$/.test(two);
  if (isMonth(first)) return second + first;
  return isMonth(second) ? digits : undefined;
}

/** "622999*********0019" → "6229 99** **** ***0 019". */
export function grouped(digits: string): string {
  return digits.replace(/(.{4})(?=.)/g, "$1 ");
}

export function luhnValid(pan: string): boolean {
  if (!/^\d{13,19}$/.test(pan)) return false;
  let sum = 0;
  for (let i = 0; i < pan.length; i++) {
    const digit = Number(pan[pan.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** YYMM against the month of `now` (YYYYMMDD). Cards end with their month; years count up to 50 ahead. */
export function expired(expiry: string, now: string): boolean {
  const month = (2000 + Number(expiry.slice(0, 2))) * 12 + Number(expiry.slice(2));
  return month < Number(now.slice(0, 4)) * 12 + Number(now.slice(4, 6));
}

/**
 * Card data of a track 2 (`=` or `D`); undefined when it is not one. §4, ISO/IEC 7813: PAN=YYMMsss….
 */
export function parseTrack2(track2: string): Pick<CardData, "pan" | "expiry" | "serviceCode" | "track2"> | undefined {
  const match = /^(\d{13,19})[=D](\d{4})?(\d{3})?\d*$/.exec(track2);
  if (match === null) return undefined;
  const [, pan = "", expiry, serviceCode] = match;
  const month = expiry === undefined ? 0 : Number(expiry.slice(2));
  return { pan, expiry: month >= 1 && month <= 12 ? expiry : undefined, serviceCode, track2: track2.replace("D", "=") };
}
