/** The faces of the terminal, as data. */
import { codePoints, everyday, ownWords } from "./characters.ts";
import type { Weight } from "./outlines.ts";

export interface Face {
  /** Asset name without ".bin". */
  name: string;
  /** Pixels in an em. */
  size: number;
  weight: Weight;
  characters: () => number[];
  /** Above 1 darkens thin strokes, which small sizes need. */
  boost: number;
}

/** Faces of the display, 4 bits a pixel, in the layout of build/README.md. */
export const SCREEN_FACES: readonly Face[] = [
  // Anything that data can bring: merchant names, texts of the host.
  { name: "font-text-16", size: 16, weight: 400, characters: everyday, boost: 1.15 },
  // Titles, menu rows, what the person must read.
  { name: "font-title-20", size: 20, weight: 500, characters: everyday, boost: 1.1 },
  // Outcomes: only our own words; others fall back to font-title-20.
  { name: "font-large-28", size: 28, weight: 500, characters: ownWords, boost: 1 },
  {
    name: "font-digits-44",
    size: 44,
    weight: 500,
    characters: () => codePoints(" ,-.0123456789:¥").sort((a, b) => a - b),
    boost: 1,
  },
  // The clock of the idle screen: large and light.
  { name: "font-clock-54", size: 54, weight: 300, characters: () => codePoints("0123456789:").sort((a, b) => a - b), boost: 1.1 },
  // The status bar.
  {
    name: "font-status-13",
    size: 13,
    weight: 500,
    characters: () => codePoints(" #%+-./0123456789:").sort((a, b) => a - b),
    boost: 1.1,
  },
];

/** The printer's face: 24 dots, black or white. ASCII is condensed into the left 12 columns. */
export const PRINT_FACE = { name: "font-print-24", size: 24, weight: 500, characters: everyday, threshold: 0.42 } as const;
