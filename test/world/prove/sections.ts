/** What `npm run prove` runs, in the order of its table. A room that proves something adds its row here. */
import { cardsSection } from "./cards.ts";
import { engineSection } from "./engine.ts";
import { sweepSections } from "../sweeps/section.ts";
import { fuzzSection } from "./fuzz.ts";
import { leakSection } from "./leak.ts";
import { daysSection } from "./random-days.ts";
import type { Section } from "./section.ts";

export const SECTIONS: readonly Section[] = [
  ...sweepSections,
  daysSection,
  leakSection,
  fuzzSection,
  cardsSection,
  engineSection,
];
