/** BER-TLV as a card writes and reads it, and data object lists. */
import { byte, cut, type Hex, number, size, zeros } from "./hex.ts";

export function lengthOf(bytes: number): Hex {
  return bytes < 0x80 ? byte(bytes) : bytes < 0x100 ? `81${byte(bytes)}` : `82${byte(bytes >> 8)}${byte(bytes & 0xff)}`;
}

/** One object; the parts of the value are joined. */
export function tlv(tag: Hex, ...value: Hex[]): Hex {
  const whole = value.join("");
  return tag + lengthOf(size(whole)) + whole;
}

/** Objects that have a value, in the order of the table. */
export function objects(values: Iterable<readonly [Hex, Hex | undefined]>): Hex {
  return [...values].map(([tag, value]) => (value === undefined ? "" : tlv(tag, value))).join("");
}

function tagSize(hex: Hex, at: number): number {
  if ((number(cut(hex, at, at + 1)) & 0x1f) !== 0x1f) return 1;
  let length = 2;
  while ((number(cut(hex, at + length - 1, at + length)) & 0x80) !== 0) length++;
  return length;
}

/** Tags and lengths of a data object list. Undefined: it does not end where it should. */
export function readDol(dol: Hex): { tag: Hex; length: number }[] | undefined {
  const entries: { tag: Hex; length: number }[] = [];
  for (let at = 0; at < size(dol); ) {
    const end = at + tagSize(dol, at);
    if (end >= size(dol)) return undefined;
    entries.push({ tag: cut(dol, at, end), length: number(cut(dol, end, end + 1)) });
    at = end + 1;
  }
  return entries;
}

export const dolLength = (dol: Hex): number => (readDol(dol) ?? []).reduce((sum, { length }) => sum + length, 0);

/** What a terminal sent for a list, by tag. */
export function splitDol(dol: Hex, data: Hex): Map<Hex, Hex> {
  const values = new Map<Hex, Hex>();
  let at = 0;
  for (const { tag, length } of readDol(dol) ?? []) {
    values.set(tag, cut(data, at, at + length));
    at += length;
  }
  return values;
}

/** A record of what a list names: what is not known is zeros. */
export function joinDol(dol: Hex, values: ReadonlyMap<Hex, Hex>): Hex {
  return (readDol(dol) ?? [])
    .map(({ tag, length }) => (values.get(tag) ?? zeros(length)).padEnd(length * 2, "0").slice(0, length * 2))
    .join("");
}

/** The value of a template that holds exactly one object of this tag; undefined when it does not. */
export function only(tag: Hex, hex: Hex): Hex | undefined {
  if (!hex.startsWith(tag)) return undefined;
  let at = size(tag);
  const first = number(cut(hex, at, at + 1));
  const more = first > 0x80 && first < 0x83 ? first - 0x80 : 0;
  if (first >= 0x80 && more === 0) return undefined;
  const length = more === 0 ? first : number(cut(hex, at + 1, at + 1 + more));
  at += 1 + more;
  return size(hex) === at + length && size(hex) >= at ? cut(hex, at) : undefined;
}
