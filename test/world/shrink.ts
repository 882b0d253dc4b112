/** Delta debugging (Zeller): the shortest list of lines in which it still goes wrong the same way; nothing is reordered, only left out. */

export interface Shrunk {
  lines: readonly string[];
  /** Days played to find it. */
  runs: number;
}

/** `fails` on the whole list is known. Stops early, with the best so far, after `mostRuns`. */
export async function shrink(
  lines: readonly string[],
  fails: (lines: readonly string[]) => Promise<boolean>,
  mostRuns = 400,
): Promise<Shrunk> {
  let best = lines;
  let runs = 0;
  for (let size = Math.ceil(best.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < best.length; ) {
      if (runs >= mostRuns) return { lines: best, runs };
      const without = [...best.slice(0, from), ...best.slice(from + size)];
      runs++;
      if (await fails(without)) best = without;
      else from += size;
    }
  }
  return { lines: best, runs };
}
