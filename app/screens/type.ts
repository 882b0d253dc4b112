/** Setting type: widths, line breaks, and which face fits. */
import type { Face, Fonts, Glyph } from "./fonts.ts";

/** A face and those it falls back to, character by character, on the same baseline. */
export interface Type {
  readonly faces: readonly [Face, ...Face[]];
}

export interface TypeSet {
  small: Type;
  normal: Type;
  large: Type;
  huge: Type;
  clock: Type;
  status: Type;
}

export function typeSet(fonts: Fonts): TypeSet {
  return {
    small: { faces: [fonts.text] },
    normal: { faces: [fonts.title, fonts.text] },
    large: { faces: [fonts.large, fonts.title, fonts.text] },
    huge: { faces: [fonts.digits, fonts.large, fonts.title, fonts.text] },
    clock: { faces: [fonts.clock, fonts.digits, fonts.title, fonts.text] },
    status: { faces: [fonts.status, fonts.text] },
  };
}

/** Stands for a character that no face has. */
const MISSING = 0x25a1;

export function glyphOf(type: Type, codePoint: number): { glyph: Glyph; face: Face } | undefined {
  for (const face of type.faces) {
    const glyph = face.glyph(codePoint);
    if (glyph !== undefined) return { glyph, face };
  }
  return codePoint === MISSING ? undefined : glyphOf(type, MISSING);
}

export function widthOf(type: Type, text: string): number {
  let width = 0;
  for (const character of text) width += glyphOf(type, character.codePointAt(0) ?? 0)?.glyph.advance ?? 0;
  return width;
}

export function lineHeight(type: Type): number {
  return type.faces[0].lineHeight;
}

/** Whether the type's own face has every character, so that no size is mixed in. */
export function whole(type: Type, text: string): boolean {
  for (const character of text) if (type.faces[0].glyph(character.codePointAt(0) ?? 0) === undefined) return false;
  return true;
}

/** The first of `types` in which the text is whole and no wider than `width`; the last when none is. */
export function fitting(types: readonly [Type, ...Type[]], text: string, width: number): Type {
  const last = types[types.length - 1] ?? types[0];
  return types.find((type) => whole(type, text) && widthOf(type, text) <= width) ?? last;
}

/** The text on one line, its end cut off and marked when it is too wide. */
export function shortened(type: Type, text: string, width: number): string {
  if (widthOf(type, text) <= width) return text;
  const characters = [...text];
  while (characters.length > 0 && widthOf(type, `${characters.join("")}…`) > width) characters.pop();
  return `${characters.join("").trimEnd()}…`;
}

/**
 * Lines no wider than `width`: broken between clauses when that takes no more lines, else as even in length as their number allows, so that no
 * lone character is left on the last.
 */
export function wrapped(type: Type, text: string, width: number): string[] {
  const pieces = breakable(text);
  const lines = filled(type, pieces, width);
  if (lines.length < 2) return lines;
  const byClause = filled(type, clauses(text), width);
  if (byClause.length === lines.length && !cutsWord(byClause)) return byClause;
  let [low, high] = [Math.floor(width / 2), width];
  while (high - low > 4) {
    const middle = (low + high) >> 1;
    if (filled(type, pieces, middle).length > lines.length) low = middle;
    else high = middle;
  }
  return filled(type, pieces, high);
}

/** A clause longer than a line is broken anywhere, which does hanzi no harm. */
const cutsWord = (lines: readonly string[]): boolean =>
  lines.some((line, n) => n > 0 && !maySplit(lines[n - 1]?.at(-1) ?? " ", line[0] ?? " "));

const NOT_FIRST = "，。、！？；：）》”’…—·％,.!?;:)%›";
const NOT_LAST = "（《“‘(¥";

/** Pieces that a line may end after: a hanzi with its punctuation, a Latin word with its space. */
function breakable(text: string): string[] {
  const pieces: string[] = [];
  let previous = "";
  for (const character of text) {
    const last = pieces.length - 1;
    const open = pieces[last];
    const joins = open !== undefined && !maySplit(previous, character);
    if (joins) pieces[last] = open + character;
    else pieces.push(character);
    previous = character;
  }
  return pieces;
}

/** Pieces that end with a stop or a comma. */
function clauses(text: string): string[] {
  return text.match(/[^，。；！？]+[，。；！？]*|[，。；！？]+/g) ?? [];
}

function maySplit(before: string, after: string): boolean {
  if (NOT_FIRST.includes(after) || NOT_LAST.includes(before) || after === " ") return false;
  return before === " " || isWide(before) || isWide(after);
}

function isWide(character: string): boolean {
  return (character.codePointAt(0) ?? 0) >= 0x2e80;
}

function filled(type: Type, pieces: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const piece of pieces) {
    const longer = line + piece;
    if (line !== "" && widthOf(type, longer.trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = piece;
    } else line = longer;
    while (widthOf(type, line.trimEnd()) > width && [...line].length > 1) {
      const cut = fittingLength(type, line, width);
      lines.push([...line].slice(0, cut).join(""));
      line = [...line].slice(cut).join("");
    }
  }
  if (line !== "" || lines.length === 0) lines.push(line.trimEnd());
  return lines;
}

/** Characters of a word too long for a line that do fit on one; at least one. */
function fittingLength(type: Type, word: string, width: number): number {
  const characters = [...word];
  let count = 1;
  while (count < characters.length && widthOf(type, characters.slice(0, count + 1).join("")) <= width) count++;
  return count;
}
