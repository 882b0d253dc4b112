/** Figures in sections, and the two ways to show them. */

export interface Figure {
  what: string;
  value: number;
  unit: "ms" | "a second" | "bytes" | "MiB" | "";
  /** What exactly was measured, when the name does not say it. */
  note?: string;
}

export interface Section {
  title: string;
  figures: Figure[];
}

export const now = (): number => performance.now();

/** Value at a share of a sorted copy: 0.5 is the median. */
export function share(values: readonly number[], of: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * of))] ?? Number.NaN;
}

/** How often a second `run(times)` does its work; runs until `atLeastMs` have been measured, after one warm-up. */
export function rate(run: (times: number) => void, atLeastMs = 400): number {
  run(20);
  for (let times = 50; ; times *= 2) {
    const began = now();
    run(times);
    const took = now() - began;
    if (took >= atLeastMs) return (times / took) * 1000;
  }
}

export function table(sections: readonly Section[]): string {
  const lines = sections.flatMap(({ title, figures }) => {
    const names = Math.max(...figures.map(({ what }) => what.length));
    return [
      "",
      title,
      ...figures.map(({ what, value, unit, note }) => {
        const told = `  ${what.padEnd(names)}  ${shown(value).padStart(11)} ${unit.padEnd(8)}`;
        return note === undefined ? told.trimEnd() : `${told}  ${note}`;
      }),
    ];
  });
  return lines.slice(1).join("\n");
}

const shown = (value: number): string =>
  value.toLocaleString("en-US", { maximumFractionDigits: Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0 });
