/** One seed is one day: again, and in the terminal's own engine, byte for byte (I10). */
import { day } from "../day.ts";
import type { Section } from "./section.ts";

const SEEDS = 4;

export const engineSection: Section = {
  name: "engine",
  async run({ seed }) {
    const violations: string[] = [];
    for (let n = 0; n < SEEDS; n++) {
      const [first, again] = [await day({ seed: seed + n }), await day({ seed: seed + n })];
      const quickjs = await day({ seed: seed + n, engine: "quickjs" });
      if (again.digest !== first.digest) violations.push(`seed ${seed + n}: the second run gave other bytes`);
      if (quickjs.digest !== first.digest) violations.push(`seed ${seed + n}: QuickJS gave other bytes than V8`);
    }
    return [{ what: "the same seed, the same bytes: twice in V8, once in QuickJS", tried: `${SEEDS} days`, violations }];
  },
};
