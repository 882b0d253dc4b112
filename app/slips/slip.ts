/** A slip as a document; app/steps/print lays it on paper. Built by pure functions of records: ./sale.ts, ./versions.ts … */
export type SlipLine =
  | { text: string; align?: "left" | "center" | "right"; bold?: boolean; size?: "normal" | "tall" | "large" }
  /** Left and right on one line; on two lines when they do not fit. */
  | { left: string; right: string; bold?: boolean; size?: "normal" | "tall" }
  | { rule: "-" | "=" | "." }
  | { feed: number }
  | { qr: string };

export interface Slip {
  /** What it is, for the log and the reprint list. */
  name: string;
  lines: SlipLine[];
}

export type SlipCopy = "merchant" | "bank" | "cardholder";
