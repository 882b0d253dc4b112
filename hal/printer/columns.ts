/** Text in columns: a Chinese character takes two. */

export interface Glyph {
  cp: number;
  columns: 1 | 2;
}

/** Characters without a place of their own on paper: joiners, marks of direction and variant, a byte order mark. */
const INVISIBLE = /[\u200b-\u200f\u2060\ufeff]|[\ufe00-\ufe0f]/g;
/** GBK has only the wide sign. */
const YEN = 0x00a5;
const WIDE_YEN = 0xffe5;
const SPACE: Glyph = { cp: 0x20, columns: 1 };

/** Lines of the text as it stands, before wrapping. Control characters become blanks. */
export function glyphLines(text: string): Glyph[][] {
  return text
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map((line) => [...line.replace(INVISIBLE, "")].map(glyphOf));
}

function glyphOf(char: string): Glyph {
  const cp = char.codePointAt(0) as number;
  if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0)) return SPACE;
  if (cp < 0x7f) return { cp, columns: 1 };
  return { cp: cp === YEN ? WIDE_YEN : cp, columns: 2 };
}

export const widthOf = (line: readonly Glyph[]): number => line.reduce((sum, glyph) => sum + glyph.columns, 0);

/** Breaks at blanks where a word would be cut, between any two Chinese characters, and anywhere when nothing else helps. */
export function wrap(line: readonly Glyph[], columns: number): Glyph[][] {
  const lines: Glyph[][] = [];
  let rest = line;
  while (widthOf(rest) > columns) {
    const fits = howManyFit(rest, columns);
    const cut = breakAt(rest, fits);
    lines.push(trimEnd(rest.slice(0, cut)));
    rest = trimStart(rest.slice(cut));
  }
  lines.push([...rest]);
  return lines;
}

function howManyFit(line: readonly Glyph[], columns: number): number {
  let used = 0;
  let count = 0;
  for (const glyph of line) {
    used += glyph.columns;
    if (used > columns) break;
    count++;
  }
  return Math.max(1, count);
}

function breakAt(line: readonly Glyph[], fits: number): number {
  for (let at = fits; at > 0; at--) {
    const before = line[at - 1] as Glyph;
    const after = line[at] as Glyph;
    if (isBlank(before) || isBlank(after) || before.columns === 2 || after.columns === 2) return at;
  }
  return fits;
}

const isBlank = (glyph: Glyph): boolean => glyph.cp === SPACE.cp;

function trimEnd(line: readonly Glyph[]): Glyph[] {
  const last = line.findLastIndex((glyph) => !isBlank(glyph));
  return line.slice(0, last + 1);
}

function trimStart(line: readonly Glyph[]): Glyph[] {
  const first = line.findIndex((glyph) => !isBlank(glyph));
  return first < 0 ? [] : line.slice(first);
}

const blanks = (count: number): Glyph[] => Array.from({ length: count }, () => SPACE);

/** Both on one line when there is a blank between them; else left lines, then right lines moved to the right. */
export function leftRight(left: string, right: string, columns: number): Glyph[][] {
  const lefts = glyphLines(left).flatMap((line) => wrap(line, columns));
  const rights = glyphLines(right).flatMap((line) => wrap(line, columns));
  const [onlyLeft, onlyRight] = [lefts.at(0) ?? [], rights.at(0) ?? []];
  const gap = columns - widthOf(onlyLeft) - widthOf(onlyRight);
  const apart = gap >= 1 || onlyLeft.length === 0 || onlyRight.length === 0;
  if (lefts.length === 1 && rights.length === 1 && apart) return [[...onlyLeft, ...blanks(Math.max(0, gap)), ...onlyRight]];
  return [...lefts, ...rights.map((line) => [...blanks(columns - widthOf(line)), ...line])];
}
