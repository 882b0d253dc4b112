/** What `npm run prove` is made of. A section is a row in ./sections.ts; it runs what it can within its budget and gives rows of the table. */

export interface Budget {
  /** Real ms it may take; a section with a fixed amount of work stays within it on a desk's computer. */
  ms: number;
  seed: number;
}

export interface Row {
  /** What was tried: "approved sale: power cuts". */
  what: string;
  /** In words: "2,044 cuts at 512 moments", "400 days". No times, no machine words: the table is kept. */
  tried: string;
  violations: readonly string[];
}

/** I9 as a row: the longest of all ways back, simulated ms. */
export const wayBack = (times: number, longestMs: number): Row => ({
  what: "it comes back to idle, within 120 simulated seconds once the fault is over",
  tried: `${times} times; the longest way from the fault's beginning or the power's return took ${(longestMs / 1_000).toFixed(1)} s`,
  violations: [],
});

export interface Section {
  name: string;
  run(budget: Budget): Promise<Row[]>;
}
