/** The log: one masked line a call, through the door. */
import type { Door } from "../abi.ts";
import type { Logger } from "./system.ts";

const LEVEL = { debug: 0, info: 1, warn: 2, error: 3 } as const;
/** The door takes 16,384 bytes; a character is at most three bytes of UTF-8 for each UTF-16 unit. */
const LONGEST = 5_000;

/** 16 bytes and more of hex, together or as pairs set apart by one space, colon or hyphen: keys, blocks, messages, dumps. */
const LONG_HEX = /[0-9A-Fa-f]{32,}|[0-9A-Fa-f]{2}(?:[ :-][0-9A-Fa-f]{2}){15,}/g;
/** Track 1: number, name, then everything that must not be seen. */
const TRACK1 = /(\d{8,19})\^[^^\n]{0,40}\^[^?\n]*\??/g;
/** Track 2 and 3, with the separator as a card reader (=) or BCD (D) writes it. */
const TRACK2 = /(\d{8,19})[=Dd]\d{3,}[\dDd=Ff]*/g;
/** A card number as people and messages write it: together, or in groups. */
const LONG_DIGITS = /\d(?:[ -]?\d){11,}/g;

/** First six, last four (rule R3), each digit between them a star. */
function maskDigits(text: string): string {
  const digits = text.replace(/[ -]/g, "");
  if (digits.length < 12) return `${digits.slice(0, 2)}${"*".repeat(digits.length - 2)}`;
  return `${digits.slice(0, 6)}${"*".repeat(digits.length - 10)}${digits.slice(-4)}`;
}

const isDigits = (text: string): boolean => /^[\d -]+$/.test(text);

/** Text that may be shown and kept: card numbers lose their middle, track data and long hex all but their beginning. */
export function mask(text: string): string {
  return text
    .replace(TRACK1, (_, number: string) => `${maskDigits(number)}^…`)
    .replace(LONG_HEX, (hex) => (isDigits(hex) ? hex : `${hex.slice(0, 4)}…(${hex.replace(/[ :-]/g, "").length} hex digits)`))
    .replace(TRACK2, (_, number: string) => `${maskDigits(number)}=…`)
    .replace(LONG_DIGITS, maskDigits);
}

/** Control characters could forge a second line or move a terminal's cursor. Tabs and line ends stay: stacks have them. */
function printable(text: string): string {
  let clean = "";
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const control = (code < 0x20 && code !== 0x09 && code !== 0x0a) || (code >= 0x7f && code <= 0x9f);
    clean += control ? `\\x${code.toString(16).padStart(2, "0")}` : text.charAt(i);
  }
  return clean;
}

/** An error as words for the log: its name, what it says, where it was made. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = typeof error.stack === "string" ? error.stack.trim() : "";
  const head = `${error.name}: ${error.message}`;
  // V8 repeats name and message in the stack, QuickJS does not.
  const where = stack.startsWith(head) ? stack.slice(head.length).trim() : stack;
  const cause = error.cause === undefined ? "" : `; because of ${describeError(error.cause)}`;
  return where === "" ? head + cause : `${head}${cause}\n${where}`;
}

export function createLogger(door: Pick<Door, "log">): Logger {
  const write = (level: keyof typeof LEVEL, words: string): void => {
    // Masked before it is cut: half a card number would not be known for one.
    const line = printable(mask(words));
    door.log(LEVEL[level], line.length > LONGEST ? `${line.slice(0, LONGEST)}… (cut)` : line);
  };
  return {
    debug: (words) => write("debug", words),
    info: (words) => write("info", words),
    warn: (words) => write("warn", words),
    error: (words, error) => write("error", error === undefined ? words : `${words}: ${describeError(error)}`),
  };
}
