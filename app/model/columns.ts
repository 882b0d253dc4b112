/** Text by the columns it takes: one for ASCII, two for anything else, on paper and on the screen alike. */
const widthOf = (character: string): number => (character < "\x80" ? 1 : 2);

export const columns = (text: string): number => [...text].reduce((sum, character) => sum + widthOf(character), 0);

/** No wider than so many columns; what is missing at the end is told by "…". */
export function clipped(text: string, most: number): string {
  if (columns(text) <= most) return text;
  let kept = "";
  for (const character of text) {
    if (columns(kept) + widthOf(character) > most - 1) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}
