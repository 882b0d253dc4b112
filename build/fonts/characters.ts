/** Which characters a face holds. */
import { RESPONSES } from "../../app/acquirer/responses.ts";
import { catalogues } from "../../app/text/index.ts";

export function ascii(): number[] {
  return Array.from({ length: 0x7f - 0x20 }, (_, i) => 0x20 + i);
}

/** Signs outside GB2312 that names and our own words use. */
const SIGNS = "¥£€•–›‹™®©é";

/** ASCII, the 7,478 characters of GB/T 2312 (rows 1–9 signs, 16–87 hanzi), and a few signs. Ascending. */
export function everyday(): number[] {
  const decoder = new TextDecoder("gbk");
  const found = new Set<number>([...ascii(), ...codePoints(SIGNS)]);
  for (let row = 0xa1; row <= 0xf7; row++) {
    if (row > 0xa9 && row < 0xb0) continue;
    for (let cell = 0xa1; cell <= 0xfe; cell++) {
      const point = decoder.decode(Uint8Array.of(row, cell)).codePointAt(0) ?? 0xfffd;
      const isPrivate = point >= 0xe000 && point <= 0xf8ff;
      if (point !== 0xfffd && !isPrivate) found.add(point);
    }
  }
  return ascending(found);
}

/** ASCII and every character of our own words: the catalogues and the table of answer codes. */
export function ownWords(): number[] {
  const texts = Object.values(catalogues).flatMap((catalogue) => Object.values(catalogue));
  const answers = [...RESPONSES.values()].flatMap((row) => Object.values(row.cashier));
  return ascending(new Set([...ascii(), ...codePoints(SIGNS), ...codePoints([...texts, ...answers].join(""))]));
}

export function codePoints(text: string): number[] {
  return [...text].map((character) => character.codePointAt(0) ?? 0);
}

function ascending(points: Set<number>): number[] {
  return [...points].filter((point) => point <= 0xffff && point >= 0x20).sort((a, b) => a - b);
}
