/** What is done with a day that went wrong: it is made as short as it can be and written down. */
import type { Day, DayOptions } from "./day.ts";
import { day } from "./day.ts";
import { writeScenario } from "./scenario-file.ts";
import { shrink } from "./shrink.ts";

const inWords = ({ violations }: Day): string[] => violations.map(({ what, words }) => `${what}: ${words}`);

/** The file with the shortest day that breaks the same invariant. */
export async function writeDown(
  found: Day,
  options: Omit<DayOptions, "seed" | "lines"> = {},
  mostRuns?: number,
): Promise<string> {
  const { seed } = found;
  const kinds = new Set(found.violations.map(({ what }) => what));
  let shortest = found;
  const { runs } = await shrink(
    found.lines,
    async (lines) => {
      const tried = await day({ ...options, seed, lines });
      const same = tried.violations.some(({ what }) => kinds.has(what));
      if (same) shortest = tried;
      return same;
    },
    mostRuns,
  );
  const name = `seed ${seed}: ${[...kinds].join(", ")}, ${shortest.lines.length} of ${found.lines.length} lines after ${runs} days`;
  return writeScenario({ name, seed, steps: [...shortest.lines] }, inWords(shortest));
}
