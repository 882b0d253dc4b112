/**
 * Card data never reaches a log or a crash report, whatever an error's words were made of: a card number, together or in groups, keeps its first
 * six and last four; of a track and of 16 bytes and more in hex nothing is left but where they were.
 */
const TRACK1 = /\d{8,19}\^[^^\n]{0,40}\^[^?\n]*\??/g;
const TRACK2 = /\d{8,21}[=Dd]\d{3,}[\dDd=Ff]*/g;
const LONG_HEX = /(?=[\d]*[A-Fa-f])[\dA-Fa-f]{32,}|(?:[\dA-Fa-f]{2}[ :-]){15,}[\dA-Fa-f]{2}/g;
const LONG_DIGITS = /\d(?:[ -]?\d){11,}/g;

function maskDigits(text: string): string {
  const digits = text.replace(/[ -]/g, "");
  return digits.slice(0, 6) + "*".repeat(digits.length - 10) + digits.slice(-4);
}

export const masked = (words: string): string =>
  words.replace(TRACK1, "(track)").replace(LONG_HEX, "(hex)").replace(TRACK2, "(track)").replace(LONG_DIGITS, maskDigits);
