/**
 * Somebody who has all outputs of a run, and how much of a card number they give him together (R4). He knows how numbers are masked and has a card
 * in mind; what he looks for are the digits that no mask may show.
 */

/** What may be seen of a number: its first and its last digits. */
export const OPEN = { first: 6, last: 4 } as const;

/** Numbers in pieces of at least this many digits … */
const LEAST_PIECE = 4;
/** … and of at most so many: "6+9+4", "6+5+4+4". */
const MOST_PIECES = 4;

export interface Rebuilt {
  pan: string;
  how: string;
}

/** Places of a number that its masked forms (digits and stars, as long as it) show, all together. */
function shownByMasks(pan: string, outputs: readonly string[]): Set<number> {
  const shown = new Set<number>();
  const mask = new RegExp(`(?<![\\d*])[\\d*]{${pan.length}}(?![\\d*])`, "g");
  // A mask is also printed in groups.
  for (const output of outputs)
    for (const [found] of output.replace(/(?<=[\d*]) (?=[\d*])/g, "").matchAll(mask)) {
      if (!found.includes("*")) continue;
      if ([...found].some((char, at) => char !== "*" && char !== pan[at])) continue;
      for (let at = 0; at < found.length; at++) if (found[at] !== "*") shown.add(at);
    }
  return shown;
}

/** The number as a row of whole runs of digits, each of which stands somewhere; undefined when it cannot be made. */
function fromPieces(pan: string, runs: ReadonlySet<string>, pieces = MOST_PIECES): string[] | undefined {
  if (pan === "") return [];
  if (pieces === 0) return undefined;
  for (let length = Math.min(pan.length, 12); length >= LEAST_PIECE; length--) {
    const piece = pan.slice(0, length);
    const rest = runs.has(piece) ? fromPieces(pan.slice(length), runs, pieces - 1) : undefined;
    if (rest !== undefined) return [piece, ...rest];
  }
  return undefined;
}

/** Card numbers that these outputs give away together, and how. */
export function rebuild(pans: readonly string[], outputs: readonly string[]): Rebuilt[] {
  const runs = new Set(outputs.flatMap((output) => output.match(/\d+/g) ?? []));
  return pans.flatMap((pan): Rebuilt[] => {
    const shown = [...shownByMasks(pan, outputs)].filter((at) => at >= OPEN.first && at < pan.length - OPEN.last);
    const pieces = fromPieces(pan, runs);
    return [
      ...(shown.length === 0 ? [] : [{ pan, how: `masks show places ${shown.join(" ")}` }]),
      ...(pieces === undefined ? [] : [{ pan, how: `pieces ${pieces.join(" + ")}` }]),
    ];
  });
}
