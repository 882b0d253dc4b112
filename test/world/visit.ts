/** What somebody does at the counter, as lines: how they begin, and what they answer to each screen. */

/** A scenario line. */
export type Line = string;

export interface Visit {
  /** How they begin, from idle. */
  begin: Line;
  /** By screen id: what to do the first time it is seen, the second …; afterwards as everybody does (./cashier.ts). */
  at?: Record<string, Line[]>;
}

export const keys = (...names: string[]): Line => `keys ${names.join(" ")}`;

const LETTERS = ["", "", "ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ"];

function presses(character: string): string[] {
  const key = LETTERS.findIndex((letters) => letters.includes(character));
  if (/\d/.test(character) || key < 0) return [character];
  return [String(key), ...Array<string>(1 + (LETTERS[key] ?? "").indexOf(character)).fill("alpha")];
}

/** Typed and entered. */
export const typed = (text: string): Line => keys(...[...text].flatMap(presses), "enter");
/** Over what stands in the field. */
export const retyped = (text: string): Line => keys(...Array<string>(12).fill("clear"), ...[...text].flatMap(presses), "enter");
export const pin = (digits: string): Line => (digits === "" ? "pinpad enter" : `pin ${digits}`);
