/**
 * Text on a keypad: the alpha key turns the last character round its key's letters, Func begins a Chinese character by its four-digit code
 * (区位码: row and column of GB 2312).
 */
import { nextKey } from "./ask.ts";
import { hostTextDecoder } from "./host-text.ts";
import { gbkBytes } from "./parameters.ts";
import type { Terminal } from "./terminal.ts";

const RINGS = ["0 ", "1.-_:/@#*,&()", "2ABCabc", "3DEFdef", "4GHIghi", "5JKLjkl", "6MNOmno", "7PQRSpqrs", "8TUVtuv", "9WXYZwxyz"];
const CODE_DIGITS = 4;

/** The next character on the same key. */
export function turned(character: string): string {
  const ring = RINGS.find((each) => each.includes(character)) ?? character;
  return ring[(ring.indexOf(character) + 1) % ring.length] ?? character;
}

/** The character of a row and column, 01–94 each; undefined when the table has none there. */
export function characterOf(code: string, decode: (bytes: Uint8Array) => string): string | undefined {
  const row = Number(code.slice(0, 2));
  const column = Number(code.slice(2));
  if (!(row >= 1 && row <= 94 && column >= 1 && column <= 94)) return undefined;
  const character = decode(Uint8Array.of(0xa0 + row, 0xa0 + column));
  return [...character].length === 1 && character !== "\ufffd" ? character : undefined;
}

/** Until Enter; at most `max` bytes of GBK. `show` draws the text, with the code that is being typed behind it. */
export async function askText(
  t: Terminal,
  { max, initial }: { max: number; initial: string },
  show: (text: string) => void,
): Promise<string> {
  const decode = hostTextDecoder(t);
  let text = initial;
  let code: string | undefined;
  const add = (more: string): void => {
    if (gbkBytes(text + more) <= max) text += more;
    else t.ui.bad();
  };
  for (;;) {
    show(code === undefined ? text : `${text}[${code}]`);
    const key = await nextKey(t);
    if (key === "func" && decode !== undefined) code = code === undefined ? "" : undefined;
    else if (/^\d+$/.test(key) && code !== undefined) {
      code = (code + key).slice(0, CODE_DIGITS);
      if (code.length < CODE_DIGITS) continue;
      const character = decode === undefined ? undefined : characterOf(code, decode);
      if (character === undefined) t.ui.bad();
      else add(character);
      code = undefined;
    } else if (/^\d+$/.test(key)) add(key);
    else if (key === "alpha" && text !== "" && code === undefined) text = text.slice(0, -1) + turned(text.slice(-1));
    else if (key === "clear") {
      if (code === undefined) text = [...text].slice(0, -1).join("");
      else code = code === "" ? undefined : code.slice(0, -1);
    } else if (key === "enter" && code === undefined) return text;
    else t.ui.bad();
  }
}
