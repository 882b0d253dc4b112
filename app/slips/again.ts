/** A slip that was printed before, or may have been. */
import { centered, inLanguage } from "./parts.ts";
import type { Slip } from "./slip.ts";
import { MARKS, type SlipLanguage } from "./words.ts";

/** Says so at both ends: whatever piece of it breaks off, nobody can take it for the first one. */
export function printedAgain(slip: Slip, language: SlipLanguage): Slip {
  const mark = centered(inLanguage(MARKS.duplicate, language));
  return { ...slip, lines: [mark, ...slip.lines, mark] };
}
